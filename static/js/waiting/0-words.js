/* What the lists say of one row: what it is, and why it waits. */
(function (app) {
  const box = window.outbox;
  const SAID = {
    login: '登录过期，重新登录就接着传', stopped: '账号停用了，导出成文件交办公室', person: '手机上登录的是别人，你登录后再传',
    aside: '服务器处理这一条时出错，先放在一边，别的照传', shut: '打不开，导出成文件交办公室'
  };
  const WAITS = { full: '服务器存满了，过会儿自动传', failed: '服务器出错，过会儿自动再传' };
  app.one = (name) => document.querySelector('[' + name + ']');
  app.make = (tag, text, inside, cls) => {
    const made = document.createElement(tag);
    made.textContent = text;
    made.className = cls || '';
    return inside.appendChild(made);
  };
  app.cell = (list, title, text, cls) => {
    const cell = app.make('li', '', list, 'cell');
    const body = app.make('div', '', cell, 'grow');
    app.make('p', title, body, 'numbers');
    app.make('p', text, body, cls || 'muted small numbers');
    return body;
  };

  /* before: the row that is sent before this one, if it was tried in vain. */
  app.reason = (row, before) => {
    if (row.state === 'refused') { return row.said || '服务器没收'; }
    if (row.state === 'waiting' && before && before.state !== 'waiting') { return SAID[before.state]; } // it holds all up
    const tried = row.tried || (before && before.tried);
    return SAID[row.state] || WAITS[row.said] || (tried ? app.minute(tried) + ' 试过，没信号；有信号自动传' : '排着，马上传');
  };
  const what = (row) => row.kind === 'photo' || row.photo ? '照片 ' : row.kind === 'begin' ? '记录·开始 ' : '记录·' + row.label + ' ';
  app.titleOf = (row) => row.state === 'shut' ? '存着的一样' : what(row) + app.minute(row.at);

  /* All that a person tapped on this phone, visit by visit; what cannot be opened is left out. */
  box.ledgers = async (person) => {
    const rows = (await box.read('ledgers', (store) => store.getAll())).filter((row) => row.person === person);
    const read = await Promise.all(rows.map((row) => box.unsealWords(row.sealed).catch(() => [])));
    return read.filter((lines) => lines.length);
  };
})(window.fieldapp = window.fieldapp || {});
