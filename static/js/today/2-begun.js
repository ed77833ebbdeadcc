/* What was begun here and the page does not know yet: its card in the place of the plan's. The page holds a card for each
   that may be begun or going, in order; one of those to come is shown. */
(function (app) {
  const box = window.outbox;
  const person = document.documentElement.getAttribute('data-person');
  const NOBODY = '00000000-0000-4000-8000-000000000000';
  const cards = (id) => Array.prototype.slice.call(document.getElementById(id).content.children);
  const shown = () => document.querySelector('[data-plan]');

  const counted = async (visit) => box.counted(await box.ledger(person, visit));

  function draw(card, visit, lines) {
    const made = card.cloneNode(true);
    const has = (test) => lines.some(test);
    const state = has((line) => line.kind === 'handin') ? 'handed' : has((line) => line.kind === 'stage' && line.choice === card.getAttribute('data-leave')) ? 'left' : 'going';
    Array.prototype.forEach.call(made.querySelectorAll('[data-when]'), (each) => {
      if (each.getAttribute('data-when') !== state) { each.remove(); }
    });
    Array.prototype.forEach.call(made.querySelectorAll('a'), (link) => { link.href = link.getAttribute('href').replace(NOBODY, visit); });
    made.querySelector('[data-begun-at]').textContent = app.minute(app.instant(lines.find((line) => line.kind === 'begin')));
    document.getElementById('running').appendChild(made);
  }

  /* 换一个 goes from one to the next; what has been begun is left out. */
  function next(begun) {
    const ahead = cards('ahead').filter((card) => begun.indexOf(card.getAttribute('data-plan')) < 0);
    const after = (location.search.match(/other=([0-9a-f-]{36})/) || [])[1];
    const all = cards('ahead').map((card) => card.getAttribute('data-id'));
    const place = all.indexOf(after);
    const wanted = ahead.find((card) => all.indexOf(card.getAttribute('data-id')) > place) || ahead[0];
    const now = shown();
    if (now && (!wanted || now.getAttribute('data-id') !== wanted.getAttribute('data-id'))) {
      if (wanted) { now.replaceWith(wanted.cloneNode(true)); } else { now.remove(); }
    }
    const other = shown() && shown().querySelector('[data-other]');
    if (other) { other.hidden = ahead.length < 2; }
  }

  async function show() {
    const begun = [];
    for (const card of cards('begun')) {
      const visit = card.getAttribute('data-visit');
      const lines = visit === NOBODY ? [] : await counted(visit);
      if (lines.some((line) => line.kind === 'begin')) { begun.push(visit); draw(card, visit, lines); }
    }
    const known = Array.prototype.map.call(document.querySelectorAll('[data-running]'), (each) => each.getAttribute('data-running'));
    const unplanned = cards('begun').find((card) => card.getAttribute('data-visit') === NOBODY);
    for (const row of await box.list()) {
      if (row.kind === 'begin' && !(row.receivedAt <= app.served) && begun.concat(known).indexOf(row.visit) < 0) {
        begun.push(row.visit);
        draw(unplanned, row.visit, await counted(row.visit));
      }
    }
    if (begun.length || location.search) { next(begun); }
    const empty = document.querySelector('[data-empty]');
    if (empty) { empty.hidden = begun.length > 0; }
  }

  app.kept.then((able) => able && show());
})(window.fieldapp = window.fieldapp || {});
