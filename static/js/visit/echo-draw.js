/* What of the taps on this phone the page shown does not hold yet is drawn over it: fieldapp.draw(line) and, for what was
   taken back, fieldapp.wipe(line). A line is one of the phone's ledger. */
(function (app) {
  const DONE = /answer|claim|overall/;

  app.instant = (line) => line.at + (app.offset || 0) - 1000 * (line.fields.ago_s || 0);
  app.clock = (ms) => { // in China, as the server says it
    const at = new Date(ms + 8 * 3600000);
    return at.getUTCHours() + ':' + app.two(at.getUTCMinutes()) + ':' + app.two(at.getUTCSeconds());
  };

  const withoutSeconds = (clock) => clock.replace(/:\d\d$/, '');
  app.minute = (ms) => withoutSeconds(app.clock(ms));

  /* A form is the line's when it says the same of what the tap is about. */
  app.formsOf = (line, act) => {
    app.all('form[data-tap]', (form) => {
      const named = (name) => form.elements.namedItem(name); // elements.item is a method
      const has = (name) => named(name) && named(name).value === line.fields[name];
      if (form.elements.kind && form.elements.kind.value === line.kind && Object.keys(line.fields).every(has)) { act(form); }
    });
  };
  app.presses = (form, act) => app.all('button[name=press]', act, form);

  /* Beside its name in the strip, at the end of its line in the memo. */
  function row(line, said, state) {
    app.all('[data-stage="' + line.choice + '"]', (found) => {
      const inStrip = found.closest('.strip');
      let shown = found.querySelector('small, em');
      if (!shown) {
        shown = (inStrip ? found.firstElementChild : found).appendChild(document.createElement(inStrip ? 'small' : 'em'));
        shown.className = inStrip ? '' : 'numbers';
      }
      shown.textContent = inStrip ? said : withoutSeconds(said);
      if (state === 'now') { app.all('[data-stage].now', (old) => { old.className = 'past'; }); }
      found.className = inStrip ? state : said ? 'done' : '';
    });
  }

  function choose(form, choice) {
    app.presses(form, (button) => {
      const isIt = button.value.slice(37) === choice;
      const mark = button.querySelector('i');
      button.setAttribute('aria-pressed', String(isIt));
      if (isIt && !mark) { button.insertBefore(document.createElement('i'), button.firstChild).setAttribute('aria-hidden', 'true'); }
      if (!isIt && mark) { mark.remove(); }
    });
  }

  const DRAW = app.drawing = {
    stage: (line) => row(line, app.clock(app.instant(line)), 'now'),
    skip: (line) => row(line, '—', 'skipped'),
    stuck: (line) => app.all('[data-stuck-at]', (shown) => { shown.textContent = shown.closest('.memo') ? app.minute(line.at) : app.clock(line.at); }),
    conclude: (line) => {
      app.all('form [name=conclusion]', (field) => {
        if (field.form.elements.problem.value === line.fields.problem && field.value === line.fields.conclusion) { field.checked = true; }
      });
      app.all('[data-judged="' + line.fields.problem + '"]', (shown) => { shown.textContent = line.fields.conclusion; });
    }
  };

  app.draw = (line) => {
    if (DONE.test(line.kind)) { app.formsOf(line, (form) => choose(form, line.choice)); }
    if (DRAW[line.kind]) { DRAW[line.kind](line); }
  };
  app.wipe = (line) => {
    if (DONE.test(line.kind)) { app.formsOf(line, (form) => choose(form, null)); }
    if (/stage|skip/.test(line.kind)) { row(line, '', 'ahead'); }
  };
})(window.fieldapp = window.fieldapp || {});
