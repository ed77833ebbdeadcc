/* The list of what waits, each with its reason; photos with the bytes that have left. */
(function (app) {
  const box = window.outbox;
  const person = document.documentElement.getAttribute('data-person');
  const one = (name) => document.querySelector('[' + name + ']');
  const two = (n) => (n < 10 ? '0' : '') + n;
  const clock = (ms) => { const at = new Date(ms + 8 * 3600000); return at.getUTCHours() + ':' + two(at.getUTCMinutes()); };
  const mb = (bytes) => (bytes / 1048576).toFixed(1);
  const PROGRESS = {};

  function make(tag, text, inside, cls) {
    const made = document.createElement(tag);
    made.textContent = text;
    made.className = cls || '';
    return inside.appendChild(made);
  }

  function reason(row) {
    if (row.state === 'login') { return '登录过期，重新登录就接着传'; }
    if (row.state === 'person') { return '服务器上现在登录的是别人，你登录后再传'; }
    if (row.state === 'aside') { return '服务器处理这一条时出错，先放在一边，别的照传'; }
    if (row.state === 'refused') { return row.said || '服务器没收'; }
    if (row.said === 'full') { return '服务器存满了，已存在手机里，过会儿自动传'; }
    return row.tried ? clock(row.tried) + ' 试过，没信号；有信号自动传' : '排着，马上传';
  }

  function line(row, list) {
    const body = make('div', '', make('li', '', list, 'cell'), 'grow');
    const photo = row.kind === 'photo';
    make('p', (photo ? '照片' : '记录·' + row.label) + ' ' + clock(row.at), body);
    const gone = PROGRESS[row.id];
    if (photo && gone && gone < row.size) {
      const shown = make('progress', '', body);
      shown.max = row.size;
      shown.value = gone;
      shown.setAttribute('aria-label', '已传');
      make('p', mb(gone) + ' / ' + mb(row.size) + ' MB', body, 'muted small numbers');
      return;
    }
    make('p', (photo ? mb(row.size) + ' MB·' : '') + reason(row), body, row.state === 'waiting' ? 'muted small numbers' : 'small strong');
    if (row.state === 'login') { make('a', '登录', body, 'btn btn-quiet').href = '/login?next=/outbox'; }
  }

  async function show() {
    const rows = await box.list();
    const there = rows.filter((row) => row.state === 'sent');
    const waits = rows.filter((row) => row.state !== 'sent' && row.state !== 'refused' && row.state !== 'aside');
    const stays = rows.filter((row) => row.state === 'refused' || row.state === 'aside');
    one('data-waiting-said').textContent = waits.length ? '还有 ' + waits.length + ' 样没传。都存在这部手机里，关掉也不丢。' : '都传到了。';
    fill(one('data-waiting'), waits);
    fill(one('data-refused').querySelector('ul'), stays);
    one('data-refused').hidden = !stays.length;
    one('data-waiting-does').hidden = !waits.length && !stays.length;
    const photos = there.filter((row) => row.kind === 'photo').length;
    const last = there.reduce((latest, row) => Math.max(latest, row.receivedAt || 0), 0);
    one('data-taken-in').textContent = there.length ? '最近送达 ' + clock(last) + '·服务器收到 ' + there.length + ' 条，其中照片 ' + photos + ' 张' : '';
  }

  function fill(list, rows) {
    list.textContent = '';
    list.hidden = !rows.length;
    rows.forEach((row) => line(row, list));
  }

  app.kept.then((able) => {
    if (!able) { return; }
    const sent = box.onSent;
    box.onSent = async (told) => { await sent(told); await show(); };
    box.onProgress = (id, gone) => { PROGRESS[id] = gone; show(); };
    one('data-resend').addEventListener('click', () => box.drain(true).then(show));
    show();
  });
})(window.fieldapp = window.fieldapp || {});
