/* sources sha256 54eacfd7e5eb88dbcbd4d29955a395ee8ec0b0fe9ce6be2cfdcf041d7dd1adab */
(function (g) {
const BY_ID = { keyPath: 'id' };
const STORES = { queue: { keyPath: 'n', autoIncrement: true }, bodies: BY_ID, ledgers: BY_ID, keys: { keyPath: 'person' }, pages: BY_ID };
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
function once(db, stores, mode, work) {
return new Promise((done, fail) => {
const t = db.transaction(stores, mode, { durability: 'strict' });
const asked = work(...stores.map((name) => t.objectStore(name)));
t.oncomplete = () => done(asked && asked.result);
t.onabort = () => fail(t.error || (asked && asked.error) || new Error('aborted'));
});
}
box.tx = async (stores, mode, work) => {
try {
return await once(await open(), stores, mode, work);
} catch (error) {
if (error.name !== 'InvalidStateError' && error.name !== 'UnknownError') { throw error; }
opening = null;
return once(await open(), stores, mode, work);
}
};
box.read = (name, work) => box.tx([name], 'readonly', work);
box.write = (name, work) => box.tx([name], 'readwrite', work);
box.put = (name, row) => box.write(name, (store) => store.put(row));
const chains = {};
box.alone = (name, work) => {
if (g.navigator.locks) { return g.navigator.locks.request('fieldapp-' + name, work); }
chains[name] = (chains[name] || Promise.resolve()).then(work, work);
return chains[name];
};
})(self);
(function (g) {
const box = g.outbox;
const AES = 'AES-GCM';
let held = null;
box.isAble = () => Boolean(g.indexedDB && g.crypto && g.crypto.subtle);
box.hold = async (person, bytes) => {
const key = await crypto.subtle.importKey('raw', bytes, AES, false, ['encrypt', 'decrypt']);
await box.write('keys', (store) => { store.clear(); return store.put({ person: person, key: key }); });
held = { person: person, key: key };
};
box.holder = async () => {
const rows = await box.read('keys', (store) => store.getAll());
held = rows[0] || null;
return held && held.person;
};
box.letGo = () => { held = null; return box.write('keys', (store) => store.clear()); };
box.seal = async (bytes) => {
const iv = crypto.getRandomValues(new Uint8Array(12));
return { iv: iv, data: await crypto.subtle.encrypt({ name: AES, iv: iv }, held.key, bytes) };
};
box.unseal = (sealed) => crypto.subtle.decrypt({ name: AES, iv: sealed.iv }, held.key, sealed.data);
box.sealWords = (words) => box.seal(new TextEncoder().encode(JSON.stringify(words)));
box.unsealWords = async (sealed) => JSON.parse(new TextDecoder().decode(await box.unseal(sealed)));
box.hex = (bytes) => Array.from(new Uint8Array(bytes), (b) => (b + 256).toString(16).slice(1)).join('');
box.sha256 = async (text) => box.hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
})(self);
(function (g) {
const box = g.outbox;
const place = (person, visit) => box.sha256(person + ' ' + visit);
async function open(id) {
const row = await box.read('ledgers', (store) => store.get(id));
return row ? { v: row.v, lines: await box.unsealWords(row.sealed) } : { v: 0, lines: [] };
}
box.ledger = async (person, visit) => (await open(await place(person, visit))).lines;
box.keep = (tap, make, known) => box.alone('keep', async () => {
const id = await place(tap.person, tap.visit);
for (;;) {
const before = await open(id);
const there = before.lines.find((line) => line.id === tap.id);
if (there) { return there; }
const seq = Math.max(known || 0, ...before.lines.map((line) => line.seq)) + 1;
const line = { id: tap.id, seq: seq, kind: tap.kind, choice: tap.choice, fields: tap.fields, label: tap.label, at: tap.at, photo: tap.photo };
const request = await make(seq);
const head = await box.sealWords({ visit: tap.visit, url: tap.url, type: request.type, kind: tap.kind, label: tap.label, at: tap.at });
const row = { id: tap.id, person: tap.person, ledger: id, state: 'waiting', tries: 0, size: request.bytes.byteLength, head: head };
const body = await box.seal(request.bytes);
if (await rewrite(id, tap.person, before, before.lines.concat(line), row, body)) { return line; }
}
});
async function rewrite(id, person, before, lines, row, body) {
const next = { id: id, person: person, v: before.v + 1, sealed: await box.sealWords(lines) };
let isOvertaken = false;
await box.tx(['ledgers', 'queue', 'bodies'], 'readwrite', (ledgers, queue, bodies) => {
const asked = ledgers.get(id);
asked.onsuccess = () => {
isOvertaken = (asked.result ? asked.result.v : 0) !== before.v;
if (isOvertaken) { return; }
ledgers.put(next);
if (row) { queue.add(row); bodies.add({ id: row.id, body: body }); }
};
return asked;
});
return !isOvertaken;
}
box.note = (row, said) => box.alone('keep', async () => {
for (;;) {
const before = await open(row.ledger);
const lines = before.lines.map((line) => line.id === row.id ? Object.assign({}, line, said) : line);
if (await rewrite(row.ledger, row.person, before, lines)) { return; }
}
});
box.rows = async (person) => (await box.read('queue', (store) => store.getAll())).filter((row) => row.person === person);
box.waiting = async (person) => (await box.rows(person)).filter((row) => row.state !== 'sent').length;
box.list = async () => {
const person = await box.holder();
if (!person) { return []; }
const rows = await box.rows(person);
return Promise.all(rows.map(async (row) => {
const head = await box.unsealWords(row.head);
return Object.assign(head, { id: row.id, person: person, state: row.state, said: row.said, size: row.size, tried: row.tried, wall_ms: head.at });
}));
};
})(self);
(function (g) {
const box = g.outbox;
const LARGE = 65536;
const PATIENCE = 30000;
const WEEK = 7 * 86400000;
const MOST_TRIES = 6;
const SET_ASIDE = { refused: 1, aside: 1 };
const SETTLED = { 400: 1, 404: 1, 410: 1, 413: 1, 415: 1, 422: 1 };
function post(head, id, body, show) {
const headers = { 'Content-Type': head.type, 'X-Outbox': id };
if (show) { headers['HX-Request'] = 'true'; headers['X-Outbox-Show'] = show; headers['HX-Current-URL'] = show; }
return g.XMLHttpRequest ? byPage(head.url, headers, body, id) : byWorker(head.url, headers, body);
}
function byPage(url, headers, body, id) {
return new Promise((done) => {
const asked = new XMLHttpRequest();
let timer = null;
const wait = () => { clearTimeout(timer); timer = setTimeout(() => asked.abort(), PATIENCE); };
asked.open('POST', url);
Object.keys(headers).forEach((name) => asked.setRequestHeader(name, headers[name]));
asked.upload.onprogress = (event) => { wait(); box.onProgress(id, event.loaded, event.total); };
asked.onprogress = wait;
asked.onloadend = () => {
clearTimeout(timer);
const isOurs = asked.responseURL && new URL(asked.responseURL).pathname === new URL(url, location.href).pathname;
done(isOurs || asked.status === 401 ? read(asked.status, (name) => asked.getResponseHeader(name), asked.responseText) : { status: asked.status ? 302 : 0 });
};
wait();
asked.send(body);
});
}
async function byWorker(url, headers, body) {
const stop = new AbortController();
const timer = setTimeout(() => stop.abort(), PATIENCE * 4);
try {
const answer = await fetch(url, { method: 'POST', body: body, headers: headers, redirect: 'manual', credentials: 'same-origin', signal: stop.signal });
return read(answer.type === 'opaqueredirect' ? 302 : answer.status, (name) => answer.headers.get(name), await answer.text());
} catch (error) {
return { status: 0 };
} finally { clearTimeout(timer); }
}
function read(status, header, text) {
return {
status: status, ack: header('Outbox-Ack'), receivedAt: Number(header('Received-At')), isOurs: Boolean(header('Server-Now')),
now: header('Server-Now'), address: header('HX-Replace-Url'), reswap: header('HX-Reswap'), text: text
};
}
function meaning(row, answer) {
if (answer.ack === row.id) { return 'sent'; }
if (answer.status === 401 || answer.status === 302) { return 'login'; }
if (!answer.isOurs) { return ''; }
if (answer.status === 409) { return 'person'; }
if (SETTLED[answer.status]) { return 'refused'; }
return answer.status === 500 && row.tries + 1 >= MOST_TRIES ? 'aside' : '';
}
async function send(row, show) {
const whole = await box.read('bodies', (store) => store.get(row.id));
if (!whole) { return 'sent'; }
const head = await box.unsealWords(row.head);
const answer = await post(head, row.id, await box.unseal(whole.body), show);
const what = meaning(row, answer);
if (what === 'sent') { await box.note(row, { receivedAt: answer.receivedAt }); }
await box.put('queue', Object.assign({}, row, {
state: what || 'waiting',
tries: row.tries + (answer.status === 500 && answer.isOurs),
tried: Date.now(),
said: what === 'refused' ? answer.text.slice(0, 200) : answer.status === 507 ? 'full' : '',
receivedAt: answer.receivedAt
}));
await box.onSent({ id: row.id, state: what, visit: head.visit, answer: answer, show: show });
return what === 'login' || (!what && answer.status !== 500) ? 'stop' : what;
}
async function run(all, show) {
const person = await box.holder();
if (!person) { return; }
const seen = {};
for (;;) {
const rows = (await box.rows(person)).filter((row) => !seen[row.id] && row.state !== 'sent' && (all || !SET_ASIDE[row.state]));
rows.sort((a, b) => (a.size > LARGE) - (b.size > LARGE) || a.n - b.n);
if (!rows.length) { return; }
seen[rows[0].id] = 1;
if (await send(rows[0], rows.length === 1 ? show : '') === 'stop') { return; }
}
}
box.drain = (all, show) => box.alone('send', () => run(all, show));
box.forget = async (person, safeUntil) => {
const old = Date.now() - WEEK;
const rows = (await box.rows(person)).filter((row) => row.state === 'sent' && (row.receivedAt <= safeUntil || row.tried < old));
await box.tx(['queue', 'bodies'], 'readwrite', (queue, bodies) => {
rows.forEach((row) => { queue.delete(row.n); bodies.delete(row.id); });
});
};
box.onSent = box.onProgress = () => undefined;
})(self);
