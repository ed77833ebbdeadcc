/* sources sha256 34e570fdcb84b1eefcd915db68f374144bf68fa717de6e7e77355fc93356bd05 */
/* A chosen file or option is sent at once, by the form's own button: requestSubmit is missing on old phones. */
document.addEventListener('change', function (event) {
  var input = event.target;
  if (!input.hasAttribute('data-autosubmit') || !input.form) { return; }
  if (input.type === 'file' && !input.files.length) { return; }
  var button = input.form.querySelector('button:not([type=button])');
  if (button) { button.click(); }
});
/* Counts [data-since] on from the server's instants. Only shown, never stored. */
(function (app) {
  var served = Number(document.documentElement.getAttribute('data-now'));
  var skewAtLoad = served ? served - Date.now() : 0;

  function two(n) { return (n < 10 ? '0' : '') + n; }

  app.elapsedText = function (ms) {
    var seconds = Math.max(0, Math.floor(ms / 1000));
    var hours = Math.floor(seconds / 3600);
    return (hours ? hours + ':' : '') + two(Math.floor(seconds / 60) % 60) + ':' + two(seconds % 60);
  };

  function tick() {
    var now = Date.now() + (typeof app.offset === 'number' ? app.offset : skewAtLoad);
    Array.prototype.forEach.call(document.querySelectorAll('[data-since]'), function (shown) {
      var text = app.elapsedText(now - Number(shown.getAttribute('data-since')));
      if (shown.textContent !== text) { shown.textContent = text; }
    });
  }

  setInterval(tick, 1000);
  document.addEventListener('visibilitychange', tick);
  document.addEventListener('htmx:afterSwap', tick);
  tick();
})(window.fieldapp = window.fieldapp || {});
/* Server minus phone, measured at each contact: fieldapp.offset and fieldapp.offsetAt (null before the first).
   A page from a cache says nothing of the present, so only a page that just came counts. */
(function (app) {
  var KEY = 'fieldapp-offset';
  var TOO_SLOW = 10000; // an answer under way for longer measures the line, not the clock

  function remember(serverMs, phoneMs) {
    app.offset = Math.round(serverMs - phoneMs);
    app.offsetAt = Math.round(phoneMs);
    try { sessionStorage.setItem(KEY, JSON.stringify([app.offset, app.offsetAt])); } catch (refused) { /* memory will do */ }
  }

  function recall() {
    app.offset = app.offsetAt = null;
    try {
      var kept = JSON.parse(sessionStorage.getItem(KEY));
      if (kept) { app.offset = kept[0]; app.offsetAt = kept[1]; }
    } catch (refused) { /* stays unknown */ }
  }

  app.measurePage = function (served, timing, monotonic, wall) {
    var fresh = timing && timing.type !== 'back_forward' && timing.transferSize > 0 && timing.responseStart > 0;
    if (!served || !fresh || timing.responseStart - timing.requestStart > TOO_SLOW) { return false; }
    remember(served, wall - (monotonic - timing.responseStart));
    return true;
  };

  app.measureAnswer = function (header, wall) {
    var served = Number(header);
    if (served > 0) { remember(served, wall); }
  };

  recall();
  var served = Number(document.documentElement.getAttribute('data-now'));
  var timing = performance.getEntriesByType ? performance.getEntriesByType('navigation')[0] : null;
  app.measurePage(served, timing, performance.now(), Date.now());
  document.addEventListener('htmx:beforeOnLoad', function (event) {
    app.measureAnswer(event.detail.xhr.getResponseHeader('Server-Now'), Date.now());
  });
})(window.fieldapp = window.fieldapp || {});
/* The error summary takes the focus when the page opens or a fragment brings one. */
(function () {
  function show(root) {
    var box = root.matches && root.matches('[data-focus]') ? root : root.querySelector('[data-focus]');
    if (box) { box.focus(); }
  }
  document.addEventListener('htmx:afterSettle', function (event) { show(event.target); });
  show(document);
})();
/* A button carries the id of its tap. Pressed again at once it is the same tap; pressed again after another button
   of its form, or with another file or text, it is a new one and gets a new id. fieldapp.pressed(form) is the button. */
