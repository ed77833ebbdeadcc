/* Which of the pages kept for an address fits what the phone's ledger says: outbox.facts(lines), outbox.choose(groups,
   address, facts). Pages are kept as they would stand after some taps (`begin:观察`, `stage:ticket`, `stuck:没人`); one
   fits when the phone holds all of these, and the one with most of them is the nearest. */
(function (box) {
  box.NOBODY = '00000000-0000-4000-8000-000000000000'; // stands for a visit, a tap that the phone makes itself

  box.facts = (lines) => {
    const counts = box.counted(lines);
    const last = (kind) => counts.filter((line) => line.kind === kind).pop();
    return { lines: counts, begin: last('begin'), stuck: last('stuck'), stage: last('stage') };
  };

  /* The line of the ledger that is the supposed tap; a stage that was skipped is passed as well. */
  function lineOf(tap, facts) {
    const parts = tap.split(':');
    if (parts[0] === 'begin') { return facts.begin && (!parts[1] || parts[1] === facts.begin.choice) ? facts.begin : null; }
    if (parts[0] === 'stuck') { return facts.stuck && facts.stuck.choice === parts[1] ? facts.stuck : null; }
    return facts.lines.find((line) => /stage|skip/.test(line.kind) && line.choice === parts[1]) || null;
  }

  const isFor = (group, facts) => !group.scenarios.length || Boolean(facts.begin) && group.scenarios.indexOf(facts.begin.fields.scenario) >= 0;
  const weight = (taps) => 2 * taps.length + taps.filter((tap) => /^begin:/.test(tap)).length;

  /* {group, n, taps, lines} or null; only pages after some taps, for the others are kept under their address. */
  box.choose = (groups, addresses, facts) => {
    let best = null;
    groups.forEach((group) => group.pages.forEach((page, n) => {
      const taps = page[1];
      if (!taps.length || n >= group.got || addresses.indexOf(page[0]) < 0 || !isFor(group, facts)) { return; }
      const lines = taps.map((tap) => lineOf(tap, facts));
      if (lines.every(Boolean) && (!best || weight(taps) > weight(best.taps))) {
        best = { group: group, n: n, address: page[0], taps: taps, lines: lines };
      }
    }));
    return best;
  };

  /* Whether a page made at `served` knows every step that the phone does. */
  box.holds = (served, facts) => facts.lines.every((line) => !/stage|skip|stuck/.test(line.kind) || line.receivedAt <= served);
})(self.outbox);
