"""Hands on a real phone: each press is written into the ledger as the page made it, once the page shows it as made."""

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Locator, Page, expect

from tests.faults.ledger import Ledger, Made
from tests.faults.phone import Phone
from tests.faults.server import ROOT
from tests.faults.snapshots import snapshot

# First of all listeners, for the outbox stops the event; it looks when they have given the form its id and its times.
_WATCH = """window.addEventListener('submit', event => {
  const form = event.target;
  if (!form.hasAttribute('data-tap')) return;
  const button = event.submitter || form.querySelector('button[name=press]');
  const held = name => (form.elements[name] && form.elements[name].value) || '';
  setTimeout(() => window.faultPressed({
    id: button.value.slice(0, 36), kind: held('kind'), person: held('person'),
    visit: new URL(form.action).pathname.split('/')[2], wall_ms: Number(held('wall_ms')) || null,
  }));
}, true);"""

_LIST = "() => window.outbox && window.outbox.isAble() ? window.outbox.list() : null"
_CANNOT_LIST = "() => Boolean(window.outbox && !window.outbox.list)"
_SEALED = """async () => {
  const all = await Promise.all(['queue', 'taken'].map(name => window.outbox.read(name, store => store.getAll())));
  return all[0].concat(all[1]).map(row => ({id: row.id, person: row.person, state: row.state}));
}"""
_LINE = """async pressed => { const box = window.outbox;
  if (!box || !box.isAble() || await box.holder() !== pressed.person) { return ''; }
  const lines = await box.ledger(pressed.person, pressed.visit);
  const line = lines.find(one => one.at === pressed.wall_ms && one.kind === pressed.kind);
  return line ? line.id : ''; }"""
_NOWHERE = "**/fault-store"  # an address that only the test answers
_OUTBOX = ROOT / "static/js/outbox.js"
LISTING = sorted(
    (ROOT / "static/js/listing").glob("*.js")
)  # a script of the pages that list; elsewhere lent by the test
_READY = "() => window.fieldapp.kept"
_PATIENCE = 10.0  # seconds until a state must be there


_HEARD: "dict[int, Hands]" = {}  # by phone, whose hands it is in


