/* Where a number is set, a page that comes back after a pause gives way to the one that asks for it. A logout of which the
   server could not be told is made up for. */
(function (app) {
  const box = window.outbox;
  app.isShut = () => Promise.resolve(false);
  if (!box || !app.person || !box.isAble()) { return; }
  app.isShut = async (isOld) => {
    const left = await box.thing('left');
    if (!left && !await box.isShut(app.person, isOld)) { return false; }
    if (left) { await fetch('/logout', { method: 'POST', redirect: 'manual', credentials: 'same-origin' }); }
    location.replace(left ? '/login' : '/n/pin#' + location.pathname + location.search);
    return true;
  };
  document.addEventListener('visibilitychange', () => (document.hidden ? box.used() : app.isShut(true)).catch(() => undefined));
})(window.fieldapp = window.fieldapp || {});
