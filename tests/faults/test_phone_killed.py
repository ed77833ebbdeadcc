"""The phone that is killed, sleeps or starts anew: what was tapped was on it before anything was shown."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.faults import proxy
from tests.faults.conftest import MakeHands
from tests.faults.ledger import Ledger
from tests.faults.proxy import Proxy
from tests.faults.server import Server
from tests.faults.test_phone_line import comes_in

pytestmark = pytest.mark.browser


def test_f01_killed_while_the_camera_is_open(
    shared: Server, hands_of: MakeHands, ledger: Ledger, tmp_path: Path
) -> None:
    hands = hands_of(shared.url)
    hands.stages("到达", "取号", "叫号")
    with hands.page.expect_file_chooser():
        hands.page.locator(".tools form.photo-form").first.locator("label").tap()
    hands.again()
    expect(hands.page.locator("#next")).to_have_text("叫号")
    hands.camera(tmp_path)
    comes_in(hands, ledger, shared)


def test_f02_killed_between_tap_and_answer(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger
) -> None:
    hands = hands_of(line.url)
    line.set(proxy.hole)
    hands.stage("到达", "取号")
    hands.kill()
    line.set(proxy.passing)
    assert ledger.settle(shared, hands.store()).on_phone == 2
    hands.again()
    comes_in(hands, ledger, shared)


def test_f05_swiped_away(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger, tmp_path: Path
) -> None:
    """Killed at the moment at which the screen shows the tap, without any event for the page to write at."""
    hands = hands_of(line.url)
    line.refuse()
    for label, then in (("到达", "取号"), ("取号", "叫号")):
        hands.stage(label, then)
    hands.camera(tmp_path, 500_000)
    hands.kill()
    line.listen()
    hands.again()
    comes_in(hands, ledger, shared)
