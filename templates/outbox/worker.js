/* Pages that the server lets this phone keep, and the sender for when no page is open. */
importScripts('{{ asset("js/outbox.js") }}', '{{ asset("js/refill.js") }}', '{{ asset("js/pages.js") }}', '{{ asset("js/stretch.js") }}');
(function (box) {
  const STATIC = 'static-1';
  const PARTS = [{% for part in ('css/app.css', 'vendor/htmx-2.0.4/htmx.min.js', 'js/phone.js', 'js/waiting.js', 'js/sealed-file.js', 'js/today.js', 'icon.svg') %}'{{ asset(part) }}'{{ ', ' if not loop.last }}{% endfor %}];
  const PIN = '/n/pin';
  const PIN_PARTS = [{% for part in ('js/outbox.js', 'js/leave.js', 'js/stretch.js', 'js/pin.js', 'js/code.js') %}'{{ asset(part) }}'{{ ', ' if not loop.last }}{% endfor %}];
  const PATIENCE = 4000; // ms for a page to come before the kept one is shown
  const DEAD_FOR = 30000; // ms for which a line that gave nothing is not waited for
  const GONE = '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>没信号</title><link rel="stylesheet" href="{{ asset("css/app.css") }}"><body><main class="phone middle"><h1 class="mb-2">没信号</h1><p class="mb-3">这一页还没存在手机里。刚才记的都在，有信号会自动传。</p><p><a class="btn btn-primary big-button medium" href="/n/">回到首页</a></p></main>';

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

  async function keep(url, answer) {
    const person = await box.holder();
    if (!person || answer.headers.get('X-Keep-On-Phone') !== person) { return; }
    await box.keepPage(person, url.pathname + url.search, await answer.text());
  }

  const HEADERS = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'", 'X-From-Phone': '1' };
  const shown = (there) => new Response(there.html, { headers: HEADERS });
  const gone = () => new Response(GONE, { status: 503, headers: HEADERS });

  /* The line is dead when it gave nothing in time, until it has given something in time: meanwhile nobody waits for it. */
  let deadSince = 0;
  const isDead = () => deadSince > Date.now() - DEAD_FOR && deadSince <= Date.now();

  /* The server's answer, null where there is none: no line, a gateway that speaks for it, a portal. */
  async function ask(request) {
    const from = Date.now();
    try {
      const answer = await fetch(request);
      const took = Date.now() - from;
      if (answer.type === 'opaqueredirect') { return answer; }
      const now = Number(answer.headers.get('Server-Now'));
      if (!now || answer.status >= 502) { throw new Error('not ours'); }
      deadSince = took < PATIENCE ? 0 : Date.now();
      if (took < PATIENCE) { box.put('things', { name: 'offset', ms: Math.round(now - from - took / 2), at: from }); }
      return answer;
    } catch (error) {
      deadSince = Date.now();
      return null;
    }
  }

  async function page(event) {
    const url = new URL(event.request.url);
    const there = () => box.keptPage(url.pathname + url.search).catch(() => null);
    const asked = ask(event.request);
    event.waitUntil(asked.then((answer) => answer && answer.ok && keep(url, answer.clone())).catch(() => undefined));
    if (!isDead()) {
      const answer = await Promise.race([asked, new Promise((done) => setTimeout(done, PATIENCE))]);
      if (answer) {
        const kept = answer.status === 404 && await there(); // begun, and the server does not know it yet
        return kept && kept.isUnsent ? shown(kept) : answer;
      }
      deadSince = deadSince || Date.now();
    }
    const kept = await there();
    return kept ? shown(kept) : await asked || gone();
  }

  /* The way in: with network it leads on to today, or to the login. */
  const front = async (event) => await ask(event.request) || Response.redirect('/n/', 302);

  /* Any page, unless the number is asked for first. */
  async function door(event, path) {
    if (path === PIN || await box.isShut().catch(() => false)) { return await caches.match(PIN) || fetch(PIN); }
    if (path === '/') { return front(event); }
    return path.startsWith('/n/') || path === '/outbox' ? page(event) : fetch(event.request).catch(gone);
  }

  async function tell(told) {
    for (const each of await clients.matchAll({ includeUncontrolled: true })) { each.postMessage({ ready: told }); }
  }

  async function tellSealed() {
    const n = (await box.sealedDays()).length;
    if (n) { await tell({ isSealed: true }); }
  }

  /* The list of today was opened: what is ready is told, what is due opened, what lacks asked for. A fault of one costs no other. */
  async function getReady() {
    const never = () => undefined;
    await box.howReady().then(tell).then(box.openByNetwork).catch(never);
    await box.makeReady(tell).catch(never);
    await tell(Object.assign({ isOver: true }, await box.howReady()));
    await box.getSealed().catch(never);
    await tellSealed();
  }

  const ASKED = { // by a page
    drain: () => box.drain(),
    refill: () => box.refill().then((isMore) => isMore && box.drain()),
    ready: getReady,
    howReady: () => box.howReady().then(tell).then(tellSealed),
    code: (event) => box.openByCode(event.data.code).then((told) => event.ports[0].postMessage(told)),
    kept: (event) => box.keptPage(event.data.kept).then((there) => there && there.html, () => null).then((html) => event.ports[0].postMessage(html))
  };

  self.addEventListener('install', (event) => event.waitUntil(install()));
  self.addEventListener('activate', (event) => event.waitUntil(activate()));
  self.addEventListener('sync', (event) => event.waitUntil(box.drain()));
  self.addEventListener('message', (event) => {
    const act = ASKED[event.data] || event.data && (event.data.kept ? ASKED.kept : event.data.code && ASKED.code);
    if (act) { event.waitUntil(act(event).catch(() => undefined)); }
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
