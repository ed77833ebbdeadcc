/* What a form still lacks is said by the page, not by the browser's bubble: a sentence in each field's own label
   (data-missing on the field or around it), and at the top a summary that takes the focus and leads there. */
(function () {
  var told = []; // {around, note, line}
  var box; // the summary; its form

  function make(tag, text, inside) {
    var made = document.createElement(tag);
    made.textContent = text;
    return inside ? inside.appendChild(made) : made;
  }

  function count() {
    box.firstChild.textContent = '还差 ' + told.length + ' 样才能' + (box.form.getAttribute('data-until') || '保存');
    if (!told.length) { box.remove(); }
  }

  function forget(one) {
    told.splice(told.indexOf(one), 1);
    one.note.remove();
    one.line.remove();
    one.around.classList.remove('has-error');
    count();
  }

  function begin(form) {
    told.slice().forEach(forget);
    box = make('div', '');
    box.form = form;
    box.className = 'error-summary';
    box.tabIndex = -1;
    box.setAttribute('role', 'alert');
    make('h2', '', box);
    make('ul', '', box);
    setTimeout(function () { // when every field has spoken
      var main = form.querySelector('main') || form.closest('main');
      main.insertBefore(box, main.firstChild);
      box.focus();
    });
  }

  document.addEventListener('invalid', function (event) {
    var field = event.target;
    event.preventDefault();
    if (!box || box.parentNode || box.form !== field.form) { begin(field.form); }
    var around = field.closest('[data-one-of]') || field.closest('fieldset') || field.parentNode;
    if (told.some(function (one) { return one.around === around; })) { return; }
    var label = !around.hasAttribute('data-one-of') && around.querySelector('legend, label');
    var said = field.closest('[data-missing]');
    var sentence = said ? said.getAttribute('data-missing') : '这一项要填';
    var name = label ? label.firstChild.textContent.split(/[（。]/)[0].trim() + '：' : '';
    var one = { around: around, note: make('span', ''), line: make('li', '', box.lastChild) };
    field.id = field.id || 'missing-' + event.timeStamp + told.length;
    make('a', name + sentence, one.line).href = '#' + field.id;
    one.note.className = 'field-error';
    make('i', '', one.note).setAttribute('aria-hidden', 'true');
    one.note.appendChild(document.createTextNode(sentence));
    if (label) { label.appendChild(one.note); } else { around.insertBefore(one.note, around.firstChild); }
    around.classList.add('has-error');
    told.push(one);
    count();
  }, true);

  document.addEventListener('input', function (event) {
    told.filter(function (one) { return one.around.contains(event.target); }).forEach(forget);
  });
})();
