/* Sets or takes away the number that opens this phone's app after a pause. */
(function (app) {
  const box = window.outbox;
  const person = document.documentElement.getAttribute('data-person');
  const part = document.querySelector('[data-pin-set]');
  const one = (name) => part.querySelector('[data-pin-' + name + ']');
  const EASY = /^(\d)\1{5}$|^(012345|123456|234567|345678|456789|654321)$/;

  async function show(text) {
    const pin = await box.thing('pin');
    one('state').textContent = pin ? '设了。离开 ' + pin.pause / 60000 + ' 分钟再打开要输' : '没设';
    one('off').hidden = !pin;
    one('on').querySelector('button').textContent = pin ? '换一个' : '设上';
    return text;
  }

  async function set(digits) {
    if (EASY.test(digits)) { return '这个太好猜，换一个'; }
    const answer = await fetch('/outbox/key', { credentials: 'same-origin' }).catch(() => null);
    const told = answer && answer.ok && !answer.redirected ? await answer.json() : {};
    if (told.person !== person) { return '没连上，再按一次'; }
    const wrapped = await box.wrap(digits, box.bytes(told.key));
    const pause = Number(part.getAttribute('data-pin-set'));
    await box.put('things', Object.assign(wrapped, { name: 'pin', person: person, tries: 0, pause: pause, used: Date.now() }));
    return show('设好了');
  }

  app.kept.then((able) => {
    if (!able || !part) { return; }
    part.hidden = false;
    box.onDigits(one('on'), one('said'), set);
    one('off').addEventListener('click', () => box.write('things', (things) => things.delete('pin')).then(() => show('')));
    show('');
  });
})(window.fieldapp = window.fieldapp || {});
