/* What the server has signed as taken in, checked here with its public key; the file for whoever must be shown it. */
(function (app) {
  const box = window.outbox;
  const person = document.documentElement.getAttribute('data-person');
  const MOST = 200; // lines shown; the file holds all

  async function publicKey() {
    const told = await box.read('things', (store) => store.get('of ' + person));
    return { text: told.receipts, key: await crypto.subtle.importKey('spki', box.bytes(told.receipts), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']) };
  }

  async function receipts() {
    const lines = [].concat(...await box.ledgers(person)).filter((line) => line.receipt);
    return lines.sort((a, b) => b.receivedAt - a.receivedAt).map((line) => {
      const [digest, signature] = line.receipt.split(' ');
      return { line: line, told: { id: line.id, digest: digest, received_at: line.receivedAt, signature: signature } };
    });
  }

  const isRight = (key, told) => crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, box.bytes(told.signature),
    new TextEncoder().encode(told.id + ' ' + told.digest + ' ' + told.received_at)).catch(() => false);

  async function show(part) {
    const all = await receipts();
    const { key } = await publicKey();
    const list = part.querySelector('ul');
    const right = await Promise.all(all.map((one) => isRight(key, one.told)));
    const bad = right.filter((is) => !is).length;
    part.querySelector('[data-receipts-said]').textContent = all.length ? '服务器签过 ' + all.length + ' 张' + (bad ? '，有 ' + bad + ' 张核对不上' : '，都核对过') : '还没有收据';
    list.textContent = '';
    all.slice(0, MOST).forEach((one, n) => {
      app.cell(list, app.titleOf(one.line),
        app.minute(one.told.received_at) + ' 收到·' + (right[n] ? '已核对' : '核对不上'), right[n] ? '' : 'small strong');
    });
  }

  async function file() {
    const told = (await receipts()).map((one) => one.told);
    const whole = { format: 'fieldapp-receipts', v: 1, key: (await publicKey()).text, receipts: told };
    app.download(new Blob([JSON.stringify(whole, null, 1)], { type: 'application/json' }), 'receipts');
  }

  app.kept.then((able) => {
    const part = able && app.one('data-receipts');
    if (!part) { return; }
    part.hidden = false;
    part.addEventListener('toggle', () => { if (part.open) { show(part); } });
    part.querySelector('button').addEventListener('click', file);
  });
})(window.fieldapp = window.fieldapp || {});
