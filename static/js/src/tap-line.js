/* Where the last tap was said: that one is under way, or did not arrive. The button still carries its id,
   so pressing it again sends the same tap. fieldapp.say(text, failed) says something there. */
(function (app) {
  var say = app.say = function (text, failed) {
    app.all('[data-say]', function (line) {
      line.textContent = text;
      line.classList.toggle('failed', Boolean(failed));
    });
  };
  function onTap(name, act) {
    document.addEventListener(name, function (event) {
      if (event.target.hasAttribute && event.target.hasAttribute('data-tap')) { act(event.detail); }
    });
  }

  onTap('htmx:beforeSend', function () { say('按下了，正在传'); });
  onTap('htmx:sendError', function () { say('没信号，这一下没传上去，再按一次', true); });
  onTap('htmx:responseError', function (detail) {
    if (detail.xhr.status >= 500) { say('服务器没收下，这一下再按一次', true); }
  });
})(window.fieldapp = window.fieldapp || {});
