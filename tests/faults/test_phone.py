"""The frame's own phone, and F37: with the script off every button still does what it says."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.faults.ledger import Ledger
from tests.faults.phone import Phone
from tests.faults.server import Server, World
from tests.faults.snapshots import snapshot
from tests.faults.taps import Hands, waiting_on_phone

pytestmark = pytest.mark.browser
STAGES = ("到达", "取号", "叫号")
DEAD = """() => [...document.querySelectorAll('button, input[type=submit]')]
  .filter(one => !one.disabled && !(one.form && one.form.action)).map(one => one.outerHTML.slice(0, 120))"""

OPEN = """await new Promise((done, fail) => { const asked = indexedDB.open('fault', 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore('s');
  asked.onsuccess = () => done(asked.result); asked.onerror = fail; })"""
KEEP = f"""async () => {{ const base = {OPEN};
  await new Promise(done => {{ const work = base.transaction('s', 'readwrite', {{durability: 'strict'}});
    work.objectStore('s').put('kept', 1); work.oncomplete = done; }}); }}"""
KEPT = f"""async () => {{ const base = {OPEN};
  return new Promise(done => {{ const got = base.transaction('s').objectStore('s').get(1);
    got.onsuccess = () => done(got.result); }}); }}"""
MakePhone = Callable[..., Phone]


def begin(page: Page, hands: Hands, place: dict[str, str]) -> str:
    """An unplanned visit on the spot; its address."""
    page.goto("/n/new")
    page.locator("#counter").select_option(value=place["counter"])
    page.locator("#scenario").select_option(value=place["scenario"])
    button = page.get_by_role("button", name="办事", exact=False).first
    hands.press(button, lambda: page.wait_for_url("**/n/*-*"))
    return page.url


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_f37_javascript_off(
    shared: Server, world: World, phones: MakePhone, ledger: Ledger, tmp_path: Path, script: bool
) -> None:
    phone = phones(shared.url, script=script)
    page = phone.log_in("inspector1")
    hands = Hands(phone, ledger, str(world.people["inspector1"])).watch()
    visit = begin(page, hands, world.place)
    for path in ("", "/all", "/stuck", "/checks", "/note", "/handin", "/log"):
        page.goto(f"{visit}{path}")
        assert page.evaluate(DEAD) == [], path
    page.goto(f"{visit}/all")
    for label, then in zip(STAGES, (*STAGES[1:], "受理"), strict=True):
        hands.stage(label, then)
    file, content = tmp_path / "a.jpg", snapshot(5_000)
    file.write_bytes(content)
    hands.photograph(
        file,
        hashlib.sha256(content).hexdigest(),
        lambda: expect(page.locator("main .thumbs")).to_be_visible(),
    )
    sums = ledger.settle(shared, waiting_on_phone(page) if script else ())
    assert sums.on_server == 5
    assert not phone.said


def test_a_phone_that_is_killed_keeps_its_profile(
    shared: Server, world: World, phones: MakePhone, ledger: Ledger
) -> None:
    """The frame itself: killed hard, its store is there again."""
    phone = phones(shared.url)
    page = phone.log_in("inspector1")
    page.evaluate(KEEP)
    assert phone.pids
    page = phone.reopen()
    page.goto("/login")
    assert page.evaluate(KEPT) == "kept"
    before = page.evaluate("Date.now()")
    phone.move_clock(3_600_000)
    page.reload()
    assert 3_600_000 <= page.evaluate("Date.now()") - before < 3_660_000
    phone.kill()
    assert not phone.pids
