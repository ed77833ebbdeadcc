/* What waits on this phone, and what was taken in. */
(function (g) {
  const box = g.outbox;
  const of = async (store, person) => (await box.read(store, (rows) => rows.getAll())).filter((row) => row.person === person);

  /* A person's rows that wait, in the order of their making; and those taken in. */
  box.rows = (person) => of('queue', person);
  box.taken = (person) => of('taken', person);
  box.waiting = async (person) => (await box.rows(person)).length;
})(self);
