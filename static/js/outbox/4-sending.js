/* Sends what waits, in order, small things before photos, one sender at a time. A tap leaves the queue only when the
   answer carries `Outbox-Ack` with its own id: not on a 200 of a captive portal, not on a redirect to a login. */
(function (g) {
  const box = g.outbox;
  const LARGE = 65536; // bytes; larger ones wait for the small
  const WEEK = 7 * 86400000;
  const MOST_TRIES = 6; // failures of our own server with this very record before it is set aside
  const SET_ASIDE = { refused: 1, aside: 1 };
  const SETTLED = { 400: 1, 404: 1, 410: 1, 413: 1, 415: 1, 422: 1 };

  /* What an answer means: 'sent'; 'login', 'person', 'refused' and 'aside' keep the row and say why; '' is to be tried again. */
  function meaning(row, answer) {
    if (answer.ack === row.id) { return 'sent'; }
    if (answer.status === 401 || answer.status === 302) { return 'login'; }
    if (!answer.isOurs) { return ''; } // nobody's answer, or a gateway's
    if (answer.status === 409) { return 'person'; }
    if (SETTLED[answer.status]) { return 'refused'; }
    return answer.status === 500 && row.tries + 1 >= MOST_TRIES ? 'aside' : '';
  }

  async function send(row, show) {
    const whole = await box.read('bodies', (store) => store.get(row.id));
    if (!whole) { return 'sent'; } // another tab was faster
    const head = await box.unsealWords(row.head);
    const answer = await box.post(head, row.id, await box.unseal(whole.body), show);
    const what = meaning(row, answer);
    if (what === 'sent') { await box.note(row, { receivedAt: answer.receivedAt }); }
    await box.put('queue', Object.assign({}, row, {
      state: what || 'waiting',
      tries: row.tries + (answer.status === 500 && answer.isOurs),
      tried: Date.now(),
      said: what === 'refused' ? answer.text.slice(0, 200) : answer.status === 507 ? 'full' : '',
      receivedAt: answer.receivedAt
    }));
    await box.onSent({ id: row.id, state: what, visit: head.visit, answer: answer, show: show });
    return what === 'login' || (!what && answer.status !== 500) ? 'stop' : what;
  }

  async function run(all, show) {
    const person = await box.holder();
    if (!person) { return; }
    const seen = {};
    for (;;) {
      const rows = (await box.rows(person)).filter((row) => !seen[row.id] && row.state !== 'sent' && (all || !SET_ASIDE[row.state]));
      rows.sort((a, b) => (a.size > LARGE) - (b.size > LARGE) || a.n - b.n);
      if (!rows.length) { return; }
      seen[rows[0].id] = 1;
      if (await send(rows[0], rows.length === 1 ? show : '') === 'stop') { return; }
    }
  }

  /* all: those too that were refused or set aside. show: the page on which the last answer is to be shown. */
  box.drain = (all, show) => box.alone('send', () => run(all, show));

  /* What was taken in is kept until a checked copy of the server's holds it, and for a week at most. */
  box.forget = async (person, safeUntil) => {
    const old = Date.now() - WEEK;
    const rows = (await box.rows(person)).filter((row) => row.state === 'sent' && (row.receivedAt <= safeUntil || row.tried < old));
    await box.tx(['queue', 'bodies'], 'readwrite', (queue, bodies) => {
      rows.forEach((row) => { queue.delete(row.n); bodies.delete(row.id); });
    });
  };

  box.onSent = () => undefined; // a page or the worker listens
})(self);
