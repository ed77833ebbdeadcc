/* Timers and counts of whoever watches, drawn as echo-draw.js draws the rest. */
(function (app) {
  const DRAW = app.drawing;

  DRAW.count = (line) => app.formsOf(line, (form) => {
    const n = Number(line.choice);
    form.querySelector('.stepper b').textContent = n;
    app.presses(form, (button, place) => {
      button.value = button.value.slice(0, 37) + [Math.max(0, n - 1), n + 1, n + 5][place];
      button.disabled = place === 0 && !n;
    });
  });
  DRAW.watch = (line) => app.formsOf(line, (form) => {
    const button = form.querySelector('button[name=press]');
    const runs = line.choice === 'start';
    button.value = button.value.slice(0, 37) + (runs ? 'stop' : 'start');
    if (button.hasAttribute('aria-pressed')) { button.setAttribute('aria-pressed', String(runs)); return; }
    button.textContent = runs ? '止' : '起';
    button.classList.toggle('running', runs);
  });
})(window.fieldapp = window.fieldapp || {});
