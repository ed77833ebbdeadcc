"""The phone's own store: full, refused, closed by the system, cleared."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.faults import proxy
from tests.faults.conftest import MakeHands
from tests.faults.ledger import Ledger
from tests.faults.proxy import Proxy
from tests.faults.server import Server
from tests.faults.snapshots import snapshot
from tests.faults.test_phone_line import comes_in

pytestmark = pytest.mark.browser
RESERVED = "() => window.outbox.isLaidBy()"
AHEAD = "() => window.outbox.read('pages', (all) => all.getAll()).then((rows) => rows.filter((row) => row.v).length)"
USED = "async () => (await navigator.storage.estimate()).usage"
# Every database that a page opens can be closed under its feet, as iOS does to a page in the background.
CAUGHT = """(() => { const open = IDBFactory.prototype.open; window.faultBases = [];
  IDBFactory.prototype.open = function (...given) { const asked = open.apply(this, given);
    asked.addEventListener('success', () => window.faultBases.push(asked.result)); return asked; }; })();"""
CLOSE = "() => window.faultBases.splice(0).map(base => base.close()).length"
# The store opens a second late, as on a cheap phone that has just started.
LATE = """(() => { const open = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function (...given) { const told = {};
    setTimeout(() => { const asked = open.apply(this, given);
      for (const name of ['onupgradeneeded', 'onsuccess', 'onerror', 'onblocked']) {
        asked[name] = event => { told.result = asked.result; told.error = asked.error;
          if (told[name]) told[name](event); }; } }, 1000);
    return told; }; })();"""
REFUSED = {
    "none": "Object.defineProperty(window, 'indexedDB', {value: undefined});",
    "throws": "IDBFactory.prototype.open = () => { throw new DOMException('refused', 'SecurityError'); };",
    "fails": """IDBFactory.prototype.open = () => { const asked = new EventTarget();
      Object.defineProperty(asked, 'onerror', {set: act => setTimeout(() => act(new Event('error')))});
      asked.error = new DOMException('refused', 'InvalidStateError'); return asked; };""",
}


def test_f18_storage_full(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger, tmp_path: Path
) -> None:
    """The quota is CDP's, a little above what is used. Chromium believes what it last counted for a while: so it is
    set before the store is first opened. A photo finds no room: that is said, it goes straight up; text is kept."""
    hands = hands_of(line.url)
    little = int(hands.page.evaluate(USED)) + 300_000
    hands.kill()
    hands.phone.open()
    hands.watch()
    hands.phone.quota(little)
    hands.go()
    line.set(proxy.delayed(3))
    photo = hands.camera_past(tmp_path, 3_000_000)
    assert photo not in {row["id"] for row in hands.held()}
    line.refuse()
    hands.stage("到达", "取号")
    assert [row["kind"] for row in hands.waiting] == ["stage"]
    line.listen()
    line.set(proxy.passing)
    comes_in(hands, ledger, shared)


def test_f18_what_is_small_has_a_reserve(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger, tmp_path: Path
) -> None:
    """Laid by when today was opened; nothing more fits, there is no network, and a tap is kept all the same."""
    hands = hands_of(line.url)
    hands.go_to("/n/")
    hands.until(lambda: hands.page.evaluate(RESERVED))
    full = int(hands.page.evaluate(USED)) - 200_000
    hands.kill()
    hands.phone.open()
    hands.watch()
    hands.phone.quota(full)
    hands.go()
    line.refuse()
    hands.stage("到达", "取号")
    assert [row["kind"] for row in hands.waiting] == ["stage"]
    assert not hands.page.evaluate(RESERVED)
    file = tmp_path / "IMG.jpg"
    file.write_bytes(snapshot(300_000))
    with hands.page.expect_file_chooser() as opened:
        hands.page.locator(".tools form.photo-form label").first.tap()
    opened.value.set_files(file)  # a photo has no claim on it
    expect(hands.page.locator("[data-say]").first).to_contain_text("没传上去，再按一次")
    hands.go()
    hands.stages("取号", "叫号", "受理")
    assert [row["kind"] for row in hands.waiting] == ["stage"] * 3
    line.listen()
    comes_in(hands, ledger, shared)


def test_f18_pages_made_ahead_leave_room(shared: Server, line: Proxy, hands_of: MakeHands) -> None:
    """With little room left none comes, and 今日 says that it is not ready and what to do."""
    hands = hands_of(line.url, begin=False)
    hands.phone.clear("indexeddb,cache_storage,service_workers")
    hands.phone.quota(900_000)  # enough for scripts and styles, not for the reserve
    page = hands.go_to("/n/")
    expect(page.locator("[data-ready]")).to_contain_text("今天的还没备", timeout=30_000)
    expect(page.locator("[data-room]")).to_contain_text("手机存满了，没信号时新记的可能存不下")
    assert page.evaluate(AHEAD) == 0


@pytest.mark.parametrize("how", REFUSED)
def test_f19_storage_refused(shared: Server, hands_of: MakeHands, ledger: Ledger, how: str) -> None:
    """As in a private window or an old WebView, whose ways of refusing are played by a script before the page's own."""
    hands = hands_of(shared.url, begin=False)
    assert hands.phone.context is not None
    hands.phone.context.add_init_script(REFUSED[how])
    hands.page.reload()
    hands.begin(shared.world.place)
    hands.stages("到达", "取号", "叫号")
    sums = ledger.settle(shared)
    assert (sums.made, sums.on_server) == (3, 3)


