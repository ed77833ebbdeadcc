/* A number may stand before what lies here: after a pause the person's key is taken away, and what gives it back lies
   sealed under the number (`things`, pin; when the app was last used). No number set: nothing of this happens. */
(function (g) {
  const box = g.outbox;
  box.thing = (name) => box.read('things', (things) => things.get(name));
  box.used = () => box.write('things', (things) => {
    const asked = things.get('pin');
    asked.onsuccess = () => asked.result && things.put(Object.assign(asked.result, { used: Date.now() }));
  });

  /* Whether the number is asked for now. `person`: whose page asks; a number of somebody else's who was here before
     goes, but not for a page that was open before (isOld): there he may be who came after. */
  box.isShut = async (person, isOld) => {
    const pin = await box.thing('pin');
    if (!pin) { return false; }
    if (person && pin.person !== person) { return !isOld && box.write('things', (things) => things.delete('pin')).then(() => false); }
    const idle = Date.now() - pin.used;
    if (idle < pin.pause && idle > -60000 && await box.holder()) { return person ? box.used().then(() => false) : false; }
    await box.letGo();
    return true;
  };
})(self);
