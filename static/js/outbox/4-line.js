/* One request to the server, and what of its answer counts: outbox.post(head, id, body, show). */
(function (g) {
  const box = g.outbox;
  const MOST_TRIES = 6; // failures of our own server with this very record before it is set aside
  const SETTLED = { 400: 1, 404: 1, 410: 1, 413: 1, 415: 1, 422: 1 };
  const PATIENCE = 45000; // ms; and as many again as there are bytes, for a line of a kilobyte a second is still a line

  /* The answer as {status, ack, …}; status 0 is no answer, or a redirect: ours never redirects a tap. */
  box.post = async (head, id, body, show) => {
    const headers = { 'Content-Type': head.type, 'X-Outbox': id };
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE + body.byteLength);
    if (show) { headers['HX-Request'] = 'true'; headers['X-Outbox-Show'] = show; headers['HX-Current-URL'] = show; }
    try {
      const answer = await fetch(head.url, { method: 'POST', body: new Blob([body]), headers: headers, redirect: 'manual', credentials: 'same-origin', signal: stop.signal });
      const header = (name) => answer.headers.get(name);
      return {
        status: answer.status, ack: header('Outbox-Ack'), receipt: header('Outbox-Receipt'),
        receivedAt: Number(header('Received-At')), now: Number(header('Server-Now')), why: header('Outbox-Why'), address: header('HX-Replace-Url'),
        reswap: header('HX-Reswap'), text: await answer.text()
      };
    } catch (error) {
      return { status: 0 };
    } finally { clearTimeout(timer); }
  };

  /* What an answer means: 'sent'; 'login', 'stopped' (the account), 'person', 'refused' and 'aside' keep the row and say
     why; '' is to be tried again. */
  box.meaning = (row, answer) => {
    if (answer.ack === row.id) { return 'sent'; }
    if (answer.status === 401) { return answer.why || 'login'; }
    if (!answer.now) { return ''; } // nobody's answer, a gateway's, a portal's
    if (answer.status === 409) { return 'person'; }
    if (SETTLED[answer.status]) { return 'refused'; }
    return answer.status === 500 && row.tries + 1 >= MOST_TRIES ? 'aside' : '';
  };
})(self);
