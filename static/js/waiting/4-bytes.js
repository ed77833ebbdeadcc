/* On this page a photo's bytes are seen leaving: XMLHttpRequest tells of them, fetch does not. */
(function (g) {
  const box = g.outbox;
  const PATIENCE = 45000; // ms without a byte before a line counts as dead
  const small = box.post;
  box.onProgress = box.onProgress || (() => undefined);

  const answerOf = (asked) => {
    const header = (name) => asked.getResponseHeader(name);
    return {
      status: asked.status, ack: header('Outbox-Ack'), receipt: header('Outbox-Receipt'), receivedAt: Number(header('Received-At')),
      now: Number(header('Server-Now')), why: header('Outbox-Why'), text: asked.responseText
    };
  };

  box.post = (head, id, body, show) => (body.byteLength < box.LARGE ? small(head, id, body, show) : new Promise((done) => {
    const asked = new XMLHttpRequest();
    let timer = null;
    const wait = () => { clearTimeout(timer); timer = setTimeout(() => asked.abort(), PATIENCE); };
    asked.open('POST', head.url);
    asked.setRequestHeader('Content-Type', head.type);
    asked.setRequestHeader('X-Outbox', id);
    asked.upload.onprogress = (event) => { wait(); box.onProgress(id, event.loaded); };
    asked.onloadend = () => {
      clearTimeout(timer);
      const isThere = asked.responseURL && new URL(asked.responseURL).pathname === head.url;
      done(isThere ? answerOf(asked) : { status: asked.status ? 302 : 0 });
    };
    wait();
    asked.send(new Blob([body]));
  }));
})(self);
