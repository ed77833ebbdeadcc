/* The list of what is ready, and what it says is kept: outbox.joined(told, before), outbox.writeReady(person, list, pages),
   outbox.tidyReady(person, list), outbox.countReady(list), outbox.howReady(). A group of the list is what the server told,
   with how many of its pages have come (`got`). */
(function (box) {
  const WEEK = 7 * 86400000;

  /* Groups that are no longer told stay until those in their place have come. */
  box.joined = (told, before) => {
    const known = {};
    before.groups.forEach((group) => { known[group.v] = group; });
    const groups = told.groups.map((group) => Object.assign({ got: 0 }, group, known[group.v] && { got: known[group.v].got, day: known[group.v].day }));
    const now = groups.map((group) => group.v);
    const gone = before.groups.filter((group) => now.indexOf(group.v) < 0).map((group) => Object.assign({}, group, { isGone: true }));
    groups.forEach((group) => { if (!group.got) { group.day = told.day; } });
    return { date: told.date, groups: groups.concat(gone) };
  };

  box.writeReady = async (person, list, pages) => {
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
  box.tidyReady = async (person, list) => {
    list.groups = list.groups.filter((group) => !group.isGone);
    const kept = list.groups.map((group) => group.v);
    await box.writeReady(person, list, []);
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
  };

  /* Whether a visit was planned for days that are over, and has not been begun here. */
  async function isOver(person, group, today) {
    const visit = (group.pages.map((page) => page[0].match(/^\/n\/([0-9a-f-]{36})/)).find(Boolean) || [])[1];
    return group.last && group.last < today && !(await box.ledger(person, visit)).length;
  }

  /* What days that are over have left goes, with network or without. */
  box.dropOver = async (person) => {
    const list = await box.readyList(person);
    const today = await box.isoToday();
    const over = [];
    for (const group of list.groups) { if (await isOver(person, group, today)) { over.push(group); } }
    if (!over.length) { return; }
    list.groups = list.groups.filter((group) => over.indexOf(group) < 0);
    await box.tidyReady(person, list);
  };

  box.countReady = (list) => {
    const now = list.groups.filter((group) => !group.isGone);
    const sum = (name) => now.reduce((n, group) => n + group[name], 0);
    return { got: sum('got'), of: sum('n'), date: list.date };
  };
  box.howReady = async () => {
    const person = await box.holder();
    return person ? box.countReady(await box.readyList(person)) : null;
  };
})(self.outbox);
