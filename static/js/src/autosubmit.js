/* A chosen file or option is sent at once, by the form's own button: requestSubmit is missing on old phones. */
(function () {
  function send(form) {
    var button = form.querySelector('button:not([type=button])');
    if (button) { button.click(); }
  }

  document.addEventListener('change', function (event) {
    var input = event.target;
    if (!input.hasAttribute('data-autosubmit') || !input.form) { return; }
    if (input.type === 'file' && !input.files.length) { return; }
    send(input.form);
  });

  /* While the camera was open the answer to an earlier tap may have replaced the page. The photo comes back into the
     form of before, which is put where it can be sent. */
  document.addEventListener('click', function (event) {
    var input = event.target;
    if (input.type !== 'file' || !input.hasAttribute('data-autosubmit')) { return; }
    input.addEventListener('change', function () {
      if (document.contains(input) || !input.files.length) { return; }
      input.form.hidden = true;
      document.body.appendChild(input.form);
      send(input.form);
    }, { once: true });
  }, true);
})();
