/* outbox.makeReady(tell) asks for the pages of today that this phone lacks, and keeps each as it comes: what has come
   counts, though the line breaks. tell({got, of}) after each handful. */
(function (box) {
  const HANDFUL = 16;
  const MOST_ANSWERS = 20;
  const WEEK = 7 * 86400000;

  /* Groups that are no longer told stay until those in their place have come. */
  function joined(told, before) {
    const known = {};
    before.groups.forEach((group) => { known[group.v] = group; });
    const groups = told.groups.map((group) => Object.assign({ got: 0 }, group, known[group.v] && { got: known[group.v].got, day: known[group.v].day }));
    const now = groups.map((group) => group.v);
    const gone = before.groups.filter((group) => now.indexOf(group.v) < 0).map((group) => Object.assign({}, group, { isGone: true }));
    groups.forEach((group) => { if (!group.got) { group.day = told.day; } });
    return { date: told.date, groups: groups.concat(gone) };
  }

  const write = box.writeReady = async (person, list, pages) => {
    const rows = await Promise.all(pages.map(async (page) => ({
      id: await box.pageId(person, page.of[0], [0, page.of[1], page.v]), person: person, v: page.v, made: Date.now(),
      sealed: await box.sealWords({ html: page.html, words: page.words })
    })));
    const sealed = await box.sealWords(list);
    await box.tx(['pages', 'things'], 'readwrite', (store, things) => {
      rows.forEach((row) => store.put(row));
      return things.put({ name: 'ready', person: person, sealed: sealed });
    });
  };

  /* All is here: what it replaces goes, and what was shown long ago. */
  async function tidy(person, list) {
    list.groups = list.groups.filter((group) => !group.isGone);
    const kept = list.groups.map((group) => group.v);
    await write(person, list, []);
    await box.write('pages', (store) => {
      const asked = store.openCursor();
      asked.onsuccess = () => {
        const at = asked.result;
        if (!at) { return; }
        const row = at.value;
        const isOld = row.v ? kept.indexOf(row.v) < 0 : row.made < Date.now() - WEEK;
        if (row.person === person && isOld) { at.delete(); }
        at.continue();
      };
      return asked;
    });
  }

  async function byLine(answer, take) {
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    let rest = '';
    for (;;) {
      const part = await reader.read();
      const lines = (rest + decoder.decode(part.value || new Uint8Array(0), { stream: !part.done })).split('\n');
      rest = lines.pop();
      for (const line of lines) { await take(JSON.parse(line)); }
      if (part.done) { return; }
    }
  }

  const count = (list) => {
    const now = list.groups.filter((group) => !group.isGone);
    const sum = (name) => now.reduce((n, group) => n + group[name], 0);
    return { got: sum('got'), of: sum('n'), date: list.date };
  };
  box.howReady = async () => {
    const person = await box.holder();
    return person ? count(await box.readyList(person)) : null;
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
    const flush = async () => { await write(person, list, waiting.splice(0)); tell(count(list)); };
    try {
      await byLine(answer, async (line) => {
        if (line.groups) {
          if (line.person !== person) { throw new Error('person'); }
          list = joined(line, list);
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
    if (isWhole) { await tidy(person, list); tell(count(list)); }
    return isWhole;
  }

  box.makeReady = (tell) => box.alone('ready', async () => {
    for (let n = 0; n < MOST_ANSWERS; n++) {
      const person = await box.holder();
      const done = person ? await ask(person, tell) : null;
      if (done !== false) { return Boolean(done); }
    }
    return false;
  });
})(self.outbox);
