/* What the store holds, for people to read. */
(function (g) {
  const box = g.outbox;

  /* All that a person tapped on this phone, visit by visit; what cannot be opened is left out. */
  box.ledgers = async (person) => {
    const rows = (await box.read('ledgers', (store) => store.getAll())).filter((row) => row.person === person);
    const read = await Promise.all(rows.map((row) => box.unsealWords(row.sealed).catch(() => [])));
    return read.filter((lines) => lines.length);
  };

  /* A person's rows with what each is, for the list of what waits and for whoever checks that nothing is lost. */
  box.list = async () => {
    const person = await box.holder();
    if (!person) { return []; }
    const rows = await box.rows(person);
    return Promise.all(rows.map(async (row) => {
      const head = await box.unsealWords(row.head).catch(() => ({}));
      return Object.assign(head, { id: row.id, person: person, state: head.id || row.state === 'sent' ? row.state : 'shut', said: row.said, size: row.size, tried: row.tried, receivedAt: row.receivedAt, wall_ms: head.at });
    }));
  };
})(self);
