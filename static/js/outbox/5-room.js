/* When the phone is full: photos that the server has acknowledged go first, the oldest before the newer. For what is
   small there is besides a reserve that was laid by while there was room, and in the end the pages that were made ahead:
   those can be had again. */
(function (g) {
  const box = g.outbox;

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
    if (wanted > box.LARGE) { return false; }
    if (await box.thing('reserve')) { await box.write('things', (store) => store.delete('reserve')); return true; }
    const n = await box.read('pages', (store) => store.count());
    if (n) { await box.tx(['pages', 'things'], 'readwrite', (pages, things) => { pages.clear(); things.delete('ready'); }); }
    return n > 0;
  };
})(self);
