/* Days to come, sealed: they open with this phone's own key and six digits that the office reads out, or by network on
   the day. outbox.getSealed(), outbox.layOpen(name, sealed, key). Until then not even the day lies here in clear. */
(function (box) {
  const AES = 'AES-GCM';
  const plain = box.plain = (text) => new TextEncoder().encode(text);

  /* Of whoever is logged in: [{name, day, v}]. */
  box.sealedDays = async () => {
    const person = await box.holder();
    const rows = person ? await box.read('things', (things) => things.getAll(IDBKeyRange.bound('parcel:', 'parcel;'))) : [];
    return Promise.all(rows.filter((row) => row.person === person).map(async (row) => Object.assign(await box.unsealWords(row.head), { name: row.name })));
  };

  const asked = box.askSealed = async (address) => {
    const person = await box.holder();
    const phone = person && await box.thing('device:' + person);
    const answer = phone ? await fetch(address, { credentials: 'same-origin' }) : null;
    if (!answer || !answer.ok || answer.redirected) { return null; }
    const told = await answer.json();
    return told.person === person ? told : null;
  };

  box.getSealed = async () => {
    const before = await box.sealedDays();
    const pack = self.DecompressionStream ? '&packed=1' : '';
    const told = await asked('/n/sealed?have=' + before.map((one) => one.v).join(',') + pack);
    if (!told) { return; }
    const now = await box.isoToday();
    const named = told.days.map((one) => one.v);
    for (const one of before) { // what the office took back goes; what is due waits for its digits
      if (named.indexOf(one.v) < 0 && one.day > now) { await box.write('things', (things) => things.delete(one.name)); }
    }
    for (const one of told.days.filter((each) => each.data)) {
      const row = { name: 'parcel:' + await box.sha256(told.person + one.day), person: told.person, head: await box.sealWords({ day: one.day, v: one.v }), body: await box.sealWords(one) };
      await box.put('things', row);
    }
  };

  async function unpacked(data, isPacked) {
    const stream = isPacked && new Response(data).body.pipeThrough(new self.DecompressionStream('gzip'));
    return new Response(stream || data).text();
  }

  /* Its pages take their place among those that are ready; list and pages in one transaction. */
  box.layOpen = async (name, sealed, key) => {
    const about = plain(sealed.day);
    const data = await crypto.subtle.decrypt({ name: AES, iv: box.bytes(sealed.iv), additionalData: about }, await box.aes(key), box.bytes(sealed.data));
    const lines = (await unpacked(data, sealed.packed)).trim().split('\n').map((line) => JSON.parse(line));
    const head = lines[0];
    await box.alone('make-ready', async () => {
      const list = await box.readyList(head.person);
      const ours = head.groups.map((group) => Object.assign({ got: group.n, day: head.day }, group));
      const others = list.groups.filter((group) => !ours.some((one) => one.v === group.v));
      const byV = (v) => ours.find((group) => group.v === v);
      const pages = lines.filter((line) => line.html).map((line) => ({ v: line.v, of: byV(line.v).pages[line.n], html: line.html, words: head.words }));
      await box.writeReady(head.person, { date: head.date, groups: others.concat(ours) }, pages);
      await box.write('things', (things) => things.delete(name));
    });
  };
})(self.outbox);
