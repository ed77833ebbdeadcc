"""What lies on a phone, and a number that closes it."""

from typing import Any

from playwright.sync_api import Page, expect

STORES = ("queue", "bodies", "ledgers", "keys", "pages")
PIN = "402718"
WRONG = "402719"
QUARTER = 15 * 60_000

# Of a page of ours without script of ours, too: a login.
_COUNTS = """(names) => new Promise((done, fail) => {
  const opening = indexedDB.open('fieldapp', 1);
  opening.onerror = fail;
  opening.onsuccess = () => {
    const work = opening.result.transaction(names);
    const asked = names.map((name) => work.objectStore(name).count());
    work.oncomplete = () => { opening.result.close(); done(asked.map((each) => each.result)); };
  };
})"""
_SENT = """async (whose) => {
  const until = Date.now() + 10000;
  const person = whose || document.documentElement.getAttribute('data-person');
  while (await window.outbox.waiting(person)) {
    if (Date.now() > until) { throw new Error('something waits still'); }
    await new Promise((done) => setTimeout(done, 20));
  }
}"""
_THING = """(name) => window.outbox.read('things', (things) => things.get(name))
  .then((row) => row && Object.keys(row).sort())"""
_AWAY = """(ms) => window.outbox.thing('pin')
  .then((pin) => window.outbox.put('things', Object.assign(pin, { used: Date.now() - ms })))"""
_READABLE = """async () => { // every row of the store that a page of ours can open, with the key that is here
  const rows = await window.outbox.read('queue', (queue) => queue.getAll());
  await window.outbox.holder();
  const read = await Promise.all(rows.map((row) => window.outbox.unsealWords(row.head).then(() => 1, () => 0)));
  return read.reduce((all, one) => all + one, 0);
}"""


def counts(page: Page) -> dict[str, int]:
    """How many rows each store holds."""
    return dict(zip(STORES, page.evaluate(_COUNTS, list(STORES)), strict=True))


def thing(page: Page, name: str) -> Any:
    """The names of what one small thing holds; None when it is not there."""
    return page.evaluate(_THING, name)


def readable(page: Page) -> int:
    """How much of what waits can be opened here."""
    return int(page.evaluate(_READABLE))


def away(page: Page, ms: int) -> None:
    """The phone was put away so long ago. From a page that does not note that it is left."""
    page.goto("/n/pin")
    page.evaluate(_AWAY, ms)


def all_is_sent(page: Page, person: str = "") -> None:
    """Nothing waits on the phone any more, of this person or of whoever is logged in."""
    page.evaluate(_SENT, person)


def set_pin(page: Page, digits: str = PIN) -> None:
    page.goto("/me")
    page.get_by_label("这部手机上再打开时要输").fill(digits)
    page.get_by_role("button", name="设上").tap()
    expect(page.get_by_text("设好了")).to_be_visible()


def enter(page: Page, digits: str) -> None:
    page.get_by_label("6 位数字密码").fill(digits)
    page.get_by_role("button", name="打开").tap()


def worker_is_there(page: Page) -> None:
    """A service worker answers for this page."""
    page.evaluate("() => navigator.serviceWorker.ready.then(() => undefined)")
    page.reload()
    assert page.evaluate("() => Boolean(navigator.serviceWorker.controller)")
