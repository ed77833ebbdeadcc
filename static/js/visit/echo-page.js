/* fieldapp.echo(isNew) shows at once what was tapped, over the page that the server made; fieldapp.bar() how much waits. */
(function (app) {
  const box = window.outbox;
  const root = document.documentElement;
  const NOT_UNDONE = /^(undo|handin|countersign|begin)$/;
  let plain = null; // the page as the server made it, before anything was drawn over it

  app.served = Number(root.getAttribute('data-now')); // when the server made what is shown
  app.page = () => document.getElementById('visit');
  app.visitOf = (path) => (path.match(/^\/n\/([0-9a-f-]{36})/) || [])[1];

  app.bar = async () => {
    const n = await box.waiting(app.person);
    app.all('[data-sync]', (said) => {
      said.textContent = n ? '待传 ' + n : '已传完';
      said.closest('.sync').classList.toggle('waiting', n > 0);
    });
    app.all('[data-sync-memo]', (said) => { said.textContent = n ? '本机已存' : '已同步'; });
  };

  /* The page without what was drawn: an undo takes something away. */
  function plainAgain() {
    app.page().replaceWith(plain.cloneNode(true));
    if (window.htmx) { window.htmx.process(app.page()); }
  }

  function tell(last) {
    if (!last || app.page().classList.contains('memo')) { return; }
    const at = app.clock(app.instant(last));
    const row = /stage|skip/.test(last.kind) && document.querySelector('[data-stage="' + last.choice + '"] b');
    const word = row ? row.textContent : last.photo ? '照片' : last.fields.conclusion || last.label || '';
    app.say(last.kind === 'handin' && !last.receivedAt ? '交了，存在手机里，有信号会自动传。两边都到服务器才能会签'
      : '已记“' + word.slice(0, 14) + '” ' + at + (last.receivedAt ? '' : '·待传'));
  }

  /* isNew: the page is one that the server has made just now. */
  app.echo = async (isNew) => {
    const visit = app.visitOf(location.pathname);
    await app.bar();
    if (!visit || !app.page()) { return; }
    const lines = await box.ledger(app.person, visit);
    const last = Number(app.page().getAttribute('data-seq')); // what came while the page was made is not in it
    const isHeld = (line) => line.receivedAt <= app.served && line.seq <= last;
    const undos = lines.filter((line) => line.kind === 'undo');
    const back = undos.map((line) => line.fields.tap);
    const isBack = (line) => back.indexOf(line.id) >= 0;
    const counts = lines.filter((line) => !isBack(line) && line.kind !== 'undo');
    const undone = undos.filter((line) => !isHeld(line)).map((line) => line.fields.tap);
    const drawn = counts.filter((line) => !isHeld(line));
    const photos = lines.filter((line) => line.photo && !line.receivedAt).length;
    if (isNew || !plain) { plain = app.page().cloneNode(true); }
    if (lines.some((line) => isBack(line) && !isHeld(line))) { plainAgain(); }
    lines.filter((line) => isHeld(line) && undone.indexOf(line.id) >= 0).forEach(app.wipe);
    drawn.forEach(app.draw);
    app.drawNext(drawn, counts.filter((line) => !NOT_UNDONE.test(line.kind)).pop(), undone);
    app.drawHandIn(lines, drawn);
    app.all('[data-unsent]', (shown) => { shown.textContent = photos ? photos + ' 张存在手机里，还没传到' : ''; });
    tell(drawn.filter((line) => line.kind !== 'begin').pop());
  };
})(window.fieldapp = window.fieldapp || {});