(function (app) {
  var last = new WeakMap(); // form -> {button, content}
  var clicked = new WeakMap();

  app.newId = function () {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = bytes[6] & 15 | 64;
    bytes[8] = bytes[8] & 63 | 128;
    var hex = Array.prototype.map.call(bytes, function (b) { return (b + 256).toString(16).slice(1); }).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  };

  app.pressed = function (form) { return clicked.get(form) || form.querySelector('button[name=press]'); };

  function content(form) {
    return Array.prototype.map.call(form.elements, function (field) {
      if (field.type === 'hidden' || field.tagName === 'BUTTON') { return ''; }
      if (field.type === 'radio' || field.type === 'checkbox') { return field.checked; }
      var file = field.files && field.files[0];
      return file ? [file.name, file.size, file.lastModified].join() : field.value;
    }).join('\n');
  }

  document.addEventListener('click', function (event) {
    var button = event.target.closest && event.target.closest('form[data-tap] button[name=press]');
    if (button) { clicked.set(button.form, button); }
  }, true);

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (!form.hasAttribute('data-tap')) { return; }
    var button = app.pressed(form);
    var before = last.get(form);
    var now = { button: button, content: content(form) };
    if (before && (before.button !== button || before.content !== now.content) && button.hasAttribute('data-pressed')) {
      button.value = app.newId() + button.value.slice(36);
    }
    button.setAttribute('data-pressed', '');
    last.set(form, now);
  }, true);
})(window.fieldapp = window.fieldapp || {});
/* Where the last tap was said: that one is under way, or did not arrive. The button still carries its id,
   so pressing it again sends the same tap. */
(function () {
  function say(text, failed) {
    Array.prototype.forEach.call(document.querySelectorAll('[data-say]'), function (line) {
      line.textContent = text;
      line.classList.toggle('failed', failed);
    });
  }
  function onTap(name, act) {
    document.addEventListener(name, function (event) {
      if (event.target.hasAttribute && event.target.hasAttribute('data-tap')) { act(event.detail); }
    });
  }

  onTap('htmx:beforeSend', function () { say('按下了，正在传', false); });
  onTap('htmx:sendError', function () { say('没信号，这一下没传上去，再按一次', true); });
  onTap('htmx:responseError', function (detail) {
    if (detail.xhr.status >= 500) { say('服务器没收下，这一下再按一次', true); }
  });
})();
/* A tap says when the phone saw it. The stamp is taken at the press; a tap that waits for the one before it keeps it.
   While taps wait, no answer is shown: showing one would replace the form and drop what waits in it. */
(function (app) {
  var waiting = []; // {form, data} of presses whose request has not left yet
  var underWay = new Set(); // requests without an answer

  app.stamp = function (form) {
    var known = typeof app.offset === 'number';
    var values = {
      wall_ms: Date.now(),
      mono_ms: Math.round(performance.now()),
      origin_ms: Math.round(performance.timeOrigin || Date.now() - performance.now()),
      offset_ms: known ? app.offset : '',
      offset_at: known ? app.offsetAt : ''
    };
    Object.keys(values).forEach(function (name) {
      if (form.elements[name]) { form.elements[name].value = values[name]; }
    });
  };

  function isTap(element) { return Boolean(element && element.hasAttribute && element.hasAttribute('data-tap')); }

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (!isTap(form) || event.defaultPrevented) { return; }
    app.stamp(form);
    if (!window.htmx) { return; }
    var data = new FormData(form);
    var button = app.pressed(form);
    if (button) { data.set(button.name, button.value); } // FormData leaves the pressed button out
    waiting.push({ form: form, data: data });
  }, true);

  document.addEventListener('htmx:configRequest', function (event) {
    var place = waiting.findIndex(function (one) { return one.form === event.target; });
    if (place >= 0) { event.detail.parameters = waiting.splice(place, 1)[0].data; }
  });

  document.addEventListener('htmx:beforeSend', function (event) {
    var xhr = event.detail.xhr;
    if (!isTap(event.target)) { return; }
    underWay.add(xhr);
    xhr.addEventListener('loadend', function () { underWay.delete(xhr); });
  });

  document.addEventListener('htmx:beforeSwap', function (event) {
    if (!underWay.has(event.detail.xhr)) { return; }
    if (underWay.size > 1 || waiting.length) { event.detail.shouldSwap = false; }
  });
})(window.fieldapp = window.fieldapp || {});
