/* The phone's store, read by pages and by the service worker. Nothing in it is ever dropped by an upgrade: a later
   version may only add a store, for phones hold old queues.
   queue    what waits: {n, id, person, ledger, state, tries, size, head}
   taken    what the server took in and may still lose: the same with receivedAt
   bodies   the bytes to send, by the id of their tap: {id, body}
   ledgers  what one person tapped in one visit: {id, person, v, sealed}
   keys     who is logged in here: {person, key}, the key not to be had out again
   pages    answers that the server lets a phone keep: {id, person, sealed}
   things   small state of this phone: {name, …} */
(function (g) {
  const BY_ID = { keyPath: 'id' };
  const STORES = { queue: { keyPath: 'n', autoIncrement: true }, taken: BY_ID, bodies: BY_ID, ledgers: BY_ID, keys: { keyPath: 'person' }, pages: BY_ID, things: { keyPath: 'name' } };
  const box = g.outbox = g.outbox || {};
  let opening = null;

  function open() {
    opening = opening || new Promise((done, fail) => {
      const asked = indexedDB.open('fieldapp', 1);
      asked.onupgradeneeded = () => {
        Object.keys(STORES).forEach((name) => {
          if (!asked.result.objectStoreNames.contains(name)) { asked.result.createObjectStore(name, STORES[name]); }
        });
      };
      asked.onsuccess = () => {
        const db = asked.result;
        db.onversionchange = db.onclose = () => { db.close(); opening = null; };
        done(db);
      };
      asked.onerror = () => { opening = null; fail(asked.error); };
      asked.onblocked = () => { opening = null; fail(new Error('blocked')); };
    });
    return opening;
  }

  function once(db, stores, mode, work, how) {
    return new Promise((done, fail) => {
      const t = db.transaction(stores, mode, { durability: how || 'strict' });
      const asked = work(...stores.map((name) => t.objectStore(name)));
      t.oncomplete = () => done(asked && asked.result);
      t.onabort = () => fail(t.error || (asked && asked.error) || new Error('aborted'));
    });
  }

  /* One transaction over stores; work takes them and gives the request whose result is wanted. The system may have
     closed the database while the phone slept: then it is opened again and the work done anew. how: 'relaxed' where a
     power cut may lose it. */
  box.tx = async (stores, mode, work, how) => {
    try {
      return await once(await open(), stores, mode, work, how);
    } catch (error) {
      if (error.name !== 'InvalidStateError' && error.name !== 'UnknownError') { throw error; }
      opening = null;
      return once(await open(), stores, mode, work, how);
    }
  };
  box.read = (name, work) => box.tx([name], 'readonly', work);
  box.write = (name, work) => box.tx([name], 'readwrite', work);
  box.put = (name, row) => box.write(name, (store) => store.put(row));
})(self);
