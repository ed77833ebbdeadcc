"""The phone's clocks: what it slept, what was moved and what began anew leave the durations true.

The fold itself is shown by tests/visits; here a real page stamps, and its taps are folded from the server's rows. Sleep
is SIGSTOP to the browser, beside an injected clock: the wall clock runs on by 40 minutes, the monotonic one stands, as
on most phones, and the server's clock (FIELDAPP_CLOCK) runs on as the phone's does."""

from uuid import UUID

import pytest
from playwright.sync_api import expect

from fieldapp.visits.instants import When, instants, key_of
from fieldapp.visits.taps import tap_of
from tests.faults.conftest import MakeHands
from tests.faults.ledger import Ledger
from tests.faults.proxy import Proxy
from tests.faults.server import TAPS, Server
from tests.faults.test_phone_line import comes_in

pytestmark = pytest.mark.browser
SECOND, MINUTE, DAY = 1_000, 60_000, 86_400_000


def whens(server: Server, visit: str, ids: list[str]) -> list[When]:
    """The instants of some taps as the fold has them."""
    taps = [tap_of(row) for row in server.taps(TAPS.c.visit == UUID(visit))]
    found = {str(tap.id): when for tap in taps for key, when in instants(taps).items() if key == key_of(tap)}
    return [found[each] for each in ids]


def apart(server: Server, visit: str, ids: list[str]) -> tuple[int, int]:
    """Between two taps: as the phone's true wall clock has it, and as the fold has it."""
    rows = {str(row.id): row.wall_ms for row in server.taps(TAPS.c.visit == UUID(visit))}
    before, after = whens(server, visit, ids)
    assert not before.doubtful
    assert not after.doubtful
    return rows[ids[1]] - rows[ids[0]], after.at - before.at


def test_f03_asleep_for_forty_minutes(server: Server, hands_of: MakeHands, ledger: Ledger) -> None:
    hands = hands_of(server.start().url)
    first = hands.stage("到达", "取号")
    hands.arrives()
    hands.phone.stop(1)
    hands.phone.move_clock(server.move_on(40 * MINUTE))
    second = hands.stage("取号", "叫号")
    hands.arrives()
    hands.stage("叫号", "受理")  # by now the phone has met the server again
    comes_in(hands, ledger, server)
    true, told = apart(server, hands.visit, [first, second])
    assert true > 40 * MINUTE
    assert abs(told - true) < SECOND


def test_f04_started_anew_in_a_visit(server: Server, hands_of: MakeHands, ledger: Ledger) -> None:
    """A reboot is a new process and a new origin; 20 minutes pass meanwhile on every clock."""
    hands = hands_of(server.start().url)
    first = hands.stage("到达", "取号")
    hands.arrives()
    hands.phone.move_clock(server.move_on(20 * MINUTE))
    hands.again()
    expect(hands.page.locator("#next")).to_have_text("取号")
    second = hands.stage("取号", "叫号")
    comes_in(hands, ledger, server)
    origins = {row.origin_ms for row in server.taps(TAPS.c.visit == UUID(hands.visit)) if row.kind == "stage"}
    assert len(origins) == 2
    true, told = apart(server, hands.visit, [first, second])
    assert true > 20 * MINUTE
    assert abs(told - true) < SECOND


def test_f04_begun_anew_with_no_signal_knows_its_clock(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger
) -> None:
    """An hour behind, switched off and on where there is no network: what was measured before goes with each tap."""
    hands = hands_of(line.url, begin=False)
    hands.phone.move_clock(-60 * MINUTE)
    hands.begin(shared.world.place)
    hands.stage("到达", "取号")
    hands.arrives()
    hands.go()
    hands.phone.close()
    line.refuse()
    hands.phone.open()
    hands.watch()
    hands.go()
    later = hands.stage("取号", "叫号")
    line.listen()
    comes_in(hands, ledger, shared)
    row = next(row for row in shared.taps(TAPS.c.visit == UUID(hands.visit)) if str(row.id) == later)
    assert abs(row.offset_ms - 60 * MINUTE) < SECOND
    assert row.offset_at < row.wall_ms
    (when,) = whens(shared, hands.visit, [later])
    assert 0 <= row.received_at - when.at < MINUTE


def test_f28_clock_a_day_off_and_moved_in_the_visit(
    server: Server, hands_of: MakeHands, ledger: Ledger
) -> None:
    """A day behind from the start; then set right by hand between two stages, and the zone changes with it."""
    server.start()
    hands = hands_of(server.url, begin=False)
    hands.phone.move_clock(-DAY)
    hands.begin(server.world.place)
    first = hands.stage("到达", "取号")
    hands.arrives()
    hands.phone.move_clock(DAY)
    hands.phone.zone = "America/New_York"
    hands.again()
    second = hands.stage("取号", "叫号")
    hands.arrives()
    third = hands.stage("叫号", "受理")
    comes_in(hands, ledger, server)
    rows = {str(row.id): row for row in server.taps(TAPS.c.visit == UUID(hands.visit))}
    before, after, last = whens(server, hands.visit, [first, second, third])
    assert rows[second].wall_ms - rows[first].wall_ms > DAY
    assert abs(before.at - rows[first].received_at) < SECOND
    assert abs(after.at - rows[second].received_at) < SECOND
    assert abs(last.at - rows[third].received_at) < SECOND
    assert last.source == before.source
