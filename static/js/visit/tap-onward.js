/* Where a tap leads when no answer comes: fieldapp.onward(form) is the address, '' to stay; fieldapp.move(path) shows the
   page that the phone keeps of it, without leaving this one, so that what is under way goes on. */
(function (app) {
  const root = document.documentElement;

  /* A conclusion that falls short wants the criterion that was not met. */
  function lacks(form) {
    const judged = form.querySelector('[name=conclusion]:checked');
    const short = form.querySelector('[data-short]');
    return judged && short && short.getAttribute('data-short').indexOf(judged.value) >= 0 && !form.querySelector('[name=unmet]:checked');
  }

  app.onward = (form) => {
    const field = (name) => (form.elements[name] ? form.elements[name].value : '');
    const isJudged = field('to') === 'judged';
    if (isJudged && lacks(form)) { return ''; }
    const place = JSON.parse(root.getAttribute('data-places'))[isJudged ? 'checks' : field('to')];
    const path = '/n/' + app.visitOf(form.getAttribute('action')) + (place || '').replace('*', field('to_subject'));
    return path === location.pathname ? '' : path;
  };

  app.move = async (path) => {
    const box = window.outbox;
    const html = await box.waiting(app.person) && box.kept && await box.kept(path);
    const made = html && new DOMParser().parseFromString(html, 'text/html');
    const next = made && made.getElementById('visit');
    if (!next || !app.page()) { location.assign(path); return; }
    app.served = Number(made.documentElement.getAttribute('data-now'));
    app.page().replaceWith(next);
    if (window.htmx) { window.htmx.process(next); }
    history.replaceState(history.state, '', path); // as after an answer: a tap is no step to go back over
    window.scrollTo(0, 0);
    await app.echo(true);
  };
})(window.fieldapp = window.fieldapp || {});
