/* Where a number is set, a page that comes back after a pause gives way to the one that asks for it. Logging out takes
   pages and key from the phone before the server hears of it; what was tapped stays. */
(function (app) {
  const box = window.outbox;
  const person = document.documentElement.getAttribute('data-person');
  app.isShut = () => Promise.resolve(false);
  if (!box || !person || !box.isAble()) { return; }
  app.isShut = async () => {
    if (!await box.isShut(person)) { return box.used().then(() => false); }
    location.replace('/n/pin#' + location.pathname + location.search);
    return true;
  };
  document.addEventListener('visibilitychange', () => (document.hidden ? box.used() : app.isShut()).catch(() => undefined));
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.getAttribute('action') !== '/logout') { return; }
    event.preventDefault();
    const go = () => form.submit();
    Promise.race([box.leave(), new Promise((done) => setTimeout(done, 1000))]).then(go, go);
  }, true);
})(window.fieldapp = window.fieldapp || {});
