/* Counts [data-since] on from the server's instants. Only shown, never stored. */
(function (app) {
  var root = document.documentElement; // a kept page says nothing of the present
  var served = root.hasAttribute('data-kept') ? 0 : Number(root.getAttribute('data-now'));
  var skewAtLoad = served ? served - Date.now() : 0;

  app.two = function (n) { return (n < 10 ? '0' : '') + n; };

  function elapsed(ms) {
    var seconds = Math.max(0, Math.floor(ms / 1000));
    var hours = Math.floor(seconds / 3600);
    return (hours ? hours + ':' : '') + app.two(Math.floor(seconds / 60) % 60) + ':' + app.two(seconds % 60);
  }

  function tick() {
    var now = Date.now() + (typeof app.offset === 'number' ? app.offset : skewAtLoad);
    app.all('[data-since]', function (shown) {
      var text = elapsed(now - Number(shown.getAttribute('data-since')));
      if (shown.textContent !== text) { shown.textContent = text; }
    });
  }

  setInterval(tick, 1000);
  document.addEventListener('visibilitychange', tick);
  document.addEventListener('htmx:afterSwap', tick);
  tick();
})(window.fieldapp = window.fieldapp || {});
