/* Where each visit stands: on the phone, on the server, handed in. It is named by when it began and by nothing else. */
(function (app) {
  const box = window.outbox;
  const person = document.documentElement.getAttribute('data-person');
  const DAYS = 3 * 86400000; // as long as one that is all on the server is told of

  function day(ms) {
    const at = new Date(ms + 8 * 3600000);
    return at.getUTCMonth() + 1 + '月' + at.getUTCDate() + '日 ' + app.minute(ms);
  }

  const isTaken = (line) => Boolean(line.receivedAt);

  function standing(lines) {
    const waits = lines.filter((line) => !isTaken(line));
    const photos = waits.filter((line) => line.photo).length;
    const handed = lines.some((line) => line.kind === 'handin' && isTaken(line));
    if (waits.length) { return ['存在手机里', '还有 ' + waits.length + ' 样没传' + (photos ? '，其中照片 ' + photos + ' 张' : ''), 'small strong']; }
    return [handed ? '已提交' : '已到服务器', lines.length + ' 样都到了' + (handed ? '' : '，还没提交')];
  }

  app.showVisits = async () => {
    const there = app.one('data-visits');
    const list = there.querySelector('ul');
    const visits = (await box.ledgers(person)).filter((lines) => lines.some((line) => !isTaken(line) || line.at > Date.now() - DAYS));
    visits.sort((a, b) => b[0].at - a[0].at);
    list.textContent = '';
    there.hidden = !visits.length;
    visits.forEach((lines) => {
      const [state, text, cls] = standing(lines);
      app.cell(list, day(lines[0].at) + ' 记起的：' + state, text, cls);
    });
  };
})(window.fieldapp = window.fieldapp || {});
