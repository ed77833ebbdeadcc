/* What the server took in stays on the phone until a checked copy of the server's holds it, a week at most: a server put
   back to last night's copy is given again what came since. */
(function (g) {
  const box = g.outbox;
  const DAY = 86400000;
  const MOST = 500; // ids in one question
  const BETWEEN = 600000; // ms from one question to the next

  async function ask(ids) {
    const answer = await fetch('/known', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Outbox': 'known' }, body: JSON.stringify(ids), redirect: 'manual', credentials: 'same-origin' });
    return answer.ok && answer.headers.get('Server-Now') ? answer.json() : null;
  }

  /* True when something is to be sent again. */
  async function sort(rows, told) {
    const old = Date.now() - 7 * DAY;
    const isIn = (ids, row) => ids.indexOf(row.id) >= 0;
    const safe = rows.filter((row) => isIn(told.safe, row) || (isIn(told.known, row) && row.tried < old));
    const lost = rows.filter((row) => !isIn(told.known, row));
    await box.tx(['queue', 'bodies', 'taken'], 'readwrite', (queue, bodies, taken) => {
      safe.forEach((row) => { taken.delete(row.id); bodies.delete(row.id); });
      lost.forEach((row) => { queue.put(Object.assign({}, row, { state: 'waiting', again: true })); taken.delete(row.id); });
    });
    return lost.length > 0;
  }

  /* Ledgers long untouched, with nothing that waits. */
  async function tidy(person) {
    const used = (await box.rows(person)).concat(await box.taken(person)).map((row) => row.ledger);
    const old = Date.now() - 30 * DAY;
    const gone = (await box.read('ledgers', (store) => store.getAll())).filter((row) => row.person === person && row.at < old && used.indexOf(row.id) < 0);
    if (gone.length) { await box.write('ledgers', (store) => { gone.forEach((row) => store.delete(row.id)); return store.count(); }); }
  }

  /* Ask the server now and then, with a line that works. */
  box.refill = () => box.alone('refill', async () => {
    const person = await box.holder();
    const asked = await box.read('things', (store) => store.get('asked'));
    const all = person ? (await box.taken(person)).sort((a, b) => a.n - b.n) : [];
    const from = asked && asked.next < all.length ? asked.next : 0;
    const rows = all.slice(from, from + MOST);
    const since = asked ? Date.now() - asked.at : BETWEEN;
    if (!rows.length || since >= 0 && since < BETWEEN) { return false; }
    const told = await ask(rows.map((row) => row.id));
    if (!told) { return false; }
    await box.put('things', { name: 'asked', at: Date.now(), next: from + MOST });
    await tidy(person);
    return sort(rows, told);
  });
})(self);
