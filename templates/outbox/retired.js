/* The no-network mode is switched off. This worker takes the place of the one before, clears the files and pages which
   that one kept, and goes. What waits (queue, bodies, ledgers, keys) it does not touch: pages go on sending it. */
function clearPages(db) {
  if (!db.objectStoreNames.contains('pages')) { return; }
  db.transaction(['pages'], 'readwrite').objectStore('pages').clear();
  db.close(); // when the transaction is done
}

async function leave() {
  const asked = indexedDB.open('fieldapp');
  asked.onupgradeneeded = () => asked.transaction.abort(); // there is no store: none is made
  asked.onsuccess = () => clearPages(asked.result);
  const names = await caches.keys();
  await Promise.all(names.map((name) => caches.delete(name)));
  await self.registration.unregister();
}

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', (event) => event.waitUntil(leave()));
