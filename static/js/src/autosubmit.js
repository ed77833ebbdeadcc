/* A chosen file or option is sent at once, by the form's own button: requestSubmit is missing on old phones. */
document.addEventListener('change', function (event) {
  var input = event.target;
  if (!input.hasAttribute('data-autosubmit') || !input.form) { return; }
  if (input.type === 'file' && !input.files.length) { return; }
  var button = input.form.querySelector('button:not([type=button])');
  if (button) { button.click(); }
});
