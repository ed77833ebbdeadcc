/* A date field speaks the browser's language, the line under it the office's: 11月29日 周日. The server writes it first. */
document.addEventListener('input', function (event) {
  var input = event.target;
  var line = input.type === 'date' && input.parentNode.querySelector('[data-said-day]');
  if (!line) { return; }
  var parts = input.value.split('-').map(Number); // empty while the day is incomplete
  if (parts.length < 3) { line.textContent = ''; return; }
  var thisYear = new Date(Number(document.documentElement.getAttribute('data-now'))).getFullYear();
  var weekday = '日一二三四五六'.charAt(new Date(parts[0], parts[1] - 1, parts[2]).getDay());
  line.textContent = (parts[0] === thisYear ? '' : parts[0] + '年') + parts[1] + '月' + parts[2] + '日 周' + weekday;
});
