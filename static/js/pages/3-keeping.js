/* The pages that this phone keeps, sealed, of whoever is logged in: outbox.keepPage(address, html, version),
   outbox.keptPage(address). */
(function (box) {
  const OF_STEP = /^\/(skip|late|after|then)/; // what was shown there is of no use once one has gone on
  const place = (person, address) => box.sha256(person + ' page ' + address);
  const served = (html) => Number((html.match(/data-now="(\d+)"/) || [])[1]);

  box.pageId = (person, address, page) => place(person, page && page[1].length ? address + ' ' + page[1] + ' ' + page[2] : address);

  box.keepPage = async (person, address, html) => {
    const sealed = await box.sealWords({ html: html });
    await box.put('pages', { id: await box.pageId(person, address), person: person, v: '', made: Date.now(), sealed: sealed });
  };

  async function opened(id) {
    const row = await box.read('pages', (store) => store.get(id));
    return row ? box.unsealWords(row.sealed) : null;
  }

  /* What is ready here, as the server told it: {date, groups}. */
  box.readyList = async (person) => {
    const row = await box.read('things', (store) => store.get('ready'));
    return row && row.person === person ? box.unsealWords(row.sealed) : { date: '', groups: [] };
  };

  box.offset = async () => {
    const row = await box.read('things', (store) => store.get('offset'));
    return row ? row.ms : 0;
  };

  /* The day in China by the server's clock. */
  box.isoToday = async () => new Date(Date.now() + await box.offset() + 8 * 3600000).toISOString().slice(0, 10);

  async function plain(person, path, search) {
    const offset = await box.offset();
    const page = await opened(await box.pageId(person, path + search)) || search && path === '/n/' && await opened(await box.pageId(person, path));
    if (!page) { return null; }
    const html = box.fresh(page, offset);
    return { html: path === '/n/new' && !/join=/.test(search) ? box.anew(html) : html };
  }

  async function ofVisit(person, visit, below, search) {
    const facts = box.facts(await box.ledger(person, visit));
    const offset = await box.offset();
    const real = await opened(await box.pageId(person, '/n/' + visit + below + search));
    if (real && (!OF_STEP.test(below) || box.holds(served(real.html), facts))) { return { html: box.fresh(real, offset) }; }
    const list = await box.readyList(person);
    const addresses = [visit, box.NOBODY].map((id) => '/n/' + id + below + search);
    const chosen = box.choose(list.groups, addresses, facts);
    const page = chosen && await opened(await box.pageId(person, chosen.address, [0, chosen.taps, chosen.group.v]));
    if (page) {
      const html = box.fill(box.fresh(page, offset), chosen, facts, visit, offset);
      return { html: html, isUnsent: Boolean(facts.begin && !facts.begin.receivedAt) };
    }
    if (real) { return { html: box.fresh(real, offset) }; }
    return search ? ofVisit(person, visit, below, '') : null;
  }

  /* {html, isUnsent: the server cannot know the visit yet} or null. */
  box.keptPage = async (address) => {
    const person = await box.holder();
    if (!person) { return null; }
    const url = new URL(address, location.href);
    const of = url.pathname.match(/^\/n\/([0-9a-f-]{36})(\/.*)?$/);
    return of ? ofVisit(person, of[1], of[2] || '', url.search) : plain(person, url.pathname, url.search);
  };
})(self.outbox);
