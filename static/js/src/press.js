/* A button carries the id of its tap. Pressed again at once it is the same tap; pressed again after another button
   of its form, or with another file or text, it is a new one and gets a new id. fieldapp.pressed(form) is the button. */
(function (app) {
  var last = new WeakMap(); // form -> {button, content}
  var clicked = new WeakMap();

  app.newId = function () {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = bytes[6] & 15 | 64;
    bytes[8] = bytes[8] & 63 | 128;
    var hex = Array.from(bytes, function (b) { return (b + 256).toString(16).slice(1); }).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  };

  app.pressed = function (form) { return clicked.get(form) || form.querySelector('button[name=press]'); };

  function content(form) {
    return Array.from(form.elements, function (field) {
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
