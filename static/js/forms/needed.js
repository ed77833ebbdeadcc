/* What the browser cannot require by itself, judged at each press: of the fields in [data-one-of] one is enough, and
   [data-needed-by] must be filled while the box of that id is chosen. Without script nothing of it is asked. */
document.addEventListener('click', function (event) {
  var form = event.target.closest && event.target.closest('button') && event.target.closest('form');
  if (!form) { return; }
  form.querySelectorAll('[data-one-of]').forEach(function (box) {
    var fields = Array.from(box.querySelectorAll('input, select, textarea'));
    var given = fields.some(function (field) { return field.checked || !/radio|checkbox/.test(field.type) && field.value.trim(); });
    fields[0].setCustomValidity(given ? '' : box.getAttribute('data-missing'));
  });
  form.querySelectorAll('[data-needed-by]').forEach(function (field) {
    field.required = document.getElementById(field.getAttribute('data-needed-by')).checked;
  });
}, true);
