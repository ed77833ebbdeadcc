/* What lies on the phone is sealed with a key of the person's own (AES-GCM). The server gives it at login; here it is a
   key object whose bytes nobody can read, and logging out deletes it. */
(function (g) {
  const box = g.outbox;
  const AES = 'AES-GCM';
  let held = null; // {person, key}

  box.isAble = () => Boolean(g.indexedDB && g.crypto && g.crypto.subtle);

  box.bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  box.aes = (bytes) => crypto.subtle.importKey('raw', bytes, AES, false, ['encrypt', 'decrypt']);

  box.hold = async (person, bytes) => {
    const key = await box.aes(bytes);
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

  /* `person`: whose it must be; another may have logged in in another tab, and nothing of one's is sealed for the other. */
  const key = async (person) => {
    const fits = () => Boolean(held && (!person || held.person === person));
    if (!fits()) { await box.holder(); } // a worker that just woke knows none
    if (!fits()) { throw new Error('person'); }
    return held.key;
  };
  box.seal = async (bytes, person) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv: iv, data: await crypto.subtle.encrypt({ name: AES, iv: iv }, await key(person), bytes) };
  };
  box.unseal = async (sealed, person) => crypto.subtle.decrypt({ name: AES, iv: sealed.iv }, await key(person), sealed.data);

  box.sealWords = (words, person) => box.seal(new TextEncoder().encode(JSON.stringify(words)), person);
  box.unsealWords = async (sealed, person) => JSON.parse(new TextDecoder().decode(await box.unseal(sealed, person)));

  box.hex = (bytes) => Array.from(new Uint8Array(bytes), (b) => (b + 256).toString(16).slice(1)).join('');
  box.sha256 = async (text) => box.hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
})(self);
