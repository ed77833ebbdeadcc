/* A kept page is made the phone's own when it is shown: new ids for its buttons, the visit's and the taps' own ids, the
   instant at which it really began, the day. */
(function (box) {
  box.newId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = bytes[6] & 15 | 64;
    bytes[8] = bytes[8] & 63 | 128;
    return box.hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  };

  const all = (text, old, made) => text.split(old).join(made);
  const tapId = (n) => box.NOBODY.slice(0, -2) + (n + 256).toString(16).slice(1);

  /* In China, as the server says it. */
  box.dayText = (ms) => {
    const at = new Date(ms + 8 * 3600000);
    return (at.getUTCMonth() + 1) + '月' + at.getUTCDate() + '日 周' + '日一二三四五六'[at.getUTCDay()];
  };

  const clock = (ms) => new Date(ms + 8 * 3600000).toISOString().slice(11, 19).replace(/^0/, '');

  /* What any kept page needs: a press made twice is two taps, and it says when it is opened now. Only a page that comes
     from the server tells the time. */
  box.fresh = (page, offset) => {
    const now = Date.now() + offset;
    const whole = (page.words || []).reduce((text, word, n) => all(text, String.fromCharCode(0xE000 + n), word), page.html);
    return whole.replace('<html ', '<html data-kept ').replace(/<p class="said"[\s\S]*?<\/p>/, '') // what was said once
      .replace(/(name="press" value=")[0-9a-f-]{36}/g, (_, before) => before + box.newId())
      .replace(/(data-ago="(\d+)">)[^<]*/g, (_, before, ago) => before + clock(now - 1000 * ago));
  };

  /* 临时去一处: each time it is opened it begins another visit. */
  box.anew = (html) => {
    const id = (html.match(/\/n\/([0-9a-f-]{36})\/taps/) || [])[1];
    return id ? all(html, id, box.newId()) : html;
  };

  box.fill = (html, chosen, facts, visit, offset) => {
    let text = all(html, box.NOBODY, visit);
    chosen.lines.forEach((line, n) => { text = all(text, tapId(n + 1), line.id); });
    text = text.replace(/data-since="\d+"/g, 'data-since="' + (facts.begin.at + offset) + '"');
    const at = facts.stage && chosen.group.labels[facts.stage.choice];
    if (at) { text = text.replace(/(data-stopped>)[^<]*/, '$1' + at).replace(/(data-where>)[^<]*/, '$1停在“' + at + '”'); }
    return all(text, chosen.group.day, box.dayText(facts.begin.at + offset));
  };
})(self.outbox);
