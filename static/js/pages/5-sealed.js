/* Days to come, sealed: they open with this phone's own key and six digits that the office reads out, or by network on
   the day. outbox.getSealed(), openByNetwork(), openByCode(digits). Until then not even the day lies here in clear. */
(function (box) {
  const AES = 'AES-GCM';
  const MOST = 5; // wrong digits, then a pause
  const PAUSE = 15 * 60000;
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const plain = (text) => new TextEncoder().encode(text);
  const isoToday = async () => new Date(Date.now() + await box.offset() + 8 * 3600000).toISOString().slice(0, 10);

  /* Of whoever is logged in: [{name, day, v}]. */
  box.sealedDays = async () => {
    const person = await box.holder();
    const rows = person ? await box.read('things', (things) => things.getAll(IDBKeyRange.bound('parcel:', 'parcel;'))) : [];
    return Promise.all(rows.filter((row) => row.person === person).map(async (row) => Object.assign(await box.unsealWords(row.head), { name: row.name })));
  };

  async function asked(address) {
    const person = await box.holder();
    const phone = person && await box.thing('device:' + person);
    const answer = phone ? await fetch(address, { credentials: 'same-origin' }) : null;
    if (!answer || !answer.ok || answer.redirected) { return null; }
    const told = await answer.json();
    return told.person === person ? told : null;
  }

  box.getSealed = async () => {
    const before = await box.sealedDays();
    const pack = self.DecompressionStream ? '&packed=1' : '';
    const told = await asked('/n/sealed?have=' + before.map((one) => one.v).join(',') + pack);
    if (!told) { return; }
    const now = await isoToday();
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
  async function lay(name, sealed, key) {
    const about = plain(sealed.day);
    const data = await crypto.subtle.decrypt({ name: AES, iv: bytes(sealed.iv), additionalData: about }, await box.aes(key), bytes(sealed.data));
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
  }

  const whole = async (name) => box.unsealWords((await box.thing(name)).body);

  box.openByNetwork = async () => {
    const now = await isoToday();
    const due = (await box.sealedDays()).filter((one) => one.day <= now);
    const told = due.length ? await asked('/n/sealed/keys?days=' + due.map((one) => one.day).join(',')) : null;
    for (const one of told ? due : []) {
      if (told.keys[one.day]) { await lay(one.name, await whole(one.name), bytes(told.keys[one.day])); }
      else { await box.write('things', (things) => things.delete(one.name)); }
    }
  };

  /* The page's key under phone and digits; null if these are not the digits. */
  async function keyUnder(digits, sealed, phone) {
    const stretched = await box.stretch(digits, bytes(sealed.salt), sealed.times);
    const info = plain('fieldapp ' + sealed.day);
    const under = await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: stretched, info: info }, phone.key, 256);
    return crypto.subtle.decrypt({ name: AES, iv: bytes(sealed.keyIv), additionalData: plain(sealed.day) }, await box.aes(under), bytes(sealed.key)).catch(() => null);
  }

  /* A sentence, or {day} when it is open. */
  box.openByCode = (digits) => box.alone('code', async () => {
    const days = await box.sealedDays();
    const phone = await box.thing('device:' + await box.holder());
    if (!days.length || !phone) { return { said: '这部手机里没有封着的' }; }
    const tried = await box.thing('code') || { n: 0, at: 0 };
    const gone = Date.now() - tried.at;
    const n = gone >= 0 && gone < PAUSE ? tried.n : 0;
    if (n >= MOST) { return { said: '错了 ' + MOST + ' 次，' + Math.ceil((PAUSE - gone) / 60000) + ' 分钟后再试' }; }
    await box.put('things', { name: 'code', n: n + 1, at: Date.now() }); // counted first
    for (const one of days) {
      const sealed = await whole(one.name);
      const key = await keyUnder(digits, sealed, phone);
      if (key) {
        await lay(one.name, sealed, key);
        await box.write('things', (things) => things.delete('code'));
        return { day: one.day };
      }
    }
    return { said: n + 1 < MOST ? '不对，还能试 ' + (MOST - n - 1) + ' 次' : '错了 ' + MOST + ' 次，15 分钟后再试' };
  });
})(self.outbox);
