"""What a bad line does to a phone in hand: nothing that is tapped waits for it, nothing that it says is believed."""

import random
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.faults import proxy
from tests.faults.conftest import MakeHands
from tests.faults.ledger import Ledger
from tests.faults.proxy import Fault, Proxy
from tests.faults.server import Server
from tests.faults.taps import Hands
from tests.faults.test_uploads import names

pytestmark = pytest.mark.browser
# A thumb that trembles: each press of the button is three.
PRESS_MORE = (
    """button => button.addEventListener('click', () => { button.click(); button.click(); }, {once: true})"""
)


def comes_in(hands: Hands, ledger: Ledger, server: Server) -> None:
    """With a line again: all arrives by itself, and is on the server once."""
    hands.go()
    hands.arrives()
    sums = ledger.settle(server, hands.held())
    assert sums.on_server == sums.made


def test_f06_no_network_when_it_is_tapped(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger
) -> None:
    hands = hands_of(line.url)
    line.refuse()
    hands.stages("到达", "取号", "叫号")
    expect(hands.page.locator("[data-sync]").first).to_have_text("待传 2")
    assert [row["kind"] for row in hands.waiting] == ["stage", "stage"]
    assert ledger.settle(shared, hands.held()).on_server == 1
    line.listen()
    comes_in(hands, ledger, shared)
    expect(hands.page.locator("[data-sync]").first).to_have_text("已传完")


def test_f07_the_answer_is_lost(shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger) -> None:
    hands = hands_of(line.url)
    line.set(proxy.lost_answer)
    hands.stage("到达", "取号")
    hands.is_tried()
    expect(hands.page.locator("[data-sync]").first).to_have_text("待传 1")
    assert line.answers  # the server has it, the phone does not know
    line.set(proxy.passing)
    comes_in(hands, ledger, shared)


def test_f08_double_tap(shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger) -> None:
    hands = hands_of(line.url)
    line.set(proxy.delayed(1))
    line.once(proxy.twice)
    button = hands.page.locator("#next", has_text="到达")
    button.evaluate(PRESS_MORE)
    hands.press(button, lambda: expect(hands.page.locator("#next")).to_have_text("取号"))
    line.set(proxy.passing)
    comes_in(hands, ledger, shared)


def test_f06_what_is_being_written_stays_when_the_line_comes_back(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger
) -> None:
    """A tap waits, a note is half written: the tap's answer does not come over it."""
    hands = hands_of(line.url)
    hands.go("/note?full=1")
    hands.go()
    line.refuse()
    hands.stage("到达", "取号")
    page = hands.go("/note?full=1")
    page.locator("#text").fill("示例：写到一半")
    line.listen()
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    hands.arrives()
    expect(page.locator("[data-sync-memo]").first).to_have_text("已同步")
    expect(page.locator("#text")).to_have_value("示例：写到一半")
    comes_in(hands, ledger, shared)


@pytest.mark.parametrize("portal", [proxy.portal, proxy.redirecting])
def test_f12_captive_portal(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger, portal: Fault
) -> None:
    hands = hands_of(line.url)
    line.set(portal)
    hands.stages("到达", "取号", "叫号")
    hands.until(lambda: any(row.get("tried") for row in hands.waiting))
    assert [row["state"] for row in hands.waiting] == ["waiting", "waiting"]
    line.set(proxy.passing)
    comes_in(hands, ledger, shared)


def test_f11_second_generation(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger, tmp_path: Path
) -> None:
    """30 s there and back, every twentieth chunk lost: by the proxy, whose losses come 3 s late as TCP's do."""
    hands = hands_of(line.url)
    line.set(proxy.thin(30, 0.05, 3, random.Random(11)))
    for label, then in (("到达", "取号"), ("取号", "叫号"), ("叫号", "受理")):
        hands.page.evaluate("() => { window.faultBegan = performance.now(); }")
        hands.stage(label, then)
        assert hands.page.evaluate("() => performance.now() - window.faultBegan") < 1_000
    hands.camera(tmp_path)
    expect(hands.page.locator("[data-sync]").first).to_have_text("待传 4")
    line.set(proxy.passing)
    comes_in(hands, ledger, shared)


def test_f13_the_upload_is_cut(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger, tmp_path: Path
) -> None:
    hands = hands_of(line.url)
    before = names(shared)
    line.set(proxy.cut(60))
    hands.camera(tmp_path, 2_000_000)
    expect(hands.page.locator("[data-sync]").first).to_have_text("待传 1")
    hands.is_tried()
    assert names(shared) == before  # no part of it anywhere
    line.set(proxy.passing)
    assert hands.waiting[0]["size"] > 2_000_000
    comes_in(hands, ledger, shared)


def test_f15_the_third_of_four_photos_fails(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger, tmp_path: Path
) -> None:
    hands = hands_of(line.url)
    for n in range(4):
        line.set(proxy.cut(50) if n == 2 else proxy.passing)
        hands.camera(tmp_path, 200_000)
        hands.until(
            lambda n=n: len(hands.waiting) == int(n == 2) and all(row.get("tried") for row in hands.held())
        )
    comes_in(hands, ledger, shared)
