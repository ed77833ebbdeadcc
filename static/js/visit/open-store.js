/* The phone's store, for whoever's page this is: fieldapp.kept says in the end whether it can be had, fieldapp.isKeeping
   what is known now (null: nothing yet), fieldapp.ready() waits a while for it and throws when it cannot. */
(function (app) {
  const PATIENCE = 3000; // ms that a press on a page that has only just come waits for the store
  const box = window.outbox;
  app.isKeeping = box && app.person && box.isAble() ? null : false;
  app.kept = Promise.resolve(false);

  /* Get the person's key once after login; the person before, on a shared phone, loses his. */
  async function begin() {
    if (await app.isShut()) { return false; }
    if (await box.holder() !== app.person) {
      const answer = await fetch('/outbox/key', { credentials: 'same-origin' });
      const told = await answer.json();
      if (told.person !== app.person) { return false; }
      await box.put('things', { name: 'of ' + app.person, receipts: told.receipts, phone: told.phone });
      await box.hold(app.person, box.bytes(told.key));
    }
    if (navigator.storage && navigator.storage.persist) { navigator.storage.persist(); }
    return true;
  }

  if (app.isKeeping === null) {
    app.kept = begin().catch(() => false).then((able) => { app.isKeeping = able; return able; });
  }

  app.ready = async () => {
    if (app.isKeeping) { return; }
    const late = new Promise((done) => setTimeout(done, PATIENCE));
    if (!await Promise.race([app.kept, late])) { throw new Error('no store'); }
  };
})(window.fieldapp = window.fieldapp || {});
