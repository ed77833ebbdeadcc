/* Leaving this phone: pages and key go from it before the server hears of the logout. What was tapped stays, sealed. */
(function (g) {
  const box = g.outbox;
  if (!box || !box.isAble()) { return; }

  /* Logged out, or too many wrong numbers (then `pin` says so): pages and key go, what was tapped stays. */
  box.leave = async (pin) => {
    await box.tx(['keys', 'pages', 'things'], 'readwrite', (keys, pages, things) => {
      keys.clear();
      pages.clear();
      things.delete(IDBKeyRange.bound('parcel:', 'parcel;'));
      return pin ? things.put(pin) : things.delete('pin');
    });
    await box.letGo();
  };

  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.getAttribute('action') !== '/logout') { return; }
    event.preventDefault();
    const go = () => form.submit();
    Promise.race([box.leave(), new Promise((done) => setTimeout(done, 1000))]).then(go, go);
  }, true);
})(self);
