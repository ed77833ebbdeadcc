/* 重新装一遍: the worker goes, and the files and pages that it kept; what waits stays. Needs no other script of ours, for
   those may be what is broken. */
(function () {
  const button = document.querySelector('[data-mend]');
  const said = document.querySelector('[data-mended]');
  if (!navigator.serviceWorker || !window.caches) { return; }
  button.hidden = false;
  said.textContent = '';

  const clearPages = () => new Promise((done) => {
    const asked = indexedDB.open('fieldapp');
    asked.onupgradeneeded = () => asked.transaction.abort();
    asked.onerror = asked.onblocked = done;
    asked.onsuccess = () => {
      const db = asked.result;
      if (db.objectStoreNames.contains('pages')) { db.transaction(['pages'], 'readwrite').objectStore('pages').clear(); }
      db.close();
      done();
    };
  });

  async function mend() {
    const answer = await fetch('/sw.js', { cache: 'no-store' });
    if (!answer.ok || !answer.headers.get('Server-Now')) { throw new Error('no line'); }
    for (const one of await navigator.serviceWorker.getRegistrations()) { await one.unregister(); }
    for (const name of await caches.keys()) { await caches.delete(name); }
    await clearPages();
  }

  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      await mend();
      said.textContent = '装好了，回到今日就行。没传的都还在。';
    } catch (error) {
      said.textContent = '没信号，什么也没动。有信号了再装。';
      button.disabled = false;
    }
  });
})();
