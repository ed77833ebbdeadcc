/* Leaving this phone: pages and key go from it before the server hears of the logout. What was tapped stays, sealed. */
(function (g) {
  const box = g.outbox;
  if (!box || !box.isAble()) { return; }

  /* Pages and key go, what was tapped stays. `said` is the small thing that stands for it: `left` until the server has
     heard of the logout, `pin` when too many wrong numbers were given. */
  box.leave = async (said) => {
    await box.tx(['keys', 'pages', 'things'], 'readwrite', (keys, pages, things) => {
      keys.clear();
      pages.clear();
      things.delete(IDBKeyRange.bound('parcel:', 'parcel;'));
      things.delete('pin');
      things.delete('left');
      return said && things.put(said);
    });
    await box.letGo();
  };

  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.getAttribute('action') !== '/logout') { return; }
    event.preventDefault();
    const go = () => form.submit();
    Promise.race([box.leave({ name: 'left' }), new Promise((done) => setTimeout(done, 1000))]).then(go, go);
  }, true);
})(self);
