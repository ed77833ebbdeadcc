/* The print button opens the browser's own dialogue. Without script a sentence says where to find it. */
(function () {
  var button = document.querySelector('[data-print]');
  if (!button || !window.print) { return; }
  button.hidden = false;
  document.querySelector('[data-print-how]').hidden = true;
  button.addEventListener('click', function () { window.print(); });
})();
