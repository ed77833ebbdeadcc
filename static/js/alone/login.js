/* Before a login: after a logout nothing is left here but what waits, sealed; after an expired one all is there. */
(function () {
  const box = window.outbox;
  if (!box.isAble()) { return; }
  if (document.querySelector('[data-left]')) { box.leave().catch(() => undefined); }
  const line = document.querySelector('[data-expired]');
  if (!line) { return; }
  box.read('queue', (queue) => queue.getAll()).then((rows) => {
    if (rows.length) { line.textContent = line.getAttribute('data-expired'); }
  }, () => undefined);
})();
