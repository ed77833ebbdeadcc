"""The random machine: phones in hand that tap, photograph, are killed, cut off, upgraded, logged out and lent, from a
seed. Each phone is a real Chromium on a profile of its own, behind a line of its own, before one real server."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Playwright

from tests.faults import proxy
from tests.faults.ledger import Ledger, Made, Sums
from tests.faults.phone import Phone
from tests.faults.proxy import Fault, Proxy
from tests.faults.server import Server
from tests.faults.taps import sealed_on_phone, waiting_on_phone

PEOPLE = ("inspector1", "inspector2")
PATHS = ("/all", "/all", "/all", "", "/note?full=1", "/checks", "/stuck")
PATIENCE = 8_000  # ms for a page
SHOWN = 5_000  # ms in which a tap must be on the phone
GIVEN_UP = 120.0  # seconds in which all must have arrived once line and server are well

_USABLE = """() => Boolean(window.outbox && window.fieldapp && document.getElementById('visit')) &&
  window.fieldapp.kept.then(able => able && document.documentElement.getAttribute('data-person'))"""

# A press on the n-th button of those that tap here, without a finger: the page cannot tell it from one.
_PRESS = """([n, wanted, text, isLast]) => {
  const buttons = Array.from(document.querySelectorAll('form[data-tap] button[name=press]')).filter(one =>
    !one.disabled && wanted.indexOf(one.form.elements.namedItem('kind').value) >= 0
    && !(isLast && one.hasAttribute('data-pressed')));
  const button = buttons[n % buttons.length];
  if (!button) { return null; }
  const form = button.form;
  form.querySelectorAll('textarea, input[type=text], input:not([type])').forEach(field => { field.value = text; });
  const held = name => (form.elements.namedItem(name) || {}).value || '';
  const told = () => ({ id: button.value.slice(0, 36), choice: button.value.slice(37), kind: held('kind'),
    person: held('person'), visit: new URL(form.action).pathname.split('/')[2],
    wall_ms: Number(held('wall_ms')) || null });
  if (isLast) { setTimeout(() => button.click()); } else { button.click(); }
  return told();
}"""
_CHOOSE = """place => Object.keys(place).forEach(name => {
  const field = document.getElementById(name);
  if (field) { field.value = place[name]; }
})"""
_KEPT = """async ([made, patience]) => {
  const end = performance.now() + patience;
  do {
    if (!window.outbox) { return null; }
    const lines = await window.outbox.ledger(made.person, made.visit);
    const line = lines.find(one => one.at === made.wall_ms && one.kind === made.kind) || lines.find((one, n) =>
      one.id === made.id && one.choice === made.choice && one.at < made.wall_ms && made.wall_ms - one.at < 1000 &&
      !lines.slice(n).some(other => other.kind === 'undo' && other.fields.tap === one.id)); // a thumb that trembles
    if (line) { return [line.id, line.at]; }
    await new Promise(done => setTimeout(done, 10));
  } while (performance.now() < end);
  return null;
}"""
_SEEN = """async made => [location.pathname, (document.querySelector('[data-say]') || {}).textContent,
  document.querySelector('.error-summary') && document.querySelector('.error-summary').textContent,
  window.outbox && await window.outbox.holder() === made.person,
  window.outbox && (await window.outbox.ledger(made.person, made.visit)).filter(one => one.id === made.id)]"""
_LINES = """async ([person, visits]) => {
  const all = await Promise.all(visits.map(visit => window.outbox.ledger(person, visit).then(lines =>
    lines.map(line => ({id: line.id, visit: visit, kind: line.kind, at: line.at, photo: Boolean(line.photo)})))));
  return all.reduce((sum, lines) => sum.concat(lines), []);
}"""
_DRAIN = "() => Promise.race([window.outbox.drain(true), new Promise(done => setTimeout(done, 3000))])"
_SHOOT = """async ([start, size, n]) => {
  const bytes = new Uint8Array(Math.max(size, start.length + 16));
  for (let at = 0; at < bytes.length; at += 65536) { crypto.getRandomValues(bytes.subarray(at, at + 65536)); }
  bytes.set(start);
  const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const inputs = document.querySelectorAll('form[data-tap] input[type=file]');
  const input = inputs[n % inputs.length];
  if (!input) { return null; }
  const given = new DataTransfer();
  given.items.add(new File([bytes], 'IMG.jpg', {type: 'image/jpeg'}));
  input.files = given.files;
  const form = input.form, button = form.querySelector('button[name=press]');
  input.dispatchEvent(new Event('change', {bubbles: true}));
  const held = name => (form.elements.namedItem(name) || {}).value || '';
  return { id: button.value.slice(0, 36), choice: null, kind: 'photo', person: held('person'),
    visit: new URL(form.action).pathname.split('/')[2], wall_ms: Number(held('wall_ms')) || null,
    sha256: Array.from(sum, b => (b + 256).toString(16).slice(1)).join('') };
}"""


@dataclass
class Hand:
    """One phone, whoever has it, and the line to the server."""

    machine: "Machine"
    phone: Phone
    line: Proxy
    username: str = PEOPLE[0]
    visit: str = ""
    went_past: bool = False

    @property
    def chance(self) -> random.Random:
        return self.machine.chance

    @property
    def person(self) -> str:
        return str(self.machine.server.world.people[self.username])

    def happen(self, what: str) -> None:
        self.machine.counts[what] += 1

    def open(self) -> None:
        page = self.phone.open()
        page.set_default_timeout(PATIENCE)

    def see(self, address: str) -> bool:
        """Go to a page; whether it is one to tap on, of the person who has the phone."""
        self.open()
        try:
            self.phone.page.goto(address)
            return bool(self.phone.page.evaluate(_USABLE) == self.person)
        except Error:
            return False

    def reach(self, address: str) -> None:
        """Be on a page to tap on, if need be by going to where there is a network, and logging in."""
        if self.see(address):
            return
        self.happen("went back to a network")
        self.mend()
        until = time.monotonic() + GIVEN_UP
        while not self.see(address):
            assert time.monotonic() < until, (address, self.phone.page.url, self.phone.page.content()[:2000])
            with suppress(Error):
                self.log_in()

    def mend(self) -> None:
        """Line and server are well."""
        self.machine.up()
        self.line.set(proxy.passing)
        self.line.listen()

    def log_in(self) -> None:
        self.phone.log_in(self.username)
        self.happen("logins")

    def begin(self) -> None:
        """An unplanned visit on the spot."""
        place = self.machine.server.world.place
        self.reach("/n/new")
        self.phone.page.evaluate(_CHOOSE, place)
        made = self.tap("begin")
        self.visit = made.visit if made else ""
        self.happen("visits")

    def tap(self, *kinds: str) -> Made | None:
        """One press; it counts as made as soon as the phone has it."""
        told = [self.chance.randrange(1 << 16), list(kinds), f"写 {self.chance.random()}", False]
        found = self._press(_PRESS, told)
        return self._made(found) if found else None

    def _press(self, script: str, told: list[Any]) -> dict[str, Any] | None:
        """What was pressed, if anything. A page that goes on in this very moment leaves the hand in the dark."""
        try:
            found = self.phone.page.evaluate(script, told)
        except Error:
            self.machine.unseen += 1
            self.reach("/n/new")
            return None
        return dict(found) if found else None

    def shoot(self) -> Made | None:
        size = self.chance.choice((3_000, 30_000, 120_000, 120_000, 600_000, 3_000_000))
        found = self._press(_SHOOT, [self.machine.start, size, self.chance.randrange(4)])
        return self._made(found) if found else None

    def _made(self, held: dict[str, Any]) -> Made | None:
        """Made, or only tried where the page did not get it onto the phone, and the user sees that."""
        sha256 = held.pop("sha256", None)
        self.machine.ledger.tried.add(held["id"])
        kept = held["wall_ms"] and self._kept(held)
        if not kept and not (held["wall_ms"] and self.went_past):
            self.happen("presses that the page did not take")
            return None
        if not kept:
            self.happen("sent past the store")  # the layer below it: then the server has it, or it is lost
        tap, at = kept or (held["id"], held["wall_ms"])
        if at != held["wall_ms"]:
            self.happen("the same press again")
        made = Made(tap, held["visit"], held["person"], held["kind"], at, sha256)
        self.machine.ledger.make(made)
        return made

    def _kept(self, held: dict[str, Any]) -> tuple[str, int] | None:
        """Under which id and instant the phone has it. The page may have gone on meanwhile, to a login say."""
        seen: Any = None
        with suppress(Error):
            if kept := self.phone.page.evaluate(_KEPT, [held, SHOWN]):
                return tuple(kept)
            seen = self.phone.page.evaluate(_SEEN, held)
        self.reach("/n/new")
        kept = self.phone.page.evaluate(_KEPT, [held, 0])
        self.went_past = not kept and bool(seen) and not seen[2]  # not where the page said what is missing
        if not kept:
            print("not kept:", held, seen, flush=True)
        return tuple(kept) if kept else None

    def die(self) -> None:
        """Killed, half of the time in the very moment of a press."""
        if self.chance.random() < 0.5:
            told = [self.chance.randrange(1 << 16), ["stage", "answer", "claim", "note"], "最后", True]
            self.machine.unseen += 1
            with suppress(Error):
                found = self.phone.page.evaluate(_PRESS, told)
                if found:
                    self.machine.ledger.tried.add(found["id"])
                    time.sleep(self.chance.random() * 0.03)
        self.phone.kill()
        self.happen("browser kills")

    def lend(self) -> None:
        """Another person has the phone from now on; whoever had it logged out, or simply gave it away."""
        self.mend()
        with suppress(Error):
            if self.chance.random() < 0.5:
                self.log_out()
        self.expire()
        self.username = self.chance.choice([each for each in PEOPLE if each != self.username])
        self.happen("lent to another person")

    def log_out(self) -> None:
        page = self.phone.page
        page.goto("/me")
        page.locator("form[action='/logout'] button").first.click()
        page.wait_for_url("**/login*")
        self.happen("logouts")

    def expire(self) -> None:
        """The login is no longer valid; the phone finds out when it next asks."""
        assert self.phone.context is not None
        self.phone.context.clear_cookies(name="login")

    def visit_once(self) -> Iterator[None]:
        """One visit, a step at a time, for other phones have theirs meanwhile."""
        self.begin()
        yield
        for _ in range(self.chance.randrange(2, 6)):
            if self.visit:
                self.reach(f"/n/{self.visit}{self.chance.choice(PATHS)}")
            for _ in range(self.chance.randrange(1, 7)):
                self.act()
                yield
            if self.chance.random() < 0.4:
                self.suffer()
        if self.visit and self.chance.random() < 0.5:
            self.reach(f"/n/{self.visit}/handin")
            self.tap("handin")

    def act(self) -> None:
        if self.chance.random() < 0.2:
            self.shoot()
        else:
            self.tap("stage", "stage", "answer", "claim", "note", "skip", "undo", "stuck", "count", "watch")

    def suffer(self) -> None:
        """What befalls a phone."""
        befalls = self.chance.choices(
            ("line", "die", "server", "expire", "upgrade", "lend"), weights=(50, 22, 10, 8, 5, 5)
        )[0]
        if befalls == "line":
            self.change_line()
        elif befalls == "die":
            self.die()
            self.reach(f"/n/{self.visit}/all" if self.visit else "/n/")
        elif befalls == "server":
            self.machine.down()
        elif befalls == "expire":
            self.expire()
            self.happen("expired logins")
        elif befalls == "upgrade":
            self.machine.upgrade()
        elif self.chance.random() < 0.5:
            self.lend()
            self.visit = ""
            self.begin()

    def change_line(self) -> None:
        how: Fault | None = self.chance.choice((
            proxy.passing, proxy.passing, proxy.passing, proxy.hole, proxy.lost_answer, proxy.portal, proxy.reset,
            proxy.twice, proxy.cut(60), proxy.delayed(1), None,
        ))  # fmt: skip
        if how is None:
            self.line.refuse()
        else:
            self.line.set(how)
            self.line.listen()
        self.happen("changes of the line")

    def deliver(self) -> list[dict[str, Any]]:
        """With all well, everybody who had the phone logs in and waits until all has arrived. What the phone holds."""
        self.mend()
        held: list[dict[str, Any]] = []
        for name in sorted(PEOPLE, key=lambda each: each == self.username, reverse=True):
            self.username = name
            self.open()
            self.expire()
            self.log_in()
            self.reach("/n/new")
            until = time.monotonic() + GIVEN_UP
            while waits := [row for row in self.held() if row["state"] != "sent"]:
                assert time.monotonic() < until, waits[:3]
                self.phone.page.evaluate(_DRAIN)
            held += self.held()
            self.find_unseen()
        known = {row["id"] for row in held}
        strangers = [row for row in sealed_on_phone(self.phone.page) if row["id"] not in known]
        assert not strangers, strangers
        return held

    def find_unseen(self) -> None:
        """Of the presses that the hand knows nothing of, those that the phone knows: they must arrive too."""
        ledger = self.machine.ledger
        for line in self.phone.page.evaluate(_LINES, [self.person, sorted(ledger.visits)]):
            if line["id"] in ledger.tried:
                continue
            self.machine.unseen -= 1
            ledger.tried.add(line["id"])
            if not line["photo"]:
                ledger.make(Made(line["id"], line["visit"], self.person, line["kind"], line["at"]))
        assert self.machine.unseen >= 0, "taps on the phone that nobody made"

    def held(self) -> list[dict[str, Any]]:
        return waiting_on_phone(self.phone.page)


@dataclass
class Machine:
    """Some phones, one server, one ledger."""

    server: Server
    playwright: Playwright
    folder: Path
    chance: random.Random
    trees: tuple[Path, ...]
    start: list[int]  # the bytes with which each photo begins
    phones: int = 2
    unseen: int = 0  # presses of which the hand does not know whether they were made
    ledger: Ledger = field(default_factory=Ledger)
    counts: "Counter[str]" = field(default_factory=Counter)
    hands: list[Hand] = field(default_factory=list)

    def __post_init__(self) -> None:
        for n in range(self.phones):
            line = Proxy(self.server.port)
            phone = Phone(
                self.playwright,
                self.folder / f"profile{n}",
                line.url,
                options=("--blink-settings=imagesEnabled=false",),
            )
            self.hands.append(Hand(self, phone, line, PEOPLE[n % 2]))

    def up(self) -> None:
        if self.server.process is None:
            self.server.start()

    def down(self) -> None:
        """kill -9; somebody starts it again when somebody needs it."""
        if self.server.process:
            self.server.kill()
            self.counts["server kills"] += 1

    def upgrade(self) -> None:
        """Another version of the app on the same data."""
        self.down()
        self.server.tree = self.chance.choice([tree for tree in self.trees if tree != self.server.tree])
        self.up()
        self.counts["upgrades"] += 1

    def run(self, visits: int) -> Sums:
        """So many visits, then the final check."""
        under_way: dict[int, Iterator[None]] = {}
        try:
            while self.counts["visits"] < visits or under_way:
                n = self.chance.randrange(len(self.hands))
                if n not in under_way:
                    if self.counts["visits"] >= visits:
                        n = next(iter(under_way))
                    else:
                        under_way[n] = self.hands[n].visit_once()
                if next(under_way[n], self) is self:
                    del under_way[n]
                    self.tell()
                if self.server.process is None and self.chance.random() < 0.1:
                    self.up()
            held = [row for hand in self.hands for row in hand.deliver()]
            return self.ledger.settle(self.server, held)
        finally:
            self.close()

    def tell(self) -> None:
        """How far it is, for whoever waits for a long run."""
        if self.counts["visits"] % 20 == 0:
            print(f"{self.counts['visits']} visits, {len(self.ledger.made)} taps", flush=True)

    def close(self) -> None:
        for hand in self.hands:
            hand.phone.kill()
            hand.line.close()
