/* One after the other over all tabs and the worker: outbox.alone(name, work). */
(function (g) {
  const box = g.outbox;
  /* Where the browser has no locks: one after the other here, and for sending a lease that another tab or the worker
     takes over when whoever holds it is gone. */
  const chains = {};
  box.alone = (name, work) => {
    if (g.navigator.locks && name !== 'keep') { return g.navigator.locks.request('fieldapp-' + name, work); }
    const turn = name === 'keep' ? work : () => leased(name, work); // keeping sees for itself that it was overtaken
    chains[name] = (chains[name] || Promise.resolve()).then(turn, turn);
    return chains[name];
  };

  const LEASE = 20000; // ms
  const me = Math.random();
  async function takes(name, until) {
    let isMine = false;
    await box.write('things', (things) => {
      const asked = things.get(name);
      asked.onsuccess = () => {
        const held = asked.result;
        isMine = !held || held.by === me || held.until < Date.now() || held.until > Date.now() + LEASE; // a clock put back
        if (isMine) { things.put({ name: name, by: me, until: until }); }
      };
      return asked;
    });
    return isMine;
  }
  async function leased(name, work) {
    while (!await takes(name, Date.now() + LEASE)) { await new Promise((done) => setTimeout(done, 500)); }
    const renewing = setInterval(() => takes(name, Date.now() + LEASE), LEASE / 4);
    try { return await work(); } finally { clearInterval(renewing); await takes(name, 0); }
  }
})(self);
