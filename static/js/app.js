/* sources sha256 10676b05412af7492190da185ed11a13ae6a79bbfbe9ed80514a0a193a5f341f */
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
