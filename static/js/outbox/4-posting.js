/* One tap to the server: outbox.post(head, id, body, show). */
(function (g) {
  const box = g.outbox;
  const PATIENCE = 30000; // ms without a byte before a line counts as dead

  /* The answer as {status, ack, …}; status 0 is no answer. Where there is XMLHttpRequest the bytes sent can be told. */
  box.post = (head, id, body, show) => {
    const headers = { 'Content-Type': head.type, 'X-Outbox': id };
    if (show) { headers['HX-Request'] = 'true'; headers['X-Outbox-Show'] = show; headers['HX-Current-URL'] = show; }
    return g.XMLHttpRequest ? byPage(head.url, headers, body, id) : byWorker(head.url, headers, body);
  };

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
        const isHere = asked.responseURL && new URL(asked.responseURL).pathname === new URL(url, location.href).pathname;
        done(isHere || asked.status === 401 ? read(asked.status, (name) => asked.getResponseHeader(name), asked.responseText) : { status: asked.status ? 302 : 0 });
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
      status: status, ack: header('Outbox-Ack'), receipt: header('Outbox-Receipt'), receivedAt: Number(header('Received-At')),
      now: Number(header('Server-Now')), address: header('HX-Replace-Url'), reswap: header('HX-Reswap'), text: text
    };
  }

  box.onProgress = () => undefined; // the list of what waits listens
})(self);
