/* What waits on this phone, and what was taken in. */
(function (g) {
  const box = g.outbox;
  const of = async (store, person) => (await box.read(store, (rows) => rows.getAll())).filter((row) => row.person === person);

  box.LARGE = 65536; // bytes; larger ones wait for the small, and hold none of them up

  /* The lines of a ledger that were not taken back. */
  box.counted = (lines) => {
    const back = lines.filter((line) => line.kind === 'undo').map((line) => line.fields.tap);
    return lines.filter((line) => back.indexOf(line.id) < 0);
  };

  /* A person's rows that wait, in the order of their making; and those taken in. */
  box.rows = (person) => of('queue', person);
  box.taken = (person) => of('taken', person);
  box.waiting = async (person) => (await box.rows(person)).length;
})(self);
