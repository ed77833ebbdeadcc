/* Sends what the phone holds, and shows the answer's page in the place of what was drawn. */
(function (app) {
  const box = window.outbox;
  const WAIT = 1500; // ms for an answer before the page that is kept is shown
  const WRITTEN = /photo|note|finding|interview/; // whose form is emptied at once for the next
  let moves = 0;
  let here = ''; // what was tapped last on this page
  if (!box) { return; }

  function pass() {
    return box.drain(false, app.page() ? location.pathname : '').then(refill).catch(() => app.worker('drain'));
  }

  /* The worker asks what the server may have lost; where there is none, a script that the page then loads. */
  function refill() {
    if (app.worker('refill')) { return; }
    if (box.refill) { box.refill().then((isMore) => isMore && box.drain()); return; }
    const script = document.createElement('script');
    script.src = document.documentElement.getAttribute('data-refill');
    document.head.appendChild(script);
    box.refill = () => Promise.resolve(false); // until it is there
  }

  app.tapKept = async (form, line) => {
    const path = app.onward(form);
    const at = ++moves;
    here = line.id;
    const isNext = () => WRITTEN.test(line.kind) && app.isTyped();
    const go = () => { if (path && at === moves && !isNext()) { stay(); app.move(path); } };
    if (WRITTEN.test(line.kind)) { form.reset(); }
    app.draw(line); // before the ledger is read again
    await app.echo();
    if (line.kind === 'conclude' && !path) { app.say('还差 1 样才算数：点一下没做到的那一条', true); }
    setTimeout(go, WAIT);
    pass().then(go);
  };

  /* Whoever goes elsewhere meanwhile is not taken from there. */
  const stay = () => { moves++; };
  window.addEventListener('beforeunload', stay);
  document.addEventListener('click', (event) => { if (event.target.closest('a[href]')) { stay(); } });

  function show(answer) {
    stay();
    app.served = answer.now;
    if (window.htmx) { window.htmx.swap('#visit', answer.text, { swapStyle: 'outerHTML', swapDelay: 0, settleDelay: 20 }); } else { app.page().outerHTML = answer.text; }
    if (answer.address) { history.replaceState(history.state, '', answer.address); }
    if (/show:window:top/.test(answer.reswap || '')) { window.scrollTo(0, 0); }
    return app.echo(true);
  }

  box.onSent = (told) => {
    const answer = told.answer;
    const isOurs = told.id === here || told.visit === app.visitOf(location.pathname); // not of another visit, before
    const isHere = app.page() && isOurs && (told.show === location.pathname || answer.address === location.pathname);
    app.measureAnswer(answer.now);
    const isWriting = (told.id !== here || WRITTEN.test(told.kind)) && app.isTyped(); // what is not saved yet stays
    if (told.state === 'sent' && answer.text && isHere) { return isWriting ? app.echo() : show(answer); }
    if (told.state === 'refused') { app.say(answer.text.slice(0, 60) || '服务器没收，留在手机里', true); }
    if (told.state === 'login') { app.say('登录过期，刚才记的都在，重新登录就行', true); }
    return app.bar();
  };

  app.kept.then((able) => {
    if (!able) { return; }
    app.echo(true);
    pass();
    ['online', 'pageshow'].forEach((name) => window.addEventListener(name, pass));
    document.addEventListener('visibilitychange', () => { if (!document.hidden) { pass(); } });
    setInterval(() => box.waiting(app.person).then((n) => n && pass()), 15000);
  });
})(window.fieldapp = window.fieldapp || {});
