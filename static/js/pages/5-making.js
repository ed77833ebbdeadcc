/* outbox.makeReady(tell) asks for the pages of today that this phone lacks, and keeps each as it comes: what has come
   counts, though the line breaks. tell({got, of}) after each handful. None without the reserve that taps have: pages
   take no room from them. */
(function (box) {
  const HANDFUL = 16;
  const MOST_ANSWERS = 20;

  /* Each line as soon as it has come. What waits in the browser's own hands is lost when the line breaks, so it is taken
     from there at once, and worked on meanwhile. */
  box.byLine = async (answer, take) => {
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    let rest = '';
    let work = Promise.resolve();
    try {
      for (;;) {
        const part = await reader.read();
        const lines = (rest + decoder.decode(part.value || new Uint8Array(0), { stream: !part.done })).split('\n');
        rest = lines.pop();
        lines.forEach((line) => { work = work.then(() => take(JSON.parse(line))); });
        work.catch(() => reader.cancel().catch(() => undefined)); // no room: the rest need not come
        if (part.done) { return; }
      }
    } finally { await work; }
  };

  /* One answer; true when nothing is left to ask for. */
  async function ask(person, tell) {
    let list = await box.readyList(person);
    const have = list.groups.map((group) => (group.got < group.n ? group.got && group.v + ':' + group.got : group.v)).filter(Boolean);
    const answer = await fetch('/n/ready?have=' + have.join(','), { credentials: 'same-origin' });
    if (!answer.ok || answer.redirected || !answer.headers.get('Server-Now')) { return null; }
    const waiting = [];
    let words = [];
    let isWhole = false;
    const flush = async () => {
      if (!await box.isLaidBy()) { throw new Error('room'); } // a tap needed it meanwhile
      await box.writeReady(person, list, waiting.splice(0));
      tell(box.countReady(list));
    };
    try {
      await box.byLine(answer, async (line) => {
        if (line.groups) {
          if (line.person !== person) { throw new Error('person'); }
          list = box.joined(line, list);
          words = line.words;
          await flush();
        }
        const group = line.html !== undefined && list.groups.find((each) => each.v === line.v);
        if (group && group.got === line.n) {
          group.got++;
          if (line.html) { waiting.push({ v: line.v, of: group.pages[line.n], html: line.html, words: words }); }
        }
        if (waiting.length >= HANDFUL) { await flush(); }
        isWhole = isWhole || Boolean(line.end);
      });
    } finally { if (waiting.length) { await flush(); } }
    if (isWhole) { await box.tidyReady(person, list); tell(box.countReady(list)); }
    return isWhole;
  }

  box.makeReady = (tell) => box.alone('make-ready', async () => {
    for (let n = 0; n < MOST_ANSWERS; n++) {
      const person = await box.holder();
      if (person && !n) { await box.dropOver(person); }
      const done = person && await box.layBy() ? await ask(person, tell) : null;
      if (done !== false) { return Boolean(done); }
    }
    return false;
  });
})(self.outbox);
