/* A hand-in hands in all that this phone tapped; the page may know less, or of taps older than the ledger.
   fieldapp.handIn(form, data, lines) writes it into the data, fieldapp.drawHandIn(lines, drawn) onto the page. */
(function (app) {
  function handed(form, lines) {
    const all = {};
    form.getAttribute('data-handed').split(' ').filter(Boolean).forEach((word) => {
      const parts = word.split(':');
      all[parts[0]] = { seq: Number(parts[1]), photo: parts[2] === '1' };
    });
    lines.forEach((line) => { if (!/handin|countersign/.test(line.kind)) { all[line.id] = line; } });
    return all;
  }
  const photos = (all) => Object.keys(all).filter((id) => all[id].photo).length;

  app.handIn = async (form, data, lines) => {
    const all = handed(form, lines);
    const ids = Object.keys(all).sort();
    const seqs = ids.map((id) => all[id].seq);
    data.set('taps', ids.length);
    data.set('photos', photos(all));
    data.set('first_seq', Math.min(...seqs));
    data.set('last_seq', Math.max(...seqs));
    data.set('ids_sha256', await window.outbox.sha256(ids.join('\n')));
  };

  /* Handed in: nothing more is judged here; photos that wait are sent all the same. */
  function shut() {
    app.all('form[data-tap] button', (button) => { button.disabled = true; });
    app.all('.trio a', (link) => { link.hidden = true; });
    app.all('a#next', (link) => {
      link.href = location.pathname.replace(/^(\/n\/[^/]+).*/, '$1/handin');
      link.textContent = '已交，看还差什么';
    });
  }

  /* What is left to judge or to answer: data-left holds what the server thinks is, data-left-by of which tap. */
  app.drawHandIn = (lines, drawn) => {
    if (drawn.some((line) => line.kind === 'handin')) { shut(); }
    app.all('[data-left]', (shown) => {
      const by = shown.getAttribute('data-left-by').split(' ');
      const isDone = (code) => drawn.some((line) => line.kind === by[0] && line.fields[by[1]] === code);
      const n = shown.getAttribute('data-left').split(' ').filter((code) => !isDone(code)).length;
      shown.textContent = n ? shown.getAttribute('data-said').replace('#', n) : shown.getAttribute('data-none') || '';
    });
    app.all('form[data-handed]', (form) => {
      const waits = lines.filter((line) => !line.receivedAt).length;
      const all = handed(form, lines);
      if (!waits) { return; }
      app.all('[data-own-count]', (shown) => {
        shown.textContent = '这部手机 ' + Object.keys(all).length + ' 条·照片 ' + photos(all) + ' 张·还有 ' + waits + ' 样没传';
      });
    });
  };
})(window.fieldapp = window.fieldapp || {});
