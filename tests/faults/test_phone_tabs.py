"""Two tabs, two phones, a new version of the app, a worker that is broken."""

from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.faults import proxy
from tests.faults.conftest import MakeHands
from tests.faults.ledger import Ledger
from tests.faults.proxy import Proxy
from tests.faults.server import Server, newer_tree
from tests.faults.test_phone_line import comes_in

pytestmark = pytest.mark.browser
READY = "() => window.fieldapp.kept"


def test_f22_two_tabs_of_one_visit(shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger) -> None:
    hands = hands_of(line.url)
    first = hands.page
    second = hands.phone.tab()
    second.goto(first.url)
    second.evaluate(READY)
    line.refuse()
    hands.stage("到达", "取号")
    hands.on(second).answer("yes")
    hands.on(first).stage("取号", "叫号")
    assert len(hands.waiting) == 3
    line.asked.clear()
    line.listen()
    for tab in (first, second):
        tab.evaluate("() => { window.dispatchEvent(new Event('online')); }")
    hands.arrives()
    sent = Counter(head for head in line.asked if "/taps" in head)
    assert sum(sent.values()) == 3  # nothing was sent by both
    seqs = sorted(row.seq for row in shared.taps() if str(row.visit) == hands.visit)
    assert seqs == [1, 2, 3, 4]
    comes_in(hands, ledger, shared)


def test_f23_two_phones_without_a_network(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger
) -> None:
    """The server's half, what a leader sees of it, is in test_offline_changes.py."""
    one = hands_of(line.url)
    other = hands_of(line.url, "inspector2", begin=False)
    other.join(one.visit)
    line.refuse()
    one.stages("到达", "取号", "叫号")
    other.stages("到达", "取号")
    line.listen()
    for hands in (other, one):
        hands.go()
        hands.arrives()
    sums = ledger.settle(shared, [*one.held(), *other.held()])
    assert sums.on_server == sums.made == 5


def test_f33_upgraded_between_opening_and_sending(
    server: Server, hands_of: MakeHands, ledger: Ledger, tmp_path: Path
) -> None:
    """Another build of script and worker serves the same data; the open page and its queue are the old one's."""
    hands = hands_of(server.start().url)
    old = hands.page.evaluate("() => document.querySelector('script[src*=phone]').src")
    server.kill()
    hands.stages("到达", "取号", "叫号")
    server.tree = newer_tree(tmp_path / "newer")
    server.start()
    hands.stage("叫号", "受理")  # the old form, to the new server
    comes_in(hands, ledger, server)
    assert hands.page.evaluate("() => document.querySelector('script[src*=phone]').src") != old
    hands.stage("受理", "办结")
    comes_in(hands, ledger, server)


BROKEN = {
    "syntax": b"this is no script (",
    "throws": b"throw new Error('broken');",
    "gone": None,
}


@pytest.mark.parametrize("how", BROKEN)
def test_f36_worker_broken(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger, how: str
) -> None:
    """The line hands out another /sw.js than the server's: the page keeps and sends by itself."""
    line.always("/sw.js", proxy.told(BROKEN[how]))
    hands = hands_of(line.url)
    line.refuse()
    hands.stages("到达", "取号", "叫号")
    line.listen()
    comes_in(hands, ledger, shared)
    assert not hands.page.evaluate("() => navigator.serviceWorker.getRegistrations().then(all => all.length)")


STALE = b"""self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', event => event.waitUntil(clients.claim()));
self.addEventListener('fetch', event => {
  if (event.request.mode === 'navigate') event.respondWith(new Response('<!doctype html><title>old</title>old', {
    headers: {'Content-Type': 'text/html'}}));
});"""


def test_f36_worker_that_serves_an_old_page_is_replaced(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger
) -> None:
    """A worker that answers every page by itself: the browser asks for /sw.js anew at each page, and the server's takes
    over at once; what waits stays."""
    hands = hands_of(line.url)
    line.always("/sw.js", proxy.told(STALE))
    hands.page.evaluate("() => navigator.serviceWorker.getRegistration().then(one => one.update())")
    hands.until(lambda: _title(hands.page) == "old")
    line.never("/sw.js")
    hands.until(lambda: _title(hands.page) != "old", 30)
    hands.go()
    hands.stage("到达", "取号")
    comes_in(hands, ledger, shared)


def _title(page: Page) -> str:
    page.wait_for_timeout(2_000)  # a browser looks for another worker when pages have come to rest
    page.reload()
    return page.title()
