/* The service worker: it keeps pages, and sends when no page is open. The pages of a visit are fetched ahead.
   fieldapp.worker(message) tells it something; false where there is none. */
(function (app) {
  app.worker = (message) => {
    const worker = navigator.serviceWorker && navigator.serviceWorker.controller;
    if (worker) { worker.postMessage(message); }
    return Boolean(worker);
  };
  if (!window.outbox || !navigator.serviceWorker) { return; }
  app.kept.then(async (able) => {
    if (!able) { return; }
    await navigator.serviceWorker.register('/sw.js');
    const worker = (await navigator.serviceWorker.ready).active;
    const list = document.querySelector('[data-make-ready]');
    if (list) { worker.postMessage({ ready: JSON.parse(list.getAttribute('data-make-ready')) }); }
    window.addEventListener('pagehide', () => worker.postMessage('drain'));
    navigator.serviceWorker.addEventListener('message', (event) => event.data.state === 'sent' ? app.sentElsewhere() : app.echo());
  }).catch(() => undefined);
})(window.fieldapp = window.fieldapp || {});
