/* Write ahead: a tap and its line in the ledger are on the phone in one transaction before anything is sent. */
(function (box) {
  const place = (person, visit) => box.sha256(person + ' ' + visit); // names no visit to whoever finds the phone
  async function open(id, person) {
    const row = await box.read('ledgers', (store) => store.get(id));
    if (!row) { return { v: 0, lines: [] }; }
    try {
      return { v: row.v, lines: await box.unsealWords(row.sealed, person) };
    } catch (error) { // sealed with a key that is not here: laid aside, and another begun
      if (error.name !== 'OperationError') { throw error; } // no key, or another person's: nothing is touched
      await box.put('ledgers', Object.assign({}, row, { id: id + ' ' + row.v }));
      return { v: row.v, lines: [] };
    }
  }

  /* The person's own taps in a visit from this phone, oldest first. */
  box.ledger = async (person, visit) => (await open(await place(person, visit), person)).lines;

  /* Write lines and, in the same transaction, what act does with queue, bodies and taken. False if another tab wrote into
     the ledger meanwhile: on phones without locks. */
  async function rewrite(id, person, before, lines, act, how) {
    const next = { id: id, person: person, v: before.v + 1, at: Date.now(), sealed: await box.sealWords(lines, person) };
    let isOvertaken = false;
    await box.tx(['ledgers', 'queue', 'bodies', 'taken'], 'readwrite', (ledgers, queue, bodies, taken) => {
      const asked = ledgers.get(id);
      asked.onsuccess = () => {
        isOvertaken = (asked.result ? asked.result.v : 0) !== before.v;
        if (isOvertaken) { return; }
        ledgers.put(next);
        act(queue, bodies, taken);
      };
      return asked;
    }, how);
    return !isOvertaken;
  }

  const isTurned = (other, line) => other.kind === line.kind && other.choice !== line.choice && JSON.stringify(other.fields) === JSON.stringify(line.fields);
  /* Whether a tap is that line's press once more: a thumb that trembles. A page that was shown again, from the phone or
     after an undo, has buttons with ids that were used already: that is another tap. */
  const isAgain = (line, tap, lines) => line.at === tap.at ||
    !tap.photo && Math.abs(line.at - tap.at) < 1000 && line.choice === tap.choice && JSON.stringify(line.fields) === JSON.stringify(tap.fields) &&
    !lines.some((other, n) => other.kind === 'undo' ? other.fields.tap === line.id : n > lines.indexOf(line) && isTurned(other, line));

  /* tap: {id, another, person, visit, url, kind, choice, fields, label, at, photo}, another being a second id for when the
     first is taken; make(seq, lines, id) gives the request as {type, bytes}, lines being those of before. `known`: the
     number of the last one that the server has. Gives the line written; the same press again that of before. */
  box.keep = (tap, make, known) => box.alone('keep', async () => {
    const id = await place(tap.person, tap.visit);
    for (;;) {
      const before = await open(id, tap.person);
      const there = before.lines.find((line) => line.id === tap.id);
      if (there && isAgain(there, tap, before.lines)) { return there; }
      const tapId = there ? tap.another : tap.id;
      const seq = Math.max(known || 0, ...before.lines.map((each) => each.seq)) + 1;
      const line = { id: tapId, seq: seq, kind: tap.kind, choice: tap.choice, fields: tap.fields, label: tap.label, at: tap.at, photo: tap.photo };
      const request = await make(seq, before.lines, tapId);
      const told = { id: tapId, visit: tap.visit, url: tap.url, type: request.type, kind: tap.kind, label: tap.label, at: tap.at };
      if (request.bytes.byteLength > box.LARGE && await box.isLaidBy() === false) { throw new DOMException('reserve', 'QuotaExceededError'); }
      const [head, sealed] = await Promise.all([box.sealWords(told, tap.person), box.seal(request.bytes, tap.person)]);
      const row = { id: tapId, person: tap.person, ledger: id, state: 'waiting', tries: 0, size: request.bytes.byteLength, head: head };
      const add = (queue, bodies) => { queue.add(row); bodies.add({ id: tapId, body: sealed }); };
      try {
        if (await rewrite(id, tap.person, before, before.lines.concat(line), add)) { return line; }
      } catch (error) {
        if (error.name !== 'QuotaExceededError' || !await box.makeRoom(row.size)) { throw error; }
      }
    }
  });

  /* Taken in: said goes into its line, the row to what was taken. If a power cut loses this, it is only sent again. */
  box.take = (row, said) => box.alone('keep', async () => {
    const gone = Object.assign({}, row, { state: 'sent', tried: Date.now() }, said);
    const move = (queue, bodies, taken) => { queue.delete(row.n); taken.put(gone); };
    for (;;) {
      const before = await open(row.ledger, row.person);
      const lines = before.lines.map((line) => line.id === row.id ? Object.assign({}, line, said) : line);
      if (await rewrite(row.ledger, row.person, before, lines, move, 'relaxed')) { return; }
    }
  });
})(self.outbox);
