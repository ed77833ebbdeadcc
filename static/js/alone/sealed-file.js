/* What waits on this phone as one file, sealed as it lies in the store: no key is needed for it, and whoever finds it
   can read nothing. A line of JSON, then for each record a line of JSON and the sealed bytes of its body. */
(function (app) {
  const box = window.outbox;
  const base64 = (bytes) => btoa(String.fromCharCode.apply(null, new Uint8Array(bytes)));
  const line = (told) => JSON.stringify(told) + '\n';

  app.download = (blob, kind) => {
    const link = document.createElement('a');
    const at = new Date(Date.now() + 8 * 3600000).toISOString();
    link.href = URL.createObjectURL(blob);
    link.download = at.slice(0, 10) + '-' + at.slice(11, 16).replace(':', '') + '.fieldapp-' + kind;
    document.body.appendChild(link).click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  /* What the server has not acknowledged: of one person, or of all whose it is. */
  app.unsent = async (person) => (await box.read('queue', (store) => store.getAll()))
    .filter((row) => !person || row.person === person);

  app.sealedFile = async (person) => {
    const rows = await app.unsent(person);
    const persons = rows.map((row) => row.person).filter((one, n, all) => all.indexOf(one) === n);
    const phones = {};
    for (const one of persons) {
      const told = await box.read('things', (store) => store.get('of ' + one));
      if (told) { phones[one] = told.phone; }
    }
    const parts = [line({ format: 'fieldapp-queue', v: 1, made_at: Date.now(), persons: persons, phones: phones, records: rows.length })];
    for (const row of rows) { // one body at a time: a blob's bytes are the browser's, not this page's memory
      const whole = await box.read('bodies', (store) => store.get(row.id));
      const body = whole ? whole.body : { iv: new Uint8Array(0), data: new ArrayBuffer(0) };
      parts.push(line({
        id: row.id, person: row.person, state: row.state, tries: row.tries, n: row.n,
        head: { iv: base64(row.head.iv), data: base64(row.head.data) }, body: { iv: base64(body.iv), bytes: body.data.byteLength }
      }), new Blob([body.data]), '\n');
    }
    return new Blob(parts, { type: 'application/octet-stream' });
  };

  document.addEventListener('click', async (event) => {
    const button = event.target.closest && event.target.closest('[data-export]');
    if (!button) { return; }
    button.disabled = true;
    try {
      app.download(await app.sealedFile(document.documentElement.getAttribute('data-person')), 'queue');
    } finally { button.disabled = false; }
  });
})(window.fieldapp = window.fieldapp || {});