def test_f20_storage_closed_by_the_system(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger
) -> None:
    hands = hands_of(line.url, begin=False)
    assert hands.phone.context is not None
    hands.phone.context.add_init_script(CAUGHT)
    hands.begin(shared.world.place)
    line.refuse()
    for label, then in (("到达", "取号"), ("取号", "叫号")):
        assert hands.page.evaluate(CLOSE)
        hands.stage(label, then)
    assert len(hands.waiting) == 2
    assert not hands.phone.said
    line.listen()
    comes_in(hands, ledger, shared)


def test_f20_a_press_before_the_store_is_open(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger
) -> None:
    """The page is there before the phone's store: the press waits for it, and does not go past it."""
    hands = hands_of(line.url)
    hands.arrives()
    assert hands.phone.context is not None
    hands.phone.context.add_init_script(LATE)
    hands.page.goto(f"/n/{hands.visit}/all", wait_until="domcontentloaded")
    line.refuse()
    assert hands.page.evaluate("() => window.fieldapp.isKeeping") is None
    hands.stage("到达", "取号")
    assert [row["kind"] for row in hands.waiting] == ["stage"]
    line.listen()
    comes_in(hands, ledger, shared)


def test_f21_what_waits_for_long_is_said_loudly(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger
) -> None:
    """Before a system clears what a site kept: how many things are older than a day, and what to do about them."""
    hands = hands_of(line.url)
    hands.go_to("/n/")
    hands.go()
    line.refuse()
    hands.stages("到达", "取号", "叫号")
    hands.go_to("/n/")
    told = hands.page.locator("[data-room]")
    expect(told).to_contain_text("可能清掉没传的，有信号就传完")
    expect(told).not_to_contain_text("存了一天多")
    hands.phone.move_clock(25 * 3_600_000)
    hands.go_to("/n/")
    expect(told).to_contain_text("有 2 样存了一天多还没传")
    line.listen()
    comes_in(hands, ledger, shared)


def test_f21_site_data_cleared(shared: Server, hands_of: MakeHands, ledger: Ledger) -> None:
    """The system clears all but the cookies. What was acknowledged is on the server; the visit goes on."""
    hands = hands_of(shared.url)
    hands.stages("到达", "取号", "叫号")
    hands.arrives()
    hands.phone.clear("indexeddb,cache_storage,service_workers,local_storage")
    hands.go()
    assert not hands.held()
    hands.stage("叫号", "受理")
    comes_in(hands, ledger, shared)
    seqs = [row.seq for row in shared.taps() if str(row.visit) == hands.visit]
    assert sorted(seqs) == [1, 2, 3, 4]
