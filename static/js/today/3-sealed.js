/* Something lies sealed on this phone: said, without what or how many. */
(function (app) {
  const show = app.showReady;
  app.showReady = (told) => {
    if (!told.isSealed) { show(told); return; }
    document.querySelector('[data-sealed]').hidden = false;
  };
})(window.fieldapp = window.fieldapp || {});
