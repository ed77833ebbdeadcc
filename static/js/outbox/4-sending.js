/* Sends what waits, in order, small things before photos, one sender at a time. A tap leaves the queue only when the
   answer carries `Outbox-Ack` with its own id: not on a 200 of a captive portal, not on a redirect to a login. */
(function (g) {
  const box = g.outbox;
  const SET_ASIDE = { refused: 1, aside: 1, shut: 1 };

  /* Write down what became of one: {row, head, show}. */
  async function settle(one, answer, what) {
    const row = one.row;
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
    await box.onSent({ id: row.id, state: what, visit: one.head.visit, kind: one.head.kind, answer: answer, show: one.show });
  }

  const isLarge = (row) => row.size > box.LARGE;

  /* What this drain has not tried, looked up anew each time, for new ones come in meanwhile. */
  async function left(seen, all) {
    const person = await box.holder();
    return person ? (await box.rows(person)).filter((row) => !seen[row.id] && (all === true || all === row.id || !SET_ASIDE[row.state])) : [];
  }

  const ifShut = (error) => { if (error.message === 'person') { throw error; } return null; };

  /* The next one opened; null when none is left. */
  async function next(large, seen, all, show) {
    for (;;) {
      const rows = (await left(seen, all)).filter((row) => isLarge(row) === large);
      const row = rows[0];
      if (!row) { return null; }
      seen[row.id] = 1;
      const whole = await box.read('bodies', (store) => store.get(row.id)); // gone: another tab was faster
      const head = whole && await box.unsealWords(row.head, row.person).catch(ifShut);
      const body = head && await box.unseal(whole.body, row.person).catch(ifShut);
      if (body) { return { row: row, head: head, body: body, show: rows.length === 1 ? show : '' }; }
      if (whole) { await box.put('queue', Object.assign({}, row, { state: 'shut' })); } // another key's: holds nothing up
    }
  }

  /* One after the other; while one is under way the next is opened, and what became of the one before is written down.
     True when none is left. before: asked before each, false to stop. */
  async function pass(large, seen, all, show, before) {
    const look = () => next(large, seen, all, show);
    const begun = (work) => { work.catch(() => undefined); return work; }; // its failure is told where it is awaited
    let coming = begun(look());
    let written = null;
    try {
      for (;;) {
        const one = await coming || await look();
        if (!one || !await before()) { return !one; }
        const answering = box.post(one.head, one.row.id, one.body, one.show);
        coming = begun(look());
        const answer = await answering;
        await written;
        const what = box.meaning(one.row, answer);
        written = begun(settle(one, answer, what));
        if (what ? what === 'login' || what === 'stopped' : answer.status !== 500) { return false; }
      }
    } finally { await written; }
  }

  /* all: true for those too that were refused or set aside, an id for that one of them. show: the page on which the
     last answer is to be shown. A photo under way holds up no tap: large ones have a line of their own. */
  box.drain = async (all, show) => {
    const seen = {};
    const small = (shown) => box.alone('send', () => pass(false, seen, all, shown, () => true));
    const smallFirst = async () => (await left(seen, all)).every(isLarge) || small('');
    if (await small(show)) { await box.alone('send-large', () => pass(true, seen, all, show, smallFirst)); }
  };
  box.onSent = () => undefined; // a page or the worker listens
})(self);