@dataclass
class Hands:
    """One person's hands on one phone."""

    phone: Phone
    ledger: Ledger
    person: str
    username: str = "inspector1"
    visit: str = ""
    tab: "Page | None" = None
    last: "dict[str, Any] | None" = None

    @property
    def page(self) -> Page:
        return self.tab or self.phone.page

    def watch(self) -> "Hands":
        """Once for each opening of the phone, before the page that is tapped is opened."""
        assert self.phone.context is not None
        self.listening()
        heard = id(self.phone)
        self.phone.context.expose_binding("faultPressed", lambda _source, made: _HEARD[heard]._pressed(made))
        if self.phone.script:
            self.phone.context.add_init_script(_WATCH)
        return self

    def log_in(self) -> "Hands":
        self.phone.open()
        self.watch()
        self.phone.log_in(self.username)
        return self

    def begin(self, place: dict[str, str]) -> "Hands":
        """An unplanned visit on the spot, then its open view."""
        page = self.page
        page.goto("/n/new")
        page.locator("#counter").select_option(value=place["counter"])
        page.locator("#scenario").select_option(value=place["scenario"])
        button = page.get_by_role("button", name="办事", exact=False).first
        self.press(button, lambda: page.wait_for_url("**/n/*-*"))
        self.visit = page.url.split("/")[4]
        self.go("/all")
        return self

    def join(self, visit: str) -> "Hands":
        """A colleague's visit that is under way."""
        self.page.goto(f"/n/new?join={visit}")
        button = self.page.get_by_role("button", name="办事", exact=False).first
        self.press(button, lambda: self.page.wait_for_url(f"**/n/{visit}"))
        self.visit = visit
        self.go("/all")
        return self

    def begin_planned(self) -> "Hands":
        """Today's visit, by its briefing."""
        self.go_to("/n/")
        self.page.get_by_role("link", name="看一遍再去").tap()
        button = self.page.get_by_role("button", name="开始办事", exact=False).first
        self.press(button, lambda: self.page.wait_for_url(f"**/n/{self.visit}"))
        self.go("/all")
        return self

    def expire(self) -> None:
        """The login is no longer valid; the phone finds out when it next asks."""
        assert self.phone.context is not None
        self.phone.context.clear_cookies(name="login")

    def given_to(self, username: str, person: str) -> "Hands":
        """Somebody else logs in on the same phone."""
        self.phone.log_in(username)
        return Hands(self.phone, self.ledger, person, username, last=self.last).listening()

    def listening(self) -> "Hands":
        """It hears of what is pressed from now on."""
        _HEARD[id(self.phone)] = self
        return self

    def on(self, tab: Page) -> "Hands":
        """From now on in this tab."""
        self.tab = tab
        return self

    def go(self, path: str = "/all") -> Page:
        """A page of the visit."""
        return self.go_to(f"/n/{self.visit}{path}")

    def go_to(self, address: str) -> Page:
        """Whoever is no longer logged in logs in (Chromium writes new cookies late)."""
        self.page.goto(address)
        if "/login" in self.page.url:
            self.phone.log_in(self.username)
            self.page.goto(address)
        if self.phone.script:
            self.page.evaluate(_READY)
        return self.page

    def kill(self) -> "Hands":
        self.phone.kill()
        self.tab = None
        return self

    def again(self, path: str = "/all") -> Page:
        """The phone is taken in hand again."""
        self.kill()
        self.phone.open()
        self.watch()
        return self.go(path)

    def _pressed(self, made: dict[str, Any]) -> None:
        self.last = made
        self.ledger.tried.add(made["id"])

    def press(self, button: Locator, shown: Callable[[], None], sha256: str | None = None) -> str:
        """Tap it; `shown` returns once the page shows it as made. The tap's id."""
        before, self.last = self._of_button(button), None
        button.tap()
        shown()
        return self._made(before, sha256)

    def _made(self, before: dict[str, Any], sha256: str | None = None) -> str:
        if self.phone.script:
            self.until(lambda: self.last)
        pressed = self.last or before  # without script the button says it all
        if self.last and (kept := self._line_of(self.last)):
            pressed = {**self.last, "id": kept}
        made = Made(
            id=pressed["id"],
            visit=pressed["visit"],
            person=pressed["person"] or self.person,
            kind=pressed["kind"],
            wall_ms=pressed["wall_ms"],
            sha256=sha256,
        )
        self.ledger.make(made)
        return made.id

    def _line_of(self, pressed: dict[str, Any]) -> str:
        """The id under which the phone has it, where it has a store: an id that comes back is given another."""
        with suppress(Error):
            return str(self.page.evaluate(_LINE, pressed))
        return ""

    def _of_button(self, button: Locator) -> dict[str, Any]:
        form = button.locator("xpath=ancestor::form")
        return {
            "id": (button.get_attribute("value") or "")[:36],
            "kind": form.locator("[name=kind]").first.get_attribute("value"),
            "person": self.person,
            "visit": (form.get_attribute("action") or "").split("/")[2],
            "wall_ms": None,
        }

    def stage(self, label: str, then: str) -> str:
        """The big button; it is made when the button names what comes next."""
        page = self.page
        button = page.locator("#next", has_text=label)
        return self.press(button, lambda: expect(page.locator("#next")).to_have_text(then))

    def stages(self, *labels: str) -> list[str]:
        """One after the other; the last word names the step that is only offered."""
        return [self.stage(label, then) for label, then in pairwise(labels)]

    def undo(self, then: str) -> str:
        """The last tap, taken back."""
        page = self.page
        button = page.locator(".tools form").filter(has=page.locator("[value=undo]")).locator("button")
        return self.press(button, lambda: expect(page.locator("#next")).to_have_text(then))

    def answer(self, choice: str, question: int = 0) -> str:
        """One answer of the open view; it is made when it stays pressed."""
        button = self.page.locator("form.ask").nth(question).locator(f"button[value$=':{choice}']")
        return self.press(button, lambda: expect(button).to_have_attribute("aria-pressed", "true"))

    def note(self, text: str) -> str:
        """写字, on a page of its own; it is made when the field is empty again or the page has gone on."""
        page = self.go("/note?full=1")
        page.locator("#text").fill(text)
        return self.press(
            page.locator("#next", has_text="记下"),
            lambda: page.wait_for_function(
                "() => !document.querySelector('#text') || !document.querySelector('#text').value"
            ),
        )

    def photograph(self, file: Path, sha256: str, shown: Callable[[], None]) -> str:
        """The camera gives a file; without script 上传 is pressed as well."""
        form = self.page.locator(".tools form.photo-form").first
        button = form.locator("button[name=press]")
        before, self.last = self._of_button(button), None
        with self.page.expect_file_chooser() as opened:
            form.locator("label").tap()
        opened.value.set_files(file)
        if not self.phone.script:
            button.tap()
        shown()
        return self._made(before, sha256)

    def camera(self, folder: Path, size: int = 5_000) -> str:
        """A new photo of so many bytes; it is made when the phone holds one thing more."""
        content = snapshot(size)
        sha256 = hashlib.sha256(content).hexdigest()
        file = folder / f"{sha256[:12]}.jpg"
        file.write_bytes(content)
        before = len(self.held())
        return self.photograph(file, sha256, lambda: self.until(lambda: len(self.held()) > before))

    def until(self, holds: Callable[[], object], seconds: float = _PATIENCE) -> None:
        """Wait until something asked of the phone holds."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, (holds, self.held())
            self.page.wait_for_timeout(30)

    def arrives(self, seconds: float = 60) -> None:
        """Wait until nothing waits on the phone any more."""
        self.until(lambda: not self.waiting, seconds)

    def camera_past(self, folder: Path, size: int) -> str:
        """A photo for which the phone has no room: the page says so, and then shows the server's picture of it."""
        content = snapshot(size)
        sha256 = hashlib.sha256(content).hexdigest()
        file = folder / f"{sha256[:12]}.jpg"
        file.write_bytes(content)
        page = self.page

        def shown() -> None:
            expect(page.locator("[data-say]").first).to_contain_text("手机存满了")
            expect(page.locator("main .thumbs img")).to_have_count(1)

        return self.photograph(file, sha256, shown)

    def stands_as(self, state: str) -> None:
        """Wait until something on the phone stands so."""
        self.until(lambda: any(row["state"] == state for row in self.held()))

    def is_tried(self) -> None:
        """Wait until what waits first has been sent in vain."""
        self.until(lambda: any(row.get("tried") for row in self.waiting))

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """Of what the phone holds, that which the server has not acknowledged."""
        return [row for row in self.held() if row["state"] != "sent"]

    def held(self) -> list[dict[str, Any]]:
        return waiting_on_phone(self.page)

    def store(self) -> list[dict[str, Any]]:
        """The same of a phone whose browser may be dead, and without asking anything of the network or of a page."""
        self.phone.open()
        tab = self.phone.tab()
        tab.route(_NOWHERE, lambda asked: asked.fulfill(body="<!doctype html>", content_type="text/html"))
        tab.goto(_NOWHERE.strip("*"))
        tab.evaluate(_OUTBOX.read_text())
        found = waiting_on_phone(tab)
        tab.close()
        return found


def waiting_on_phone(page: Page) -> list[dict[str, Any]]:
    """What the phone's own store holds: [{id, visit, person, kind, wall_ms, state}]; nothing where there is none."""
    if page.evaluate(_CANNOT_LIST):
        for script in LISTING:
            page.evaluate(script.read_text())
    return list(page.evaluate(_LIST) or ())


def sealed_on_phone(page: Page) -> list[dict[str, Any]]:
    """Every row that lies there, whosesoever: [{id, person, state}]."""
    return list(page.evaluate(_SEALED))
