/* A tap goes to the phone's own store first, and from there to the server. Where the store is not to be had (plain
   http, an old or private browser, no room) the form is sent as it stands. */
(function (app) {
  const box = window.outbox;
  const OWN = /^(wall_ms|mono_ms|origin_ms|offset_ms|offset_at|kind|person|to|to_subject|press)$/;
  function fieldsOf(data) {
    const told = {};
    data.forEach((value, name) => { if (!OWN.test(name) && typeof value === 'string' && value) { told[name] = value; } });
    return told;
  }

  async function request(form, data, seq, lines, id) {
    data.set('seq', seq);
    data.set('press', id + data.get('press').slice(36));
    if (form.hasAttribute('data-handed') && lines.length) { await app.handIn(form, data, lines); }
    const made = new Response(form.enctype === 'multipart/form-data' ? data : new URLSearchParams(data));
    return { type: made.headers.get('Content-Type'), bytes: await made.arrayBuffer() };
  }

  /* Without drawing and hint. */
  const words = (button) => Array.from(button.childNodes, (node) => (node.nodeType === 3 ? node.data : '')).join('');

  function tapOf(form, button, data) {
    const press = button.value;
    const file = data.get('file');
    return {
      id: press.slice(0, 36), another: app.newId(), choice: press.slice(37), person: app.person, visit: form.action.match(/n\/([0-9a-f-]{36})/)[1],
      url: form.getAttribute('action'), kind: data.get('kind'), fields: fieldsOf(data),
      label: (button.getAttribute('aria-label') || words(button)).trim().slice(0, 40),
      at: Number(data.get('wall_ms')), photo: Boolean(file && file.size)
    };
  }

  /* Sent as it stands: the same press, so that nothing is doubled. */
  function past(form, button, error) {
    if (error && error.message === 'person') { app.say('这部手机换了人登录，这一下没记。回首页再看', true); return; }
    form.setAttribute('data-past', '');
    if (!document.contains(form)) { form.hidden = true; document.body.appendChild(form); }
    button.click();
    app.say(error && error.name === 'QuotaExceededError' ? '手机存满了，这一下直接传；清出一些地方' : '这一下直接传');
  }

  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (app.isKeeping === false || !form.hasAttribute('data-tap') || event.defaultPrevented) { return; }
    if (form.hasAttribute('data-past')) { form.removeAttribute('data-past'); return; }
    const button = app.pressed(form);
    app.stamp(form);
    const data = new FormData(form);
    data.set(button.name, button.value); // FormData leaves the pressed button out
    event.preventDefault();
    event.stopImmediatePropagation();
    app.takeBack(form);
    const known = Number(document.getElementById('visit').getAttribute('data-seq'));
    const tap = tapOf(form, button, data);
    app.ready().then(() => box.keep(tap, (seq, lines, id) => request(form, data, seq, lines, id), known))
      .then((line) => app.tapKept(form, line), (error) => past(form, button, error));
  }, true);
})(window.fieldapp = window.fieldapp || {});
