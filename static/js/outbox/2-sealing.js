/* What lies on the phone is sealed with a key of the person's own (AES-GCM). The server gives it at login; here it is a
   key object whose bytes nobody can read, and logging out deletes it. */
(function (g) {
  const box = g.outbox;
  const AES = 'AES-GCM';
  let held = null; // {person, key}

  box.isAble = () => Boolean(g.indexedDB && g.crypto && g.crypto.subtle);

  box.hold = async (person, bytes) => {
    const key = await crypto.subtle.importKey('raw', bytes, AES, false, ['encrypt', 'decrypt']);
    await box.write('keys', (store) => { store.clear(); return store.put({ person: person, key: key }); });
    held = { person: person, key: key };
  };

  /* Whose key is here; another tab may have changed it, so it is read anew. */
  box.holder = async () => {
    const rows = await box.read('keys', (store) => store.getAll());
    held = rows[0] || null;
    return held && held.person;
  };

  box.letGo = () => { held = null; return box.write('keys', (store) => store.clear()); };

  const key = async () => { if (!held) { await box.holder(); } return held.key; }; // a worker that just woke knows none
  box.seal = async (bytes) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv: iv, data: await crypto.subtle.encrypt({ name: AES, iv: iv }, await key(), bytes) };
  };
  box.unseal = async (sealed) => crypto.subtle.decrypt({ name: AES, iv: sealed.iv }, await key(), sealed.data);

  box.sealWords = (words) => box.seal(new TextEncoder().encode(JSON.stringify(words)));
  box.unsealWords = async (sealed) => JSON.parse(new TextDecoder().decode(await box.unseal(sealed)));

  box.hex = (bytes) => Array.from(new Uint8Array(bytes), (b) => (b + 256).toString(16).slice(1)).join('');
  box.sha256 = async (text) => box.hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
})(self);
