/* Asks for the number. It stands at /n/pin, or is what the service worker shows at any other address meanwhile. */
(function () {
  const box = window.outbox;
  const MOST = 5;
  const one = (name) => document.querySelector('[data-pin-' + name + ']');

  function onward() {
    if (location.pathname !== '/n/pin') { return location.reload(); }
    const to = location.hash.slice(1);
    return location.replace(/^\/(?![/\\])/.test(to) ? to : '/n/');
  }

  async function open(digits) {
    const pin = await box.thing('pin');
    if (!pin || pin.gone) { return show(); }
    const tries = pin.tries + 1; // counted first: closing the page does not save a try
    await box.put('things', Object.assign({}, pin, { tries: tries }));
    const bytes = await box.unwrap(digits, pin).catch(() => null);
    if (bytes) {
      await box.hold(pin.person, bytes);
      await box.put('things', Object.assign({}, pin, { tries: 0, used: Date.now() }));
      return onward();
    }
    if (tries < MOST) { return '不对，还能试 ' + (MOST - tries) + ' 次'; }
    await box.leave({ name: 'pin', person: pin.person, gone: true });
    return show();
  }

  /* The login ends at the server first: then its password is asked for. What was tapped stays. */
  async function change() {
    const answer = await fetch('/logout', { method: 'POST', redirect: 'manual', credentials: 'same-origin' }).catch(() => null);
    if (!answer) { one('said').textContent = '没信号，有信号才能换成账号密码'; return; }
    await box.leave();
    location.replace('/login');
  }

  async function show() {
    const pin = await box.thing('pin');
    if (!pin) { return onward(); }
    one('form').hidden = Boolean(pin.gone);
    one('gone').hidden = !pin.gone;
    return '';
  }

  box.onDigits(one('form'), one('said'), open);
  Array.prototype.forEach.call(document.querySelectorAll('[data-pin-change]'), (button) => button.addEventListener('click', change));
  show();
})();
