/* When the phone is full: photos that the server has acknowledged go first, the oldest before the newer. For what is
   small there is besides a reserve that was laid by while there was room. Pages made ahead are no help: what they leave
   is free only when the browser tidies its files, so they stop in time (pages/5-making.js). */
(function (g) {
  const box = g.outbox;

  /* Whether the reserve is there; null: it never was. */
  box.isLaidBy = async () => {
    const row = await box.thing('reserve');
    return row ? Boolean(row.bytes) : null;
  };

  /* False when there is nothing left to give up for so many bytes. */
  box.makeRoom = async (wanted) => {
    const rows = (await box.read('taken', (store) => store.getAll())).filter((row) => row.size > box.LARGE);
    rows.sort((a, b) => a.receivedAt - b.receivedAt);
    let freed = 0;
    const gone = rows.filter((row) => { const goes = freed < 2 * wanted; freed += goes ? row.size : 0; return goes; });
    if (gone.length) {
      await box.tx(['taken', 'bodies'], 'readwrite', (taken, bodies) => { gone.forEach((row) => { taken.delete(row.id); bodies.delete(row.id); }); });
      return true;
    }
    if (wanted > box.LARGE || !await box.isLaidBy()) { return false; }
    await box.write('things', (store) => store.delete('reserve'));
    await box.put('things', { name: 'reserve' }).catch(() => undefined); // given up: what is large finds no room from now on
    return true;
  };
})(self);
