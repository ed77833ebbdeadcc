/* Where a number is set, a page that comes back after a pause gives way to the one that asks for it. */
(function (app) {
  const box = window.outbox;
  const person = document.documentElement.getAttribute('data-person');
  app.isShut = () => Promise.resolve(false);
  if (!box || !person || !box.isAble()) { return; }
  app.isShut = async () => {
    if (await box.thing('left')) { // logged out when the server could not be told
      await fetch('/logout', { method: 'POST', redirect: 'manual', credentials: 'same-origin' });
      location.replace('/login');
      return true;
    }
    if (!await box.isShut(person)) { return box.used().then(() => false); }
    location.replace('/n/pin#' + location.pathname + location.search);
    return true;
  };
  document.addEventListener('visibilitychange', () => (document.hidden ? box.used() : app.isShut()).catch(() => undefined));
})(window.fieldapp = window.fieldapp || {});
