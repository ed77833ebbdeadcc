/* When the phone is full: photos that the server has acknowledged go first, the oldest before the newer. For what is
   small there is besides a reserve that was laid by while there was room. */
(function (g) {
  const box = g.outbox;
  const RESERVE = 1048576; // bytes: hundreds of taps
  const PIECE = 65536; // as many random bytes as are given at once
  const isReserved = () => box.read('things', (store) => store.count('reserve'));

  box.layBy = async () => {
    if (await isReserved()) { return; }
    const bytes = new Uint8Array(RESERVE); // random: a store that packs what it keeps would make nothing of zeros
    for (let at = 0; at < RESERVE; at += PIECE) { crypto.getRandomValues(bytes.subarray(at, at + PIECE)); }
    await box.put('things', { name: 'reserve', bytes: bytes });
  };

  /* False when there is nothing left to give up for so many bytes. */
  box.makeRoom = async (wanted) => {
    const rows = (await box.read('queue', (store) => store.getAll())).filter((row) => row.state === 'sent' && row.size > PIECE);
    rows.sort((a, b) => a.receivedAt - b.receivedAt);
    let freed = 0;
    const gone = rows.filter((row) => { const goes = freed < 2 * wanted; freed += goes ? row.size : 0; return goes; });
    if (gone.length) {
      await box.tx(['queue', 'bodies'], 'readwrite', (queue, bodies) => { gone.forEach((row) => { queue.delete(row.n); bodies.delete(row.id); }); });
      return true;
    }
    if (wanted > PIECE || !await isReserved()) { return false; }
    await box.write('things', (store) => store.delete('reserve'));
    return true;
  };
})(self);
