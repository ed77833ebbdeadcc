/* The service worker: it keeps pages, and sends when no page is open. fieldapp.worker(message, ports) tells it something;
   false where there is none. outbox.kept(path) is the page that it keeps of an address, or null. */
(function (app) {
  app.worker = (message, ports) => {
    const worker = navigator.serviceWorker && navigator.serviceWorker.controller;
    if (worker) { worker.postMessage(message, ports || []); }
    return Boolean(worker);
  };
  if (!window.outbox || !navigator.serviceWorker || document.documentElement.hasAttribute('data-no-worker')) { return; }
  window.outbox.kept = (path) => new Promise((done) => {
    const line = new MessageChannel();
    line.port1.onmessage = (event) => done(event.data);
    if (!app.worker({ kept: path }, [line.port2])) { done(null); }
    setTimeout(() => done(null), 2000); // a worker that fell asleep over it
  });
  navigator.serviceWorker.addEventListener('message', (event) => { // at once: what it sends now is not said twice
    const told = event.data;
    if (told.ready) { if (app.showReady) { app.showReady(told.ready); } } else if (told.state === 'sent') { app.sentElsewhere(); } else { app.echo(); }
  });
  if (navigator.serviceWorker.startMessages) { navigator.serviceWorker.startMessages(); }
  app.kept.then(async (able) => {
    if (!able) { return; }
    await navigator.serviceWorker.register('/sw.js');
    const worker = (await navigator.serviceWorker.ready).active;
    if (app.getReady) { app.getReady(worker); }
    window.addEventListener('pagehide', () => worker.postMessage('drain'));
  }).catch(() => undefined);
})(window.fieldapp = window.fieldapp || {});
