/* Server minus phone, measured at each contact and known again after a cold start: fieldapp.offset and fieldapp.offsetAt
   (null before the first). A page from a cache says nothing of the present, so only a page that just came counts. */
(function (app) {
  var KEY = 'fieldapp-offset';
  var TOO_SLOW = 10000; // an answer under way for longer measures the line, not the clock

  function remember(serverMs, phoneMs) {
    app.offset = Math.round(serverMs - phoneMs);
    app.offsetAt = Math.round(phoneMs);
    try { localStorage.setItem(KEY, JSON.stringify([app.offset, app.offsetAt])); } catch (refused) { /* memory will do */ }
  }

  app.measureAnswer = function (header) {
    var served = Number(header);
    if (served > 0) { remember(served, Date.now()); }
  };

  function measurePage() {
    var root = document.documentElement;
    var served = Number(root.getAttribute('data-now'));
    var timing = performance.getEntriesByType('navigation')[0];
    var came = timing && (timing.transferSize || timing.workerStart) > 0; // a worker hands on what came, or marks it as kept
    var fresh = came && timing.type !== 'back_forward' && timing.responseStart > 0;
    var took = fresh && timing.responseStart - timing.requestStart;
    if (!served || !fresh || root.hasAttribute('data-kept') || took > TOO_SLOW) { return; }
    remember(served, Date.now() - performance.now() + timing.responseStart - took / 2); // off by half the wait at most
  }

  app.offset = app.offsetAt = null;
  try { [app.offset, app.offsetAt] = JSON.parse(localStorage.getItem(KEY)); } catch (unknown) { /* nothing kept */ }
  measurePage();
  document.addEventListener('htmx:beforeOnLoad', function (event) {
    app.measureAnswer(event.detail.xhr.getResponseHeader('Server-Now'));
  });
})(window.fieldapp = window.fieldapp || {});
