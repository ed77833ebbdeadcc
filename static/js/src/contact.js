/* Server minus phone, measured at each contact: fieldapp.offset and fieldapp.offsetAt (null before the first).
   A page from a cache says nothing of the present, so only a page that just came counts. */
(function (app) {
  var KEY = 'fieldapp-offset';
  var TOO_SLOW = 10000; // an answer under way for longer measures the line, not the clock

  function remember(serverMs, phoneMs) {
    app.offset = Math.round(serverMs - phoneMs);
    app.offsetAt = Math.round(phoneMs);
    try { sessionStorage.setItem(KEY, JSON.stringify([app.offset, app.offsetAt])); } catch (refused) { /* memory will do */ }
  }

  function recall() {
    app.offset = app.offsetAt = null;
    try {
      var kept = JSON.parse(sessionStorage.getItem(KEY));
      if (kept) { app.offset = kept[0]; app.offsetAt = kept[1]; }
    } catch (refused) { /* stays unknown */ }
  }

  app.measurePage = function (served, timing, monotonic, wall) {
    var fresh = timing && timing.type !== 'back_forward' && timing.transferSize > 0 && timing.responseStart > 0;
    if (!served || !fresh || timing.responseStart - timing.requestStart > TOO_SLOW) { return false; }
    var answered = (timing.requestStart + timing.responseStart) / 2; // off by half the wait at most
    remember(served, wall - (monotonic - answered));
    return true;
  };

  app.measureAnswer = function (header, wall) {
    var served = Number(header);
    if (served > 0) { remember(served, wall); }
  };

  recall();
  var served = Number(document.documentElement.getAttribute('data-now'));
  var timing = performance.getEntriesByType ? performance.getEntriesByType('navigation')[0] : null;
  if (!document.documentElement.hasAttribute('data-kept')) { app.measurePage(served, timing, performance.now(), Date.now()); }
  document.addEventListener('htmx:beforeOnLoad', function (event) {
    app.measureAnswer(event.detail.xhr.getResponseHeader('Server-Now'), Date.now());
  });
})(window.fieldapp = window.fieldapp || {});
