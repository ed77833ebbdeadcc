/* sources sha256 14dcaff6c46749b45bc49f44f0ca5dd0a4bd3368e565e26fe984889cde87cfe9 */
(function () {
function send(form) {
var button = form.querySelector('button:not([type=button])');
if (button) { button.click(); }
}
document.addEventListener('change', function (event) {
var input = event.target;
if (!input.hasAttribute('data-autosubmit') || !input.form) { return; }
if (input.type === 'file' && !input.files.length) { return; }
send(input.form);
});
document.addEventListener('click', function (event) {
var input = event.target;
if (input.type !== 'file' || !input.hasAttribute('data-autosubmit')) { return; }
input.addEventListener('change', function () {
if (document.contains(input) || !input.files.length) { return; }
input.form.hidden = true;
document.body.appendChild(input.form);
send(input.form);
}, { once: true });
}, true);
})();
(function (app) {
var served = Number(document.documentElement.getAttribute('data-now'));
var skewAtLoad = served ? served - Date.now() : 0;
function two(n) { return (n < 10 ? '0' : '') + n; }
app.elapsedText = function (ms) {
var seconds = Math.max(0, Math.floor(ms / 1000));
var hours = Math.floor(seconds / 3600);
return (hours ? hours + ':' : '') + two(Math.floor(seconds / 60) % 60) + ':' + two(seconds % 60);
};
function tick() {
var now = Date.now() + (typeof app.offset === 'number' ? app.offset : skewAtLoad);
Array.prototype.forEach.call(document.querySelectorAll('[data-since]'), function (shown) {
var text = app.elapsedText(now - Number(shown.getAttribute('data-since')));
if (shown.textContent !== text) { shown.textContent = text; }
});
}
setInterval(tick, 1000);
document.addEventListener('visibilitychange', tick);
document.addEventListener('htmx:afterSwap', tick);
tick();
})(window.fieldapp = window.fieldapp || {});
(function (app) {
var KEY = 'fieldapp-offset';
var TOO_SLOW = 10000;
function remember(serverMs, phoneMs) {
app.offset = Math.round(serverMs - phoneMs);
app.offsetAt = Math.round(phoneMs);
try { sessionStorage.setItem(KEY, JSON.stringify([app.offset, app.offsetAt])); } catch (refused) {  }
}
function recall() {
app.offset = app.offsetAt = null;
try {
var kept = JSON.parse(sessionStorage.getItem(KEY));
if (kept) { app.offset = kept[0]; app.offsetAt = kept[1]; }
} catch (refused) {  }
}
app.measurePage = function (served, timing, monotonic, wall) {
var fresh = timing && timing.type !== 'back_forward' && timing.transferSize > 0 && timing.responseStart > 0;
if (!served || !fresh || timing.responseStart - timing.requestStart > TOO_SLOW) { return false; }
var answered = (timing.requestStart + timing.responseStart) / 2;
remember(served, wall - (monotonic - answered));
return true;
};
app.measureAnswer = function (header, wall) {
var served = Number(header);
if (served > 0) { remember(served, wall); }
};
recall();
var served = Number(document.documentElement.getAttribute('data-now'));
var timing = performance.getEntriesByType ? performance.getEntriesByType('navigation')[0] : null;
app.measurePage(served, timing, performance.now(), Date.now());
document.addEventListener('htmx:beforeOnLoad', function (event) {
app.measureAnswer(event.detail.xhr.getResponseHeader('Server-Now'), Date.now());
});
})(window.fieldapp = window.fieldapp || {});
(function () {
function show(root) {
var box = root.matches && root.matches('[data-focus]') ? root : root.querySelector('[data-focus]');
if (box) { box.focus(); }
}
document.addEventListener('htmx:afterSettle', function (event) { show(event.target); });
show(document);
})();
(function (app) {
var last = new WeakMap();
var clicked = new WeakMap();
app.newId = function () {
var bytes = crypto.getRandomValues(new Uint8Array(16));
bytes[6] = bytes[6] & 15 | 64;
bytes[8] = bytes[8] & 63 | 128;
var hex = Array.prototype.map.call(bytes, function (b) { return (b + 256).toString(16).slice(1); }).join('');
return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};
app.pressed = function (form) { return clicked.get(form) || form.querySelector('button[name=press]'); };
function content(form) {
return Array.prototype.map.call(form.elements, function (field) {
if (field.type === 'hidden' || field.tagName === 'BUTTON') { return ''; }
if (field.type === 'radio' || field.type === 'checkbox') { return field.checked; }
var file = field.files && field.files[0];
return file ? [file.name, file.size, file.lastModified].join() : field.value;
}).join('\n');
}
document.addEventListener('click', function (event) {
var button = event.target.closest && event.target.closest('form[data-tap] button[name=press]');
if (button) { clicked.set(button.form, button); }
}, true);
document.addEventListener('submit', function (event) {
var form = event.target;
if (!form.hasAttribute('data-tap')) { return; }
var button = app.pressed(form);
var before = last.get(form);
var now = { button: button, content: content(form) };
if (before && (before.button !== button || before.content !== now.content) && button.hasAttribute('data-pressed')) {
button.value = app.newId() + button.value.slice(36);
}
button.setAttribute('data-pressed', '');
last.set(form, now);
}, true);
})(window.fieldapp = window.fieldapp || {});
(function (app) {
const box = window.outbox;
const OWN = /^(wall_ms|mono_ms|origin_ms|offset_ms|offset_at|kind|person|to|to_subject|press)$/;
const person = document.documentElement.getAttribute('data-person');
let isReady = false;
app.kept = Promise.resolve(false);
const hasOutbox = () => Boolean(box && person && box.isAble());
const isTap = (form) => form.hasAttribute && form.hasAttribute('data-tap');
async function begin() {
if (await box.holder() !== person) {
const answer = await fetch('/outbox/key', { credentials: 'same-origin' });
const told = await answer.json();
if (told.person !== person) { return false; }
await box.hold(person, Uint8Array.from(atob(told.key), (c) => c.charCodeAt(0)));
}
if (navigator.storage && navigator.storage.persist) { navigator.storage.persist(); }
return true;
}
if (hasOutbox()) {
app.kept = begin().catch(() => false).then((able) => { isReady = able; return able; });
}
function fieldsOf(data) {
const told = {};
data.forEach((value, name) => { if (!OWN.test(name) && typeof value === 'string' && value) { told[name] = value; } });
return told;
}
async function request(data, seq, isUpload) {
data.set('seq', seq);
const made = new Response(isUpload ? data : new URLSearchParams(data));
return { type: made.headers.get('Content-Type'), bytes: await made.arrayBuffer() };
}
function tapOf(form, button, data) {
const press = button.value;
const file = data.get('file');
return {
id: press.slice(0, 36), choice: press.slice(37), person: person, visit: form.action.match(/n\/([0-9a-f-]{36})/)[1],
url: form.getAttribute('action'), kind: data.get('kind'), fields: fieldsOf(data),
label: (button.getAttribute('aria-label') || button.firstChild && button.textContent || '').trim().slice(0, 40),
at: Number(data.get('wall_ms')), photo: Boolean(file && file.size)
};
}
function past(form, button, error) {
form.setAttribute('data-past', '');
app.say(error && error.name === 'QuotaExceededError' ? '手机存满了，这一下直接传；清出一些地方' : '这一下直接传');
button.click();
}
document.addEventListener('submit', (event) => {
const form = event.target;
if (!isReady || !isTap(form) || event.defaultPrevented) { return; }
if (form.hasAttribute('data-past')) { form.removeAttribute('data-past'); return; }
const button = app.pressed(form);
app.stamp(form);
const data = new FormData(form);
data.set(button.name, button.value);
event.preventDefault();
event.stopImmediatePropagation();
const visit = document.getElementById('visit');
const known = Number(visit && visit.getAttribute('data-seq'));
box.keep(tapOf(form, button, data), (seq) => request(data, seq, form.enctype === 'multipart/form-data'), known)
.then((line) => app.tapKept(form, line), (error) => past(form, button, error));
}, true);
})(window.fieldapp = window.fieldapp || {});
(function () {
function say(text, failed) {
Array.prototype.forEach.call(document.querySelectorAll('[data-say]'), function (line) {
line.textContent = text;
line.classList.toggle('failed', failed);
});
}
function onTap(name, act) {
document.addEventListener(name, function (event) {
if (event.target.hasAttribute && event.target.hasAttribute('data-tap')) { act(event.detail); }
});
}
onTap('htmx:beforeSend', function () { say('按下了，正在传', false); });
onTap('htmx:sendError', function () { say('没信号，这一下没传上去，再按一次', true); });
onTap('htmx:responseError', function (detail) {
if (detail.xhr.status >= 500) { say('服务器没收下，这一下再按一次', true); }
});
})();
(function (app) {
const box = window.outbox;
const person = document.documentElement.getAttribute('data-person');
const each = (nodes, act) => Array.prototype.forEach.call(nodes, act);
const two = (n) => (n < 10 ? '0' : '') + n;
let served = Number(document.documentElement.getAttribute('data-now'));
app.say = (text, failed) => each(document.querySelectorAll('[data-say]'), (line) => {
line.textContent = text;
line.classList.toggle('failed', Boolean(failed));
});
if (!box) { return; }
const page = () => document.getElementById('visit');
const visitOf = (path) => (path.match(/^\/n\/([0-9a-f-]{36})/) || [])[1];
const clock = (ms) => {
const at = new Date(ms + 8 * 3600000);
return at.getUTCHours() + ':' + two(at.getUTCMinutes()) + ':' + two(at.getUTCSeconds());
};
async function bar() {
const n = await box.waiting(person);
each(document.querySelectorAll('[data-sync]'), (said) => {
said.textContent = n ? '待传 ' + n : '已传完';
said.closest('.sync').classList.toggle('waiting', n > 0);
});
each(document.querySelectorAll('[data-sync-memo]'), (said) => { said.textContent = n ? '本机已存' : '已同步'; });
}
async function unseen(visit) {
const lines = (await box.ledger(person, visit)).filter((line) => !(line.receivedAt <= served));
const back = lines.filter((line) => line.kind === 'undo').map((line) => line.fields.tap);
return { counted: lines.filter((line) => line.kind !== 'undo' && back.indexOf(line.id) < 0), back: lines.filter((line) => back.indexOf(line.id) >= 0) };
}
const ECHO = {
stage(line) {
each(document.querySelectorAll('[data-stage="' + line.choice + '"]'), (row) => {
each(document.querySelectorAll('[data-stage].now'), (old) => { old.classList.remove('now'); old.classList.add('past'); });
row.classList.remove('ahead', 'skipped');
row.classList.add(row.closest('.strip') ? 'now' : 'done');
time(row, row.closest('.strip') ? clock(line.at + (app.offset || 0)) : clock(line.at + (app.offset || 0)).replace(/:\d\d$/, ''));
});
},
skip(line) {
each(document.querySelectorAll('[data-stage="' + line.choice + '"]'), (row) => { time(row, '—'); row.classList.add('skipped'); });
},
choice(line) {
each(document.querySelectorAll('form[data-tap]'), (form) => {
if (!isSame(form, line)) { return; }
each(form.querySelectorAll('button[name=press]'), (button) => {
const isIt = button.value.slice(37) === line.choice;
button.setAttribute('aria-pressed', String(isIt));
const mark = button.querySelector('i');
if (isIt && !mark) { button.insertBefore(document.createElement('i'), button.firstChild).setAttribute('aria-hidden', 'true'); }
if (!isIt && mark) { mark.remove(); }
});
});
},
count(line) {
each(document.querySelectorAll('form[data-tap]'), (form) => {
const shown = isSame(form, line) && form.querySelector('.stepper b');
if (!shown) { return; }
const n = Number(line.choice);
shown.textContent = n;
each(form.querySelectorAll('button[name=press]'), (button, place) => {
button.value = button.value.slice(0, 37) + [Math.max(0, n - 1), n + 1, n + 5][place];
button.disabled = place === 0 && !n;
});
});
},
watch(line) {
each(document.querySelectorAll('form[data-tap]'), (form) => {
const button = isSame(form, line) && form.querySelector('button[name=press]');
if (!button) { return; }
const runs = line.choice === 'start';
button.value = button.value.slice(0, 37) + (runs ? 'stop' : 'start');
if (button.hasAttribute('aria-pressed')) { button.setAttribute('aria-pressed', String(runs)); return; }
button.textContent = runs ? '止' : '起';
button.classList.toggle('running', runs);
});
}
};
ECHO.answer = ECHO.claim = ECHO.overall = ECHO.choice;
function time(row, text) {
const inStrip = row.closest('.strip');
let shown = row.querySelector('small, em');
if (!shown) {
shown = (inStrip ? row.firstElementChild : row).appendChild(document.createElement(inStrip ? 'small' : 'em'));
shown.className = inStrip ? '' : 'numbers';
}
shown.textContent = text;
}
function isSame(form, line) {
const kind = form.elements.kind;
return kind && kind.value === line.kind && Object.keys(line.fields).every((name) => form.elements[name] && form.elements[name].value === line.fields[name]);
}
function next(lines) {
const steps = document.getElementById('steps');
const now = document.getElementById('next');
if (!steps || !now) { return; }
const gone = lines.filter((line) => line.kind === 'stage' || line.kind === 'skip').map((line) => line.choice);
if (!gone.length) { return; }
const rest = Array.prototype.filter.call(steps.content.children, (step) => gone.indexOf(step.getAttribute('data-step')) < 0);
const shown = now.closest('[data-step]') || now.closest('form') || now;
if (!rest.length || shown.getAttribute('data-step') === rest[0].getAttribute('data-step')) { return; }
const made = rest[0].cloneNode(true);
each(made.querySelectorAll('button[name=press]'), (button) => { button.value = app.newId() + button.value.slice(36); });
shown.parentNode.replaceChild(made, shown);
if (window.htmx) { window.htmx.process(made); }
const label = document.querySelector('.clock .strong');
const last = lines.filter((line) => line.kind === 'stage').pop();
const since = document.querySelector('.clock b[data-since]');
if (label && since && last) {
const named = document.querySelector('[data-stage="' + last.choice + '"]');
label.textContent = named && named.getAttribute('data-phase') || last.label;
since.setAttribute('data-since', last.at + (app.offset || 0));
}
}
function undo(lines) {
const last = lines[lines.length - 1];
each(document.querySelectorAll('form[data-tap]'), (form) => {
if (!last || !form.elements.kind || form.elements.kind.value !== 'undo' || !form.closest('.tools')) { return; }
form.elements.tap.value = last.id;
form.querySelector('button').disabled = false;
});
}
let plain = null;
app.echo = async (isNew) => {
const visit = visitOf(location.pathname);
await bar();
if (!visit || !page()) { return; }
const told = await unseen(visit);
if (isNew || !plain) { plain = page().cloneNode(true); }
if (told.back.length) { page().replaceWith(plain.cloneNode(true)); if (window.htmx) { window.htmx.process(page()); } }
told.counted.forEach((line) => { if (ECHO[line.kind]) { ECHO[line.kind](line); } });
next(told.counted);
undo(told.counted);
const last = told.counted.filter((line) => line.kind !== 'begin').pop();
if (last && !page().classList.contains('memo')) {
app.say('已记“' + last.label.slice(0, 14) + '” ' + clock(last.at + (app.offset || 0)) + (last.receivedAt ? '' : '·待传'));
}
};
function pass() {
const worker = navigator.serviceWorker && navigator.serviceWorker.controller;
return box.drain(false, page() ? location.pathname : '').catch(() => worker && worker.postMessage('drain'));
}
app.tapKept = async (form, line) => {
if (line.photo || /note|finding|interview/.test(line.kind)) { form.reset(); }
await app.echo();
pass();
};
box.onSent = async (told) => {
const answer = told.answer;
if (answer.now) { app.measureAnswer(answer.now, Date.now()); }
if (told.state === 'sent' && answer.text && page() && told.show === location.pathname) { show(answer); }
if (told.state === 'refused') { app.say(answer.text.slice(0, 60) || '服务器没收，留在手机里', true); }
await bar();
};
function show(answer) {
served = Number(answer.now) || served;
window.htmx.swap('#visit', answer.text, { swapStyle: 'outerHTML', swapDelay: 0, settleDelay: 20 });
if (answer.address) { history.replaceState(history.state, '', answer.address); }
if (/show:window:top/.test(answer.reswap || '')) { window.scrollTo(0, 0); }
app.echo(true);
}
const isTyped = () => Array.prototype.some.call(document.querySelectorAll('#visit textarea, #visit input[type=text], #visit input:not([type])'),
(field) => field.value !== field.defaultValue);
app.sentElsewhere = async () => {
await app.echo();
if (page() && visitOf(location.pathname) && !isTyped() && !await box.waiting(person)) {
window.htmx.ajax('GET', location.pathname + location.search, { target: '#visit', swap: 'outerHTML' });
}
};
document.addEventListener('htmx:beforeOnLoad', (event) => {
if (event.detail.requestConfig.verb === 'get') { served = Number(event.detail.xhr.getResponseHeader('Server-Now')) || served; }
});
document.addEventListener('htmx:afterSettle', (event) => {
if (event.detail.requestConfig && event.detail.requestConfig.verb === 'get') { app.echo(true); }
});
app.kept.then((able) => {
if (!able) { return; }
app.echo(true);
pass();
['online', 'pageshow'].forEach((name) => window.addEventListener(name, pass));
document.addEventListener('visibilitychange', () => { if (!document.hidden) { pass(); } });
setInterval(() => box.waiting(person).then((n) => n && pass()), 15000);
});
})(window.fieldapp = window.fieldapp || {});
(function (app) {
var waiting = [];
var underWay = new Set();
var stamped = new WeakMap();
app.stamp = function (form) {
var button = app.pressed(form);
if (button && stamped.get(form) === button.value) { return; }
if (button) { stamped.set(form, button.value); }
var known = typeof app.offset === 'number';
var values = {
wall_ms: Date.now(),
mono_ms: Math.round(performance.now()),
origin_ms: Math.round(performance.timeOrigin || Date.now() - performance.now()),
offset_ms: known ? app.offset : '',
offset_at: known ? app.offsetAt : ''
};
Object.keys(values).forEach(function (name) {
if (form.elements[name]) { form.elements[name].value = values[name]; }
});
};
function isTap(element) { return Boolean(element && element.hasAttribute && element.hasAttribute('data-tap')); }
document.addEventListener('submit', function (event) {
var form = event.target;
if (!isTap(form) || event.defaultPrevented) { return; }
app.stamp(form);
if (!window.htmx) { return; }
var data = new FormData(form);
var button = app.pressed(form);
if (button) { data.set(button.name, button.value); }
waiting.push({ form: form, data: data });
}, true);
document.addEventListener('htmx:configRequest', function (event) {
var place = waiting.findIndex(function (one) { return one.form === event.target; });
if (place >= 0) { event.detail.parameters = waiting.splice(place, 1)[0].data; }
});
document.addEventListener('htmx:beforeSend', function (event) {
var xhr = event.detail.xhr;
if (!isTap(event.target)) { return; }
underWay.add(xhr);
xhr.addEventListener('loadend', function () { underWay.delete(xhr); });
});
document.addEventListener('htmx:beforeSwap', function (event) {
if (!underWay.has(event.detail.xhr)) { return; }
if (underWay.size > 1 || waiting.length) { event.detail.shouldSwap = false; }
});
})(window.fieldapp = window.fieldapp || {});
(function (app) {
if (!window.outbox || !navigator.serviceWorker || !document.documentElement.hasAttribute('data-person')) { return; }
app.kept.then(async (able) => {
if (!able) { return; }
await navigator.serviceWorker.register('/sw.js');
const worker = (await navigator.serviceWorker.ready).active;
const list = document.querySelector('[data-make-ready]');
if (list) { worker.postMessage({ ready: JSON.parse(list.getAttribute('data-make-ready')) }); }
window.addEventListener('pagehide', () => worker.postMessage('drain'));
navigator.serviceWorker.addEventListener('message', (event) => event.data.state === 'sent' ? app.sentElsewhere() : app.echo());
}).catch(() => undefined);
})(window.fieldapp = window.fieldapp || {});
