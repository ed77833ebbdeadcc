/* What was tapped is shown at once, from the phone's own ledger, over the page that the server made; the answer's page
   takes its place. The bar tells how much waits. */
(function (app) {
  const box = window.outbox;
  const person = document.documentElement.getAttribute('data-person');
  const each = (nodes, act) => Array.prototype.forEach.call(nodes, act);
  const two = (n) => (n < 10 ? '0' : '') + n;
  let served = Number(document.documentElement.getAttribute('data-now')); // when the server made what is shown

  app.say = (text, failed) => each(document.querySelectorAll('[data-say]'), (line) => {
    line.textContent = text;
    line.classList.toggle('failed', Boolean(failed));
  });
  if (!box) { return; }

  const page = () => document.getElementById('visit');
  const visitOf = (path) => (path.match(/^\/n\/([0-9a-f-]{36})/) || [])[1];
  const clock = (ms) => { // in China, as the server says it
    const at = new Date(ms + 8 * 3600000);
    return at.getUTCHours() + ':' + two(at.getUTCMinutes()) + ':' + two(at.getUTCSeconds());
  };

  async function bar() {
    const n = await box.waiting(person);
    each(document.querySelectorAll('[data-sync]'), (said) => {
      said.textContent = n ? '待传 ' + n : '已传完';
      said.closest('.sync').classList.toggle('waiting', n > 0);
    });
    each(document.querySelectorAll('[data-sync-memo]'), (said) => { said.textContent = n ? '本机已存' : '已同步'; });
  }

  /* Taps that the page shown does not hold yet, without those taken back. */
  async function unseen(visit) {
    const lines = (await box.ledger(person, visit)).filter((line) => !(line.receivedAt <= served));
    const back = lines.filter((line) => line.kind === 'undo').map((line) => line.fields.tap);
    return { counted: lines.filter((line) => line.kind !== 'undo' && back.indexOf(line.id) < 0), back: lines.filter((line) => back.indexOf(line.id) >= 0) };
  }

  const ECHO = {
    stage(line) {
      each(document.querySelectorAll('[data-stage="' + line.choice + '"]'), (row) => {
        each(document.querySelectorAll('[data-stage].now'), (old) => { old.classList.remove('now'); old.classList.add('past'); });
        row.classList.remove('ahead', 'skipped');
        row.classList.add(row.closest('.strip') ? 'now' : 'done');
        time(row, row.closest('.strip') ? clock(line.at + (app.offset || 0)) : clock(line.at + (app.offset || 0)).replace(/:\d\d$/, ''));
      });
    },
    skip(line) {
      each(document.querySelectorAll('[data-stage="' + line.choice + '"]'), (row) => { time(row, '—'); row.classList.add('skipped'); });
    },
    choice(line) {
      each(document.querySelectorAll('form[data-tap]'), (form) => {
        if (!isSame(form, line)) { return; }
        each(form.querySelectorAll('button[name=press]'), (button) => {
          const isIt = button.value.slice(37) === line.choice;
          button.setAttribute('aria-pressed', String(isIt));
          const mark = button.querySelector('i');
          if (isIt && !mark) { button.insertBefore(document.createElement('i'), button.firstChild).setAttribute('aria-hidden', 'true'); }
          if (!isIt && mark) { mark.remove(); }
        });
      });
    },
    count(line) {
      each(document.querySelectorAll('form[data-tap]'), (form) => {
        const shown = isSame(form, line) && form.querySelector('.stepper b');
        if (!shown) { return; }
        const n = Number(line.choice);
        shown.textContent = n;
        each(form.querySelectorAll('button[name=press]'), (button, place) => {
          button.value = button.value.slice(0, 37) + [Math.max(0, n - 1), n + 1, n + 5][place];
          button.disabled = place === 0 && !n;
        });
      });
    },
    watch(line) {
      each(document.querySelectorAll('form[data-tap]'), (form) => {
        const button = isSame(form, line) && form.querySelector('button[name=press]');
        if (!button) { return; }
        const runs = line.choice === 'start';
        button.value = button.value.slice(0, 37) + (runs ? 'stop' : 'start');
        if (button.hasAttribute('aria-pressed')) { button.setAttribute('aria-pressed', String(runs)); return; }
        button.textContent = runs ? '止' : '起';
        button.classList.toggle('running', runs);
      });
    }
  };
  ECHO.answer = ECHO.claim = ECHO.overall = ECHO.choice;

  function time(row, text) {
    const inStrip = row.closest('.strip');
    let shown = row.querySelector('small, em');
    if (!shown) {
      shown = (inStrip ? row.firstElementChild : row).appendChild(document.createElement(inStrip ? 'small' : 'em'));
      shown.className = inStrip ? '' : 'numbers';
    }
    shown.textContent = text;
  }

  function isSame(form, line) {
    const kind = form.elements.kind;
    return kind && kind.value === line.kind && Object.keys(line.fields).every((name) => form.elements[name] && form.elements[name].value === line.fields[name]);
  }

  /* The next step's form is one of those that the page holds for it. */
  function next(lines) {
    const steps = document.getElementById('steps');
    const now = document.getElementById('next');
    if (!steps || !now) { return; }
    const gone = lines.filter((line) => line.kind === 'stage' || line.kind === 'skip').map((line) => line.choice);
    if (!gone.length) { return; }
    const rest = Array.prototype.filter.call(steps.content.children, (step) => gone.indexOf(step.getAttribute('data-step')) < 0);
    const shown = now.closest('[data-step]') || now.closest('form') || now;
    if (!rest.length || shown.getAttribute('data-step') === rest[0].getAttribute('data-step')) { return; }
    const made = rest[0].cloneNode(true);
    each(made.querySelectorAll('button[name=press]'), (button) => { button.value = app.newId() + button.value.slice(36); });
    shown.parentNode.replaceChild(made, shown);
    if (window.htmx) { window.htmx.process(made); }
    const label = document.querySelector('.clock .strong');
    const last = lines.filter((line) => line.kind === 'stage').pop();
    const since = document.querySelector('.clock b[data-since]');
    if (label && since && last) {
      const named = document.querySelector('[data-stage="' + last.choice + '"]');
      label.textContent = named && named.getAttribute('data-phase') || last.label;
      since.setAttribute('data-since', last.at + (app.offset || 0));
    }
  }

  /* An undo needs the id of what it takes back, and that may be a tap the server has not seen. */
  function undo(lines) {
    const last = lines[lines.length - 1];
    each(document.querySelectorAll('form[data-tap]'), (form) => {
      if (!last || !form.elements.kind || form.elements.kind.value !== 'undo' || !form.closest('.tools')) { return; }
      form.elements.tap.value = last.id;
      form.querySelector('button').disabled = false;
    });
  }

  let plain = null; // the page as the server made it, before anything was shown over it
  app.echo = async (isNew) => {
    const visit = visitOf(location.pathname);
    await bar();
    if (!visit || !page()) { return; }
    const told = await unseen(visit);
    if (isNew || !plain) { plain = page().cloneNode(true); }
    if (told.back.length) { page().replaceWith(plain.cloneNode(true)); if (window.htmx) { window.htmx.process(page()); } }
    told.counted.forEach((line) => { if (ECHO[line.kind]) { ECHO[line.kind](line); } });
    next(told.counted);
    undo(told.counted);
    const last = told.counted.filter((line) => line.kind !== 'begin').pop();
    if (last && !page().classList.contains('memo')) {
      app.say('已记“' + last.label.slice(0, 14) + '” ' + clock(last.at + (app.offset || 0)) + (last.receivedAt ? '' : '·待传'));
    }
  };

  function pass() {
    const worker = navigator.serviceWorker && navigator.serviceWorker.controller;
    return box.drain(false, page() ? location.pathname : '').catch(() => worker && worker.postMessage('drain'));
  }

  app.tapKept = async (form, line) => {
    if (line.photo || /note|finding|interview/.test(line.kind)) { form.reset(); }
    await app.echo();
    pass();
  };

  box.onSent = async (told) => {
    const answer = told.answer;
    if (answer.now) { app.measureAnswer(answer.now, Date.now()); }
    if (told.state === 'sent' && answer.text && page() && told.show === location.pathname) { show(answer); }
    if (told.state === 'refused') { app.say(answer.text.slice(0, 60) || '服务器没收，留在手机里', true); }
    await bar();
  };

  function show(answer) {
    served = Number(answer.now) || served;
    window.htmx.swap('#visit', answer.text, { swapStyle: 'outerHTML', swapDelay: 0, settleDelay: 20 });
    if (answer.address) { history.replaceState(history.state, '', answer.address); }
    if (/show:window:top/.test(answer.reswap || '')) { window.scrollTo(0, 0); }
    app.echo(true);
  }

  const isTyped = () => Array.prototype.some.call(document.querySelectorAll('#visit textarea, #visit input[type=text], #visit input:not([type])'),
    (field) => field.value !== field.defaultValue);

  /* The worker has sent what this page holds: the page as the server has it now, unless something is being written. */
  app.sentElsewhere = async () => {
    await app.echo();
    if (page() && visitOf(location.pathname) && !isTyped() && !await box.waiting(person)) {
      window.htmx.ajax('GET', location.pathname + location.search, { target: '#visit', swap: 'outerHTML' });
    }
  };
  document.addEventListener('htmx:beforeOnLoad', (event) => {
    if (event.detail.requestConfig.verb === 'get') { served = Number(event.detail.xhr.getResponseHeader('Server-Now')) || served; }
  });
  document.addEventListener('htmx:afterSettle', (event) => {
    if (event.detail.requestConfig && event.detail.requestConfig.verb === 'get') { app.echo(true); }
  });

  app.kept.then((able) => {
    if (!able) { return; }
    app.echo(true);
    pass();
    ['online', 'pageshow'].forEach((name) => window.addEventListener(name, pass));
    document.addEventListener('visibilitychange', () => { if (!document.hidden) { pass(); } });
    setInterval(() => box.waiting(person).then((n) => n && pass()), 15000);
  });
})(window.fieldapp = window.fieldapp || {});
