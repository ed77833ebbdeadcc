/* fieldapp.handIn(form, data, lines) writes into the data of a hand-in what this phone hands in. */
(function (app) {
  /* What a hand-in hands in is all that this phone tapped; the page may know less, or of taps older than the ledger. */
  app.handIn = async (form, data, lines) => {
    const all = {};
    form.getAttribute('data-handed').split(' ').filter(Boolean).forEach((word) => {
      const parts = word.split(':');
      all[parts[0]] = { seq: Number(parts[1]), photo: parts[2] === '1' };
    });
    lines.forEach((line) => { if (!/handin|countersign/.test(line.kind)) { all[line.id] = line; } });
    const ids = Object.keys(all).sort();
    const seqs = ids.map((id) => all[id].seq);
    data.set('taps', ids.length);
    data.set('photos', ids.filter((id) => all[id].photo).length);
    data.set('first_seq', Math.min(...seqs));
    data.set('last_seq', Math.max(...seqs));
    data.set('ids_sha256', await window.outbox.sha256(ids.join('\n')));
  };
})(window.fieldapp = window.fieldapp || {});
