/* What the store holds, for people to read. */
(function (g) {
  const box = g.outbox;

  /* What was taken in and what waits, with what each is: for the list, and for whoever checks that nothing is lost. What
     was sealed with a key that is not here is 'shut'. */
  box.list = async () => {
    const person = await box.holder();
    if (!person) { return []; }
    const rows = (await box.taken(person)).concat(await box.rows(person));
    return Promise.all(rows.map(async (row) => {
      const head = await box.unsealWords(row.head).catch(() => ({}));
      const state = head.at || row.state === 'sent' ? row.state : 'shut';
      return Object.assign(head, { wall_ms: head.at }, row, { state: state, head: undefined, ledger: undefined });
    }));
  };
})(self);
