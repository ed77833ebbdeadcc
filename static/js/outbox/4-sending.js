/* Sends what waits, in order, small things before photos, one sender at a time. A tap leaves the queue only when the
   answer carries `Outbox-Ack` with its own id: not on a 200 of a captive portal, not on a redirect to a login. */
(function (g) {
  const box = g.outbox;
  const LARGE = 65536; // bytes; larger ones wait for the small, and hold none of them up
  const MOST_TRIES = 6; // failures of our own server with this very record before it is set aside
  const SET_ASIDE = { refused: 1, aside: 1, shut: 1 };
  const SETTLED = { 400: 1, 404: 1, 410: 1, 413: 1, 415: 1, 422: 1 };

  /* What an answer means: 'sent'; 'login', 'stopped' (the account), 'person', 'refused' and 'aside' keep the row and say
     why; '' is to be tried again. */
  function meaning(row, answer) {
    if (answer.ack === row.id) { return 'sent'; }
    if (answer.status === 401 || answer.status === 302) { return answer.why || 'login'; }
    if (!answer.now) { return ''; } // nobody's answer, or a gateway's
    if (answer.status === 409) { return 'person'; }
    if (SETTLED[answer.status]) { return 'refused'; }
    return answer.status === 500 && row.tries + 1 >= MOST_TRIES ? 'aside' : '';
  }

  /* False when there is no use in going on with the next. */
  async function send(row, show) {
    const whole = await box.read('bodies', (store) => store.get(row.id));
    if (!whole) { return true; } // another tab was faster
    const head = await box.unsealWords(row.head).catch(() => null);
    const body = head && await box.unseal(whole.body).catch(() => null);
    if (!body) { // sealed with a key that is not here: it stays, and holds nothing up
      await box.put('queue', Object.assign({}, row, { state: 'shut' }));
      return true;
    }
    const answer = await box.post(head, row.id, body, show);
    const what = meaning(row, answer);
    if (what === 'sent') {
      await box.take(row, { receivedAt: answer.receivedAt, receipt: answer.receipt });
    } else {
      await box.put('queue', Object.assign({}, row, {
        state: what || 'waiting',
        tries: row.tries + (answer.status === 500 && answer.now > 0),
        tried: Date.now(),
        said: what === 'refused' ? answer.text.slice(0, 200) : answer.status === 507 ? 'full' : answer.now && answer.status >= 500 ? 'failed' : ''
      }));
    }
    await box.onSent({ id: row.id, state: what, visit: head.visit, answer: answer, show: show });
    return what ? what !== 'login' && what !== 'stopped' : answer.status === 500;
  }

  /* The next one, looked for anew each time, for new ones come in meanwhile: 'go', 'stop' or, when none is left, ''. */
  async function step(isLarge, seen, all, show) {
    const person = await box.holder();
    const rows = person ? (await box.rows(person)).filter((row) => !seen[row.id] && row.size > LARGE === isLarge && (all === true || all === row.id || !SET_ASIDE[row.state])) : [];
    if (!rows.length) { return ''; }
    seen[rows[0].id] = 1;
    return await send(rows[0], rows.length === 1 ? show : '') ? 'go' : 'stop';
  }

  async function smallOnes(seen, all, show) {
    for (;;) {
      const did = await step(false, seen, all, show);
      if (did !== 'go') { return !did; }
    }
  }

  /* all: true for those too that were refused or set aside, an id for that one of them. show: the page on which the
     last answer is to be shown. A photo under way holds up no tap: large ones have a line of their own. */
  box.drain = async (all, show) => {
    const seen = {};
    const small = (shown) => box.alone('send', () => smallOnes(seen, all, shown));
    if (!await small(show)) { return; }
    await box.alone('send-large', async () => {
      while (await step(true, seen, all, show) === 'go' && await small('')) { /* the next */ }
    });
  };

  box.onSent = () => undefined; // a page or the worker listens
})(self);
