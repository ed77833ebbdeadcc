/* The list of what waits, each with its reason; photos with the bytes that have left. */
(function (app) {
  const box = window.outbox;
  const mb = (bytes) => (bytes / 1048576).toFixed(1);
  const gone = {}; // bytes of a photo that have left, by its id
  const bars = {};

  function photo(row, list, before) {
    const body = app.cell(list, app.titleOf(row), mb(row.size) + ' MB·' + (row.tried || before && before.state !== 'waiting' ? app.reason(row, before) : '排在后面'));
    const bar = bars[row.id] = document.createElement('progress');
    bar.max = row.size;
    bar.setAttribute('aria-label', '已传');
    body.insertBefore(bar, body.lastChild);
    progress(row.id);
  }

  function progress(id) {
    const bar = bars[id];
    if (bar) { bar.hidden = !gone[id] || gone[id] >= bar.max; }
    if (bar && !bar.hidden) { bar.value = gone[id]; bar.nextSibling.textContent = mb(gone[id]) + ' / ' + mb(bar.max) + ' MB'; }
  }

  /* Photos one by one; what was tapped together, for each reason. */
  function waits(rows, list) {
    const groups = {};
    const before = rows.find((row) => row.tried);
    rows.forEach((row) => {
      const why = row.kind === 'photo' ? row.id : app.reason(row, before);
      (groups[why] = groups[why] || []).push(row);
    });
    Object.keys(groups).forEach((why) => {
      const first = groups[why][0];
      if (first.kind === 'photo') { photo(first, list, before); return; }
      const n = groups[why].length;
      const body = app.cell(list, n > 1 ? '记录 ' + n + ' 条' : app.titleOf(first), why, before && before.state !== 'waiting' ? 'small strong' : '');
      if (first.state === 'login') { app.make('a', '登录', body.parentNode, 'btn btn-quiet').href = '/login?next=/outbox'; }
    });
  }

  function stays(row, list) {
    const body = app.cell(list, app.titleOf(row), app.reason(row), 'small strong');
    app.make('p', (row.kind === 'photo' ? '原图' : '') + '留在手机里，可以导出后交给办公室', body, 'muted small');
    if (row.state === 'shut') { return; }
    const again = app.make('button', '重传', body.parentNode, 'btn btn-quiet');
    again.addEventListener('click', () => { again.disabled = true; box.drain(row.id).then(show, show); });
  }

  const isAside = (row) => /^(refused|aside|shut)$/.test(row.state);
  async function show() {
    const rows = await box.list();
    const there = rows.filter((row) => row.state === 'sent');
    const open = rows.filter((row) => row.state !== 'sent' && !isAside(row));
    const kept = rows.filter(isAside);
    app.one('data-waiting-said').textContent = open.length ? '还有 ' + open.length + ' 样没传。都存在这部手机里，关掉也不丢。' : kept.length ? '别的都传到了。' : '都传到了。';
    fill(app.one('data-waiting'), open, (list) => waits(open, list));
    fill(document.querySelector('[data-refused] ul'), kept, (list) => kept.forEach((row) => stays(row, list)));
    app.one('data-refused').hidden = !kept.length;
    const does = app.one('data-waiting-does');
    does.hidden = does.closest('.dock').hidden = !open.length && !kept.length;
    const last = Math.max(0, ...there.map((row) => row.receivedAt || 0));
    const photos = there.filter((row) => row.kind === 'photo').length;
    app.one('data-taken-in').textContent = last ? '最近送达 ' + app.minute(last) + '·收到 ' + there.length + ' 条，其中照片 ' + photos + ' 张' : '';
    await app.showVisits();
    if (!open.length) { await app.room(); }
  }

  const fill = (list, rows, draw) => { list.textContent = ''; list.hidden = !rows.length; draw(list); };
  app.kept.then((able) => {
    if (!able || !app.one('data-waiting')) { return; }
    const sent = box.onSent;
    box.onSent = async (told) => { await sent(told); await show(); };
    box.onProgress = (id, bytes) => { gone[id] = bytes; progress(id); };
    app.one('data-resend').addEventListener('click', () => box.drain(true).then(show, show));
    app.sentElsewhere = show;
    show();
  });
})(window.fieldapp = window.fieldapp || {});
