/* outbox.layBy() lays by what taps have when the phone is full (outbox/5-room.js gives it up); false if there is no room
   for it. What a browser says of its room is a guess, of Chromium's even a made-up number: this is how it is known. */
(function (box) {
  const RESERVE = 1048576; // bytes: hundreds of taps
  const PIECE = 65536; // as many random bytes as are given at once

  box.layBy = async () => {
    if (await box.isLaidBy()) { return true; }
    const bytes = new Uint8Array(RESERVE); // random: a store that packs what it keeps would make nothing of zeros
    for (let at = 0; at < RESERVE; at += PIECE) { crypto.getRandomValues(bytes.subarray(at, at + PIECE)); }
    try {
      await box.put('things', { name: 'reserve', bytes: bytes });
      return true;
    } catch (error) {
      if (error.name !== 'QuotaExceededError') { throw error; }
      return false;
    }
  };
})(self.outbox);
