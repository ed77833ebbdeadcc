/* sources sha256 a6e4c473c2ee97fb5ac65a4b1a9f36cdce266ef55f544f68239170d489442c68 */
(function () {
var told = [];
var box;
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
setTimeout(function () {
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
document.addEventListener('click', function (event) {
var form = event.target.closest && event.target.closest('button') && event.target.closest('form');
if (!form) { return; }
Array.prototype.forEach.call(form.querySelectorAll('[data-one-of]'), function (box) {
var fields = Array.prototype.slice.call(box.querySelectorAll('input, select, textarea'));
var given = fields.some(function (field) { return field.checked || !/radio|checkbox/.test(field.type) && field.value.trim(); });
fields[0].setCustomValidity(given ? '' : box.getAttribute('data-missing'));
});
Array.prototype.forEach.call(form.querySelectorAll('[data-needed-by]'), function (field) {
field.required = document.getElementById(field.getAttribute('data-needed-by')).checked;
});
}, true);
