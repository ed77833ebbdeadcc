/* Whether what today needs is on this phone: said on 今日, and asked for each time it is opened. */
(function (app) {
  const line = document.querySelector('[data-ready]');
  const say = (text, isDone) => {
    line.textContent = text;
    line.hidden = false;
    line.classList.toggle('ready', Boolean(isDone));
  };

  /* told: {got, of, date} and, when the asking is over, isOver. */
  app.showReady = (told) => {
    const left = told.of - told.got;
    const isToday = told.date === line.getAttribute('data-ready');
    if (told.of && !left && isToday) { say('已备好，没信号也能用', true); return; }
    if (!told.isOver) { say(told.of && isToday ? '正在备没信号时用的页，还差 ' + left + ' 页，共 ' + told.of + ' 页' : '正在备没信号时用的页'); return; }
    say(isToday && told.of ? '还没备好，差 ' + left + ' 页，共 ' + told.of + ' 页。有信号时再打开这一页就接着备'
      : '今天的还没备，这时没信号用不全。有信号时打开一次这一页');
  };
  app.getReady = (worker) => worker.postMessage('ready');

  app.kept.then((able) => { // what else can be missing is said elsewhere on the page
    if (able && !navigator.serviceWorker) { say('这个浏览器存不了页面，没信号时只有开着的这一页能用'); }
  });
})(window.fieldapp = window.fieldapp || {});
