/* The error summary takes the focus when the page opens or a fragment brings one. */
(function () {
  function show(root) {
    var box = root.matches && root.matches('[data-focus]') ? root : root.querySelector('[data-focus]');
    if (box) { box.focus(); }
  }
  document.addEventListener('htmx:afterSettle', function (event) { show(event.target); });
  show(document);
})();
