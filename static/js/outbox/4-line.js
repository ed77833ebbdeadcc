/* One request to the server, and what of its answer counts: outbox.post(head, id, body, show). */
(function (g) {
  const box = g.outbox;
  const PATIENCE = 45000; // ms; and as many again as there are bytes, for a line of a kilobyte a second is still a line

  /* The answer as {status, ack, …}; status 0 is no answer, 302 a redirect to wherever. */
  box.post = async (head, id, body, show) => {
    const headers = { 'Content-Type': head.type, 'X-Outbox': id };
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE + body.byteLength);
    if (show) { headers['HX-Request'] = 'true'; headers['X-Outbox-Show'] = show; headers['HX-Current-URL'] = show; }
    try {
      const answer = await fetch(head.url, { method: 'POST', body: body, headers: headers, redirect: 'manual', credentials: 'same-origin', signal: stop.signal });
      const header = (name) => answer.headers.get(name);
      return {
        status: answer.type === 'opaqueredirect' ? 302 : answer.status, ack: header('Outbox-Ack'), receipt: header('Outbox-Receipt'),
        receivedAt: Number(header('Received-At')), now: Number(header('Server-Now')), why: header('Outbox-Why'), address: header('HX-Replace-Url'),
        reswap: header('HX-Reswap'), text: await answer.text()
      };
    } catch (error) {
      return { status: 0 };
    } finally { clearTimeout(timer); }
  };
})(self);
