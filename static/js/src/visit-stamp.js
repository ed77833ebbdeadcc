/* A tap says when the phone saw it. The stamp is taken at the press; a tap that waits for the one before it keeps it.
   While taps wait, no answer is shown: showing one would replace the form and drop what waits in it. */
(function (app) {
  var waiting = []; // {form, data} of presses whose request has not left yet
  var underWay = new Set(); // requests without an answer
  var stamped = new WeakMap(); // form -> id of the tap its fields belong to

  app.stamp = function (form) {
    var button = app.pressed(form);
    if (button && stamped.get(form) === button.value) { return; } // again the same tap: its first instant stands
    if (button) { stamped.set(form, button.value); }
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

  /* Of a press that somebody else sends. */
  app.takeBack = function (form) {
    var place = waiting.map(function (one) { return one.form; }).lastIndexOf(form);
    if (place >= 0) { waiting.splice(place, 1); }
  };

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
