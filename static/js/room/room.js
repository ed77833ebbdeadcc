/* What the phone's storage threatens, each with what to do about it. Not on the pages of a running visit. */
(function (app) {
  const LITTLE = { bytes: 200 * 1048576, share: 0.1 }; // less than either is little
  const LOUD = 24 * 3600000; // ms that something may wait before it is said loudly
  const box = window.outbox;
  const place = document.querySelector('[data-room]');
  const person = document.documentElement.getAttribute('data-person');
  const isApple = /iPhone|iPad/.test(navigator.userAgent);

  function say(text) {
    const line = document.createElement('p');
    line.className = 'tip strong';
    line.textContent = text;
    place.appendChild(line);
  }

  app.room = async () => {
    const rows = (await box.list()).filter((row) => row.state !== 'sent');
    const old = rows.filter((row) => row.at < Date.now() - LOUD).length;
    place.textContent = '';
    if (document.documentElement.hasAttribute('data-no-worker')) { say('现在没信号时页面打不开，先别离开有信号的地方；记下的都在'); }
    if (old) { say('有 ' + old + ' 样存了一天多还没传。找有信号的地方打开“待传”，传不了就导出成文件交办公室'); }
    if (!await box.layBy()) { say('手机存满了，没信号时新记的可能存不下。删掉些别的照片、视频再出门'); return; }
    if (!navigator.storage || !navigator.storage.estimate) { return; }
    const told = await navigator.storage.estimate();
    const left = told.quota - told.usage;
    if (left < LITTLE.bytes || left < told.quota * LITTLE.share) { say('手机快存满了，还能存 ' + Math.floor(left / 1048576) + ' MB。删掉些别的照片、视频再出门'); }
    if (rows.length && !await navigator.storage.persisted()) {
      say(isApple ? '苹果手机七天不打开就会清掉没传的，有信号就打开传完' : '手机空间不够时可能清掉没传的，有信号就传完');
    }
  };

  if (!place || !person || !window.isSecureContext) { return; }
  app.kept.then((able) => able ? app.room() : say('没信号时记不住，先别离开有信号的地方')).catch(() => undefined);
})(window.fieldapp = window.fieldapp || {});
