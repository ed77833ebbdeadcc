/* Six digits are few: each try is made to cost about half a second of a phone's time (docs/decisions/0029). */
(function (g) {
  const box = g.outbox;
  const TIMES = 600000;
  const AES = 'AES-GCM';

  /* 32 bytes from the digits; the salt keeps one person's from being another's. */
  box.stretch = async (digits, salt, times) => {
    const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(digits), 'PBKDF2', false, ['deriveBits']);
    return crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: salt, iterations: times || TIMES }, key, 256);
  };

  /* What gives a person's key back: the key's bytes sealed under the digits. */
  box.wrap = async (digits, bytes) => {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const key = await box.aes(await box.stretch(digits, salt));
    return { salt: salt, iv: iv, times: TIMES, data: await crypto.subtle.encrypt({ name: AES, iv: iv }, key, bytes) };
  };
  box.unwrap = async (digits, wrapped) => {
    const key = await box.aes(await box.stretch(digits, wrapped.salt, wrapped.times));
    return new Uint8Array(await crypto.subtle.decrypt({ name: AES, iv: wrapped.iv }, key, wrapped.data));
  };

  /* A form of six digits: `act(digits)` is done once at a time and gives a sentence, or nothing. */
  box.onDigits = (form, said, act) => form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const input = form.querySelector('input');
    const button = form.querySelector('button');
    if (button.disabled) { return; }
    button.disabled = true;
    const digits = input.value.replace(/\D/g, '');
    said.textContent = digits.length === 6 ? '' : '要 6 位数字';
    if (digits.length === 6) { said.textContent = await act(digits).catch(() => '没成，再按一次') || ''; }
    input.value = '';
    button.disabled = false;
    input.focus();
  });
})(self);
