/* The page as the server has it now, when something else than this page has sent what it holds. */
(function (app) {
  const box = window.outbox;
  if (!box) { return; }

  /* Whether something is being written or chosen here that is not saved. */
  app.isTyped = () => Array.from(document.querySelectorAll('#visit textarea, #visit input:not([type=hidden]):not([type=file])'))
    .some((field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked);

  app.sentElsewhere = async () => {
    await app.echo();
    if (window.htmx && app.page() && app.visitOf(location.pathname) && !app.isTyped() && !await box.waiting(app.person)) {
      window.htmx.ajax('GET', location.pathname + location.search, { target: '#visit', swap: 'outerHTML' });
    }
  };
  document.addEventListener('htmx:beforeOnLoad', (event) => {
    if (event.detail.requestConfig.verb === 'get') { app.served = Number(event.detail.xhr.getResponseHeader('Server-Now')) || app.served; }
  });
  document.addEventListener('htmx:beforeSwap', (event) => { // something may have been chosen while it was under way
    if (event.detail.requestConfig.verb === 'get' && event.detail.target === app.page() && app.isTyped()) { event.detail.shouldSwap = false; }
  });
  document.addEventListener('htmx:afterSettle', (event) => {
    if (event.detail.requestConfig && event.detail.requestConfig.verb === 'get') { app.echo(true); }
  });
})(window.fieldapp = window.fieldapp || {});
