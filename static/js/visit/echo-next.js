/* The next step's button, the running clock and the undo, after taps that only the phone knows: fieldapp.drawNext(lines,
   last). The order is that of the stages shown; the page holds one form to make any step of, and what comes in the end. */
(function (app) {
  const OPEN = (row) => (row.closest('.strip') ? row.classList.contains('ahead') : row.className !== 'done');

  function nextRow() {
    const rows = Array.from(document.querySelectorAll('[data-stage]'));
    const done = rows.filter((row) => !OPEN(row)).pop();
    return rows.slice(rows.indexOf(done) + 1).find(OPEN);
  }

  function show(row) {
    const steps = document.getElementById('steps');
    const shown = document.querySelector('[data-step]');
    const code = row ? row.getAttribute('data-stage') : '';
    if (!steps || !shown || shown.getAttribute('data-step') === code) { return; }
    const made = steps.content.querySelector(row ? '[data-step="*"]' : '[data-step=""]').cloneNode(true);
    if (row) {
      const button = made.querySelector('button[name=press]');
      made.setAttribute('data-step', code);
      button.value = app.newId() + ':' + code;
      button.lastChild.textContent = row.querySelector('b, span').textContent;
    }
    shown.parentNode.replaceChild(made, shown);
    if (window.htmx) { window.htmx.process(made); }
  }

  function clock(line) {
    const label = document.querySelector('.clock .strong');
    const since = document.querySelector('.clock b[data-since]');
    const named = line && document.querySelector('[data-stage="' + line.choice + '"] b');
    if (!label || !since || !named) { return; }
    label.textContent = named.textContent;
    since.setAttribute('data-since', app.instant(line));
  }

  /* What can be undone may be a tap that the server has not seen. */
  function undo(last, backIds) {
    app.all('.tools form[data-tap]', (form) => {
      if (form.elements.kind.value !== 'undo') { return; }
      const field = form.elements.tap || form.appendChild(document.createElement('input'));
      field.type = 'hidden';
      field.name = 'tap';
      if (last) { field.value = last.id; }
      form.querySelector('button').disabled = !field.value || backIds.indexOf(field.value) >= 0;
    });
  }

  app.drawNext = (drawn, last, backIds) => {
    const stages = drawn.filter((line) => /^(stage|skip)$/.test(line.kind));
    if (stages.length || backIds.length) { show(nextRow()); }
    clock(stages.filter((line) => line.kind === 'stage').pop());
    if (drawn.length || backIds.length) { undo(last, backIds); }
    stages.forEach((line) => app.all('button[value$=":' + line.choice + '"]', (button) => { // 跳过: what is done
      if (button.closest('.rows')) { button.disabled = true; }
    }));
  };
})(window.fieldapp = window.fieldapp || {});
