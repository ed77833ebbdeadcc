/* Before anybody is logged in: how much lies here that was not sent. Whose it is and what it is nobody is told. */
(function (app) {
  const told = document.querySelector('[data-left-here]');
  if (!told || !window.outbox || !window.outbox.isAble()) { return; }
  app.unsent().then((rows) => {
    if (!rows.length) { return; }
    const isStopped = rows.some((row) => row.state === 'stopped');
    told.querySelector('p').textContent = '这部手机里还有没传的 ' + rows.length + ' 样，登录就接着传' + (isStopped ? '；账号停用了的，导出成文件交办公室' : '');
    told.hidden = false;
  }).catch(() => undefined);
})(window.fieldapp = window.fieldapp || {});
