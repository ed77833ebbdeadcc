"""F37 on the oldest engine: real Chromium 75, its own script running."""

from pathlib import Path

import pytest

from tests.faults.ledger import Ledger, Made
from tests.faults.old_engine import OldPage, chromium75
from tests.faults.server import Server, World
from tests.story import PASSWORD

pytestmark = pytest.mark.browser
LOG_IN = """(() => { const form = document.querySelector('form[action="/login"]');
  form.username.value = 'inspector1'; form.password.value = '%s'; form.querySelector('button').click(); })()"""
CHOOSE = """(() => { counter.value = '%(counter)s'; scenario.value = '%(scenario)s'; })()"""
PRESS = """(() => { const button = %s, form = button.form;
  const held = { id: button.value.slice(0, 36), kind: form.elements.kind.value };
  button.click();
  return Object.assign(held, { wall_ms: Number(form.elements.wall_ms.value), visit: form.action.split('/')[4],
    shown: button.textContent.trim() }); })()"""
BEGIN = "[...document.querySelectorAll('button')].find(one => one.textContent.trim().startsWith('办事'))"


def press(page: OldPage, button: str, shown: str, ledger: Ledger, person: str) -> None:
    made = page.run(PRESS % button)
    page.until(shown % {"before": made.pop("shown")})
    ledger.make(Made(person=person, **made))


def test_f37_chromium_75(shared: Server, world: World, ledger: Ledger, tmp_path: Path) -> None:
    person = str(world.people["inspector1"])
    with chromium75(tmp_path / "old") as page:
        page.goto(f"{shared.url}/login")
        page.run(LOG_IN % PASSWORD)
        page.until("location.pathname !== '/login' && document.readyState === 'complete'")
        page.goto(f"{shared.url}/n/new")
        assert "Chrome/75" in page.run("navigator.userAgent")
        page.run(CHOOSE % world.place)
        press(
            page, BEGIN, "location.pathname.length > 10 && document.readyState === 'complete'", ledger, person
        )
        visit = next(iter(ledger.visits))
        page.goto(f"{shared.url}/n/{visit}/all")
        for _ in range(3):
            changed = "document.querySelector('#next').textContent.trim() !== '%(before)s'"
            press(page, "document.querySelector('#next')", changed, ledger, person)
    sums = ledger.settle(shared)
    assert (sums.made, sums.on_server) == (4, 4)
