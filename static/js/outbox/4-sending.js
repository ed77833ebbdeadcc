/* Sends what waits, in order, small things before photos, one sender at a time. A tap leaves the queue only when the
   answer carries `Outbox-Ack` with its own id: not on a 200 of a captive portal, not on a redirect to a login. */
(function (g) {
  const box = g.outbox;
  const LARGE = 65536; // bytes; larger ones wait for the small
  const PATIENCE = 30000; // ms without a byte before a line counts as dead
  const WEEK = 7 * 86400000;
  const MOST_TRIES = 6; // failures of our own server with this very record before it is set aside
  const SET_ASIDE = { refused: 1, aside: 1, shut: 1 };
  const SETTLED = { 400: 1, 404: 1, 410: 1, 413: 1, 415: 1, 422: 1 };

  /* The answer as {status, ack, receivedAt, now, html}; status 0 is no answer. Where there is XMLHttpRequest the bytes
     sent can be told. */
  function post(head, id, body, show) {
    const headers = { 'Content-Type': head.type, 'X-Outbox': id };
    if (show) { headers['HX-Request'] = 'true'; headers['X-Outbox-Show'] = show; headers['HX-Current-URL'] = show; }
    return g.XMLHttpRequest ? byPage(head.url, headers, body, id) : byWorker(head.url, headers, body);
  }

  function byPage(url, headers, body, id) {
    return new Promise((done) => {
      const asked = new XMLHttpRequest();
      let timer = null;
      const wait = () => { clearTimeout(timer); timer = setTimeout(() => asked.abort(), PATIENCE); };
      asked.open('POST', url);
      Object.keys(headers).forEach((name) => asked.setRequestHeader(name, headers[name]));
      asked.upload.onprogress = (event) => { wait(); box.onProgress(id, event.loaded, event.total); };
      asked.onprogress = wait;
      asked.onloadend = () => {
        clearTimeout(timer);
        const isOurs = asked.responseURL && new URL(asked.responseURL).pathname === new URL(url, location.href).pathname;
        done(isOurs || asked.status === 401 ? read(asked.status, (name) => asked.getResponseHeader(name), asked.responseText) : { status: asked.status ? 302 : 0 });
      };
      wait();
      asked.send(body);
    });
  }

  async function byWorker(url, headers, body) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE * 4);
    try {
      const answer = await fetch(url, { method: 'POST', body: body, headers: headers, redirect: 'manual', credentials: 'same-origin', signal: stop.signal });
      return read(answer.type === 'opaqueredirect' ? 302 : answer.status, (name) => answer.headers.get(name), await answer.text());
    } catch (error) {
      return { status: 0 };
    } finally { clearTimeout(timer); }
  }

  function read(status, header, text) {
    return {
      status: status, ack: header('Outbox-Ack'), receivedAt: Number(header('Received-At')), isOurs: Boolean(header('Server-Now')),
      now: header('Server-Now'), receipt: header('Outbox-Receipt'), why: header('Outbox-Why'), address: header('HX-Replace-Url'), reswap: header('HX-Reswap'), text: text
    };
  }

  /* What an answer means: 'sent'; 'login', 'stopped' (the account), 'person', 'refused' and 'aside' keep the row and say
     why; '' is to be tried again. */
  function meaning(row, answer) {
    if (answer.ack === row.id) { return 'sent'; }
    if (answer.status === 401 || answer.status === 302) { return answer.why || 'login'; }
    if (!answer.isOurs) { return ''; } // nobody's answer, or a gateway's
    if (answer.status === 409) { return 'person'; }
    if (SETTLED[answer.status]) { return 'refused'; }
    return answer.status === 500 && row.tries + 1 >= MOST_TRIES ? 'aside' : '';
  }

  async function send(row, show) {
    const whole = await box.read('bodies', (store) => store.get(row.id));
    if (!whole) { return 'sent'; } // another tab was faster
    const head = await box.unsealWords(row.head).catch(() => null);
    const body = head && await box.unseal(whole.body).catch(() => null);
    if (!body) { // sealed with a key that is not here: it stays, and holds nothing up
      await box.put('queue', Object.assign({}, row, { state: 'shut' }));
      return 'shut';
    }
    const answer = await post(head, row.id, body, show);
    const what = meaning(row, answer);
    if (what === 'sent') { await box.note(row, { receivedAt: answer.receivedAt, receipt: answer.receipt }); }
    await box.put('queue', Object.assign({}, row, {
      state: what || 'waiting',
      tries: row.tries + (answer.status === 500 && answer.isOurs),
      tried: Date.now(),
      said: what === 'refused' ? answer.text.slice(0, 200) : answer.status === 507 ? 'full' : answer.isOurs && answer.status >= 500 ? 'failed' : '',
      receivedAt: answer.receivedAt
    }));
    await box.onSent({ id: row.id, state: what, visit: head.visit, answer: answer, show: show });
    return answer.status === 401 || what === 'login' || (!what && answer.status !== 500) ? 'stop' : what;
  }

  async function run(all, show) {
    const person = await box.holder();
    if (!person) { return; }
    const seen = {};
    for (;;) {
      const rows = (await box.rows(person)).filter((row) => !seen[row.id] && row.state !== 'sent' && (all === true || all === row.id || !SET_ASIDE[row.state]));
      rows.sort((a, b) => (a.size > LARGE) - (b.size > LARGE) || a.n - b.n);
      if (!rows.length) { return; }
      seen[rows[0].id] = 1;
      if (await send(rows[0], rows.length === 1 ? show : '') === 'stop') { return; }
    }
  }

  /* all: true for those too that were refused or set aside, an id for that one of them. show: the page on which the last answer is to be shown. */
  box.drain = (all, show) => box.alone('send', () => run(all, show));

  /* What was taken in is kept until a checked copy of the server's holds it, and for a week at most. */
  box.forget = async (person, safeUntil) => {
    const old = Date.now() - WEEK;
    const rows = (await box.rows(person)).filter((row) => row.state === 'sent' && (row.receivedAt <= safeUntil || row.tried < old));
    await box.tx(['queue', 'bodies'], 'readwrite', (queue, bodies) => {
      rows.forEach((row) => { queue.delete(row.n); bodies.delete(row.id); });
    });
  };

  box.onSent = box.onProgress = () => undefined; // a page or the worker listens
})(self);
