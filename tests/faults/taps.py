"""Hands on a real phone: each press is written into the ledger as the page made it, once the page shows it as made."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.faults.ledger import Ledger, Made
from tests.faults.phone import Phone

# After the page's own scripts, which give a button its id and a form its times: theirs run before DOMContentLoaded.
_WATCH = """document.addEventListener('DOMContentLoaded', () => {
  document.addEventListener('submit', event => {
    const form = event.target;
    if (!form.hasAttribute('data-tap')) return;
    const held = name => (form.elements[name] && form.elements[name].value) || '';
    const button = event.submitter || form.querySelector('button[name=press]');
    window.faultPressed({
      id: button.value.slice(0, 36), kind: held('kind'), person: held('person'),
      visit: new URL(form.action).pathname.split('/')[2], wall_ms: Number(held('wall_ms')) || null,
    });
  }, true);
});"""


@dataclass
class Hands:
    """One person's hands on one phone."""

    phone: Phone
    ledger: Ledger
    person: str
    last: "dict[str, Any] | None" = None

    def watch(self) -> "Hands":
        """Once for each opening of the phone, before the page that is tapped is opened."""
        assert self.phone.context is not None
        self.phone.context.expose_binding("faultPressed", lambda _source, made: self._pressed(made))
        self.phone.context.add_init_script(_WATCH)
        return self

    def _pressed(self, made: dict[str, Any]) -> None:
        self.last = made
        self.ledger.tried.add(made["id"])

    def press(self, button: Locator, shown: Callable[[], None], sha256: str | None = None) -> str:
        """Tap it; `shown` returns once the page shows it as made. The tap's id."""
        before, self.last = self._of_button(button), None
        button.tap()
        shown()
        pressed = self.last or before  # without script the button says it all
        self.ledger.make(
            Made(
                id=pressed["id"],
                visit=pressed["visit"],
                person=pressed["person"] or self.person,
                kind=pressed["kind"],
                wall_ms=pressed["wall_ms"],
                sha256=sha256,
            )
        )
        return str(pressed["id"])

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
        page = self.phone.page
        button = page.locator("#next", has_text=label)
        return self.press(button, lambda: expect(page.locator("#next")).to_have_text(then))

    def photograph(self, file: Path, sha256: str, shown: Callable[[], None]) -> str:
        """The camera gives a file; without script 上传 is pressed as well."""
        page = self.phone.page
        form = page.locator(".tools form.photo-form").first
        button = form.locator("button[name=press]")
        before, self.last = self._of_button(button), None
        form.locator("input[type=file]").set_input_files(file)
        if not self.phone.script:
            button.tap()
        shown()
        pressed = self.last or before
        made = Made(pressed["id"], pressed["visit"], self.person, "photo", pressed["wall_ms"], sha256)
        self.ledger.make(made)
        return made.id


def waiting_on_phone(page: Page) -> list[dict[str, Any]]:
    """What the phone's own store holds: [{id, visit, person, kind, wall_ms, state}]; nothing where there is none."""
    has_outbox = page.evaluate("() => Boolean(window.fieldapp && window.fieldapp.outbox)")
    return list(page.evaluate("() => window.fieldapp.outbox.list()")) if has_outbox else []
