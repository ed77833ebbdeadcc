/* What lies sealed is opened: outbox.openByNetwork() on its day, outbox.openByCode(digits) with what the office read out. */
(function (box) {
  const AES = 'AES-GCM';
  const MOST = 5; // wrong digits, then a pause
  const PAUSE = 15 * 60000;

  const whole = async (name) => box.unsealWords((await box.thing(name)).body);

  box.openByNetwork = async () => {
    const now = await box.isoToday();
    const due = (await box.sealedDays()).filter((one) => one.day <= now);
    const told = due.length ? await box.askSealed('/n/sealed/keys?days=' + due.map((one) => one.day + ':' + one.v).join(',')) : null;
    for (const one of told ? due : []) {
      const drop = () => box.write('things', (things) => things.delete(one.name));
      const key = told.keys[one.day];
      const ifOther = (error) => { if (error.name !== 'OperationError') { throw error; } return drop(); }; // sealed with another
      await (key ? box.layOpen(one.name, await whole(one.name), box.bytes(key)).catch(ifOther) : drop());
    }
  };

  /* The page's key under phone and digits; null if these are not the digits. */
  async function keyUnder(digits, sealed, phone) {
    const stretched = await box.stretch(digits, box.bytes(sealed.salt), sealed.times);
    const info = box.plain('fieldapp ' + sealed.day);
    const under = await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: stretched, info: info }, phone.key, 256);
    return crypto.subtle.decrypt({ name: AES, iv: box.bytes(sealed.keyIv), additionalData: box.plain(sealed.day) }, await box.aes(under), box.bytes(sealed.key)).catch(() => null);
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
        await box.layOpen(one.name, sealed, key);
        await box.write('things', (things) => things.delete('code'));
        return { day: one.day };
      }
    }
    return { said: n + 1 < MOST ? '不对，还能试 ' + (MOST - n - 1) + ' 次' : '错了 ' + MOST + ' 次，15 分钟后再试' };
  });
})(self.outbox);
