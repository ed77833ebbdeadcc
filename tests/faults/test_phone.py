"""The frame's own phone, and F37: with the script off every button still does what it says."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.faults.conftest import MakeHands
from tests.faults.ledger import Ledger
from tests.faults.phone import Phone
from tests.faults.server import Server
from tests.faults.snapshots import snapshot

pytestmark = pytest.mark.browser
STAGES = ("到达", "取号", "叫号", "受理")
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


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_f37_javascript_off(
    shared: Server, hands_of: MakeHands, ledger: Ledger, tmp_path: Path, script: bool
) -> None:
    hands = hands_of(shared.url, script=script)
    phone, page = hands.phone, hands.page
    for path in ("", "/stuck", "/checks", "/note", "/handin", "/log", "/all"):
        hands.go(path)
        assert page.evaluate(DEAD) == [], path
    hands.stages(*STAGES)
    file, content = tmp_path / "a.jpg", snapshot(5_000)
    file.write_bytes(content)
    hands.photograph(
        file,
        hashlib.sha256(content).hexdigest(),
        lambda: expect(page.locator("main .thumbs")).to_be_visible(),
    )
    if script:
        hands.arrives()
    sums = ledger.settle(shared, hands.held() if script else ())
    assert sums.on_server == 5
    assert not phone.said


def test_a_phone_that_is_killed_keeps_its_profile(shared: Server, phones: MakePhone) -> None:
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
    assert 3_600_000 <= page.evaluate("Date.now()") - before < 3_660_000
    page.reload()
    assert 3_600_000 <= page.evaluate("Date.now()") - before < 3_660_000
    phone.kill()
    assert not phone.pids
