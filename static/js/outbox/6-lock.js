/* A number may stand before what lies here: after a pause the person's key is taken away, and what gives it back lies
   sealed under the number (`things`, pin). No number set: nothing of this happens. */
(function (g) {
  const box = g.outbox;
  box.thing = (name) => box.read('things', (things) => things.get(name));
  box.used = async () => { if (await box.thing('pin')) { await box.put('things', { name: 'used', at: Date.now() }); } };

  /* Whether the number is asked for now. `person`: whose page asks; a number of somebody else's who was here before goes. */
  box.isShut = async (person) => {
    const pin = await box.thing('pin');
    if (!pin) { return false; }
    if (person && pin.person !== person) { return box.write('things', (things) => things.delete('pin')).then(() => false); }
    const used = await box.thing('used');
    const idle = Date.now() - (used ? used.at : 0);
    if (!pin.gone && idle < pin.pause && idle > -60000 && await box.holder()) { return false; }
    await box.letGo();
    return true;
  };
})(self);
