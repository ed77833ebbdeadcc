/* Binds this phone: the office's code is given to the server, which gives this phone a key of its own. The browser
   keeps it as a key object whose bytes no page can read. */
(function (app) {
  const box = window.outbox;
  const asks = document.querySelector('[data-bind]');
  const person = document.documentElement.getAttribute('data-person');
  const input = asks.querySelector('input');
  const button = asks.querySelector('button');
  const said = asks.querySelector('[data-bind-said]');
  input.value = location.hash.slice(1) || sessionStorage.getItem('code') || '';
  history.replaceState(null, '', location.pathname);
  asks.hidden = false;

  async function keep(told) {
    const key = await crypto.subtle.importKey('raw', box.bytes(told.key), 'HKDF', false, ['deriveBits']);
    await box.put('things', { name: 'device:' + person, phone: told.phone, key: key });
  }

  async function bind() {
    if (!await app.kept) { throw new Error('存不了：这个网址不是 https，或者浏览器不让存'); }
    const sent = await fetch(asks.getAttribute('data-bind'), { method: 'POST', credentials: 'same-origin', body: new URLSearchParams({ code: input.value }) })
      .catch(() => null);
    const told = sent && sent.ok ? await sent.json() : { said: '没连上，再按一次' };
    if (told.said || told.person !== person) { throw new Error(told.said || '换了人登录，重新打开这一页'); }
    await keep(told);
    sessionStorage.removeItem('code');
    asks.hidden = true;
    document.querySelector('[data-bound]').hidden = false;
  }

  button.addEventListener('click', () => {
    button.disabled = true;
    said.textContent = '';
    bind().catch((error) => { said.textContent = error.message; }).then(() => { button.disabled = false; });
  });
})(window.fieldapp = window.fieldapp || {});
