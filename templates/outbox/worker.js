/* Pages that the server lets this phone keep, and the sender for when no page is open. */
importScripts('{{ asset("js/outbox.js") }}', '{{ asset("js/refill.js") }}');
(function (box) {
  const STATIC = 'static-1';
  const PARTS = [{% for part in ('css/app.css', 'vendor/htmx-2.0.4/htmx.min.js', 'js/phone.js', 'js/waiting.js', 'js/sealed-file.js', 'js/room.js', 'icon.svg') %}'{{ asset(part) }}'{{ ', ' if not loop.last }}{% endfor %}];
  const PIN = '/n/pin';
  const PIN_PARTS = [{% for part in ('js/outbox.js', 'js/leave.js', 'js/stretch.js', 'js/pin.js') %}'{{ asset(part) }}'{{ ', ' if not loop.last }}{% endfor %}];
  const PATIENCE = 4000; // ms for a page to come before the kept one is shown
  const GONE = '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>没信号</title><link rel="stylesheet" href="{{ asset("css/app.css") }}"><body><main class="phone middle"><h1 class="mb-2">没信号</h1><p class="mb-3">这一页还没存在手机里。刚才记的都在，有信号会自动传。</p><p><a class="btn btn-primary big-button medium" href="/n/">回到今日</a></p></main>';

  box.onSent = async (told) => {
    for (const page of await clients.matchAll({ includeUncontrolled: true })) { page.postMessage({ sent: told.id, state: told.state }); }
  };

  async function install() {
    const cache = await caches.open(STATIC);
    await Promise.all(PARTS.concat(PIN_PARTS).map((part) => cache.match(part).then((there) => there || cache.add(part))));
    await cache.add(PIN); // anew: it names the parts of this version
    await self.skipWaiting(); // the queue lies in the store, not in a worker: a new one takes over at once
  }

  async function activate() {
    const cache = await caches.open(STATIC);
    const wanted = PARTS.concat(PIN_PARTS, PIN).map((part) => new URL(part, location.href).href);
    for (const old of await cache.keys()) { if (wanted.indexOf(old.url) < 0) { await cache.delete(old); } }
    await clients.claim();
  }

  const place = (person, url) => box.sha256(person + ' ' + new URL(url).pathname + new URL(url).search);

  async function keep(url, answer) {
    const person = await box.holder();
    if (!person || answer.headers.get('X-Keep-On-Phone') !== person) { return; }
    const sealed = await box.sealWords({ url: url, html: await answer.text(), type: answer.headers.get('Content-Type') });
    await box.put('pages', { id: await place(person, url), person: person, sealed: sealed });
  }

  async function kept(url) {
    const person = await box.holder();
    if (!person) { return null; }
    const id = await place(person, url);
    const row = await box.read('pages', (store) => store.get(id));
    if (!row) { return null; }
    const page = await box.unsealWords(row.sealed);
    return new Response(page.html, { headers: { 'Content-Type': page.type, 'X-From-Phone': '1' } });
  }

  async function page(event) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const answer = await fetch(event.request, { signal: stop.signal });
      if (answer.ok && answer.type === 'basic') { event.waitUntil(keep(event.request.url, answer.clone()).catch(() => undefined)); }
      if (answer.status < 502) { return answer; }
      return await kept(event.request.url) || answer;
    } catch (error) {
      const there = await kept(event.request.url).catch(() => null);
      return there || new Response(GONE, { status: 503, headers: { 'Content-Type': 'text/html; charset=utf-8' } });
    } finally { clearTimeout(timer); }
  }

  /* Any page, unless the number is asked for first. */
  async function door(event, path) {
    if (path === PIN || await box.isShut().catch(() => false)) { return await caches.match(PIN) || fetch(PIN); }
    return path.startsWith('/n/') || path === '/outbox' ? page(event) : fetch(event.request);
  }

  /* Ask for pages one by one, so that a phone is ready before it leaves the network. */
  async function make(urls) {
    for (const url of urls) {
      const answer = await fetch(url, { credentials: 'same-origin', headers: { 'X-Make-Ready': '1' } }).catch(() => null);
      if (!answer || !answer.ok || answer.redirected) { return; }
      await keep(new URL(url, location.href).href, answer);
    }
  }

  self.addEventListener('install', (event) => event.waitUntil(install()));
  self.addEventListener('activate', (event) => event.waitUntil(activate()));
  self.addEventListener('sync', (event) => event.waitUntil(box.drain()));
  self.addEventListener('message', (event) => {
    if (event.data === 'drain') { event.waitUntil(box.drain().catch(() => undefined)); }
    if (event.data === 'refill') { event.waitUntil(box.refill().then((isMore) => isMore && box.drain()).catch(() => undefined)); }
    if (event.data && event.data.ready) { event.waitUntil(make(event.data.ready).catch(() => undefined)); }
  });
  self.addEventListener('fetch', (event) => {
    const asked = event.request;
    const url = new URL(asked.url);
    if (asked.method !== 'GET' || url.origin !== location.origin) { return; }
    if (url.pathname.startsWith('/static/')) {
      event.respondWith(caches.match(asked).then((there) => there || fetch(asked)));
    } else if (asked.mode === 'navigate' && url.pathname !== '/login') {
      event.respondWith(door(event, url.pathname));
    }
  });
})(self.outbox);
