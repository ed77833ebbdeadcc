"""A request that arrives and is not answered, arrives twice, late, or in another order: one row, the first receipt."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from uuid import UUID

import pytest
import sqlalchemy as sa

from fieldapp import clock
from fieldapp.db import table
from fieldapp.visits.models import Visit
from tests.faults import proxy
from tests.faults.conftest import MakeSender
from tests.faults.ledger import Ledger
from tests.faults.proxy import Proxy
from tests.faults.server import TAPS, Server, World

STAGES = ("arrive", "ticket", "call", "accept", "settle", "leave")
DAY_MS = 86_400_000


def test_f07_request_arrives_response_lost(
    shared: Server, line: Proxy, phone_of: MakeSender, ledger: Ledger
) -> None:
    phone = phone_of(line.port)
    kept = phone.make("stage", "arrive")
    line.once(proxy.lost_answer)
    with pytest.raises((OSError, HTTPException)):
        phone.send(kept)
    assert phone.queue == [kept]  # the phone cannot know
    time.sleep(0.05)
    again = phone.send(kept)
    first = line.answers[0].decode()
    assert f"Outbox-Ack: {kept.id}\r\n" in first
    assert f"Received-At: {again.receipt[1]}\r\n" in first
    assert ledger.settle(shared, phone.waiting()).on_server == 2


def test_f08_response_arrives_twice_double_tap_double_submit(
    shared: Server, line: Proxy, phone_of: MakeSender, ledger: Ledger
) -> None:
    phone, other = phone_of(line.port), phone_of(line.port, begin=False)
    other.visit, other.cookies = phone.visit, dict(phone.cookies)
    line.once(proxy.twice)
    first = phone.make("stage", "arrive")
    heard = phone.send(first)
    assert f"Received-At: {heard.receipt[1]}\r\n" in line.answers[0].decode()
    double = phone.make("stage", "ticket")
    with ThreadPoolExecutor(2) as pool:  # two connections at the same moment
        said = [each.result() for each in [pool.submit(who.send, double) for who in (phone, other)]]
    assert said[0].receipt == said[1].receipt == (double.id, said[0].receipt[1])
    assert [each.status for each in said] == [200, 200]
    ledger.settle(shared, phone.waiting())


def test_f09_requests_arrive_in_another_order(shared: Server, phone_of: MakeSender, ledger: Ledger) -> None:
    phone = phone_of(shared.port, begin=False)
    start = int(time.time() * 1000) - 600_000
    kept = [phone.begin(at=start, **shared.world.place)]
    kept += [phone.make("stage", code, at=start + 60_000 * n) for n, code in enumerate(STAGES, 1)]
    for each in reversed(kept):  # the end before the beginning, the begin last
        assert phone.send(each).status == 200
    page = phone.page(f"/n/{phone.visit}/all")
    strip = re.findall(r'<a [^>]*aria-label="(\S+) [\d:]+，更正"', page)
    assert strip == ["到达", "取号", "叫号", "受理", "办结", "离开"]
    rows = shared.taps(TAPS.c.visit == UUID(phone.visit))
    assert sorted(row.seq for row in rows) == [*range(1, 8)]
    assert max(rows, key=lambda row: row.received_at).kind == "begin"
    ledger.settle(shared)


def test_f10_request_arrives_three_days_late(
    shared: Server, world: World, phone_of: MakeSender, ledger: Ledger
) -> None:
    phone = phone_of(shared.port, begin=False)
    then = int(time.time() * 1000) - 3 * DAY_MS
    phone.send(phone.begin(at=then, **world.place))
    stored = phone.send(phone.make("stage", "arrive", at=then + 5_000))
    came = int(stored.receipt[1] or 0)
    assert came - then > 3 * DAY_MS - 60_000  # when it was received stands beside when it was made
    visits = table(Visit)
    day = shared.rows(sa.select(visits.c.day).where(visits.c.id == UUID(phone.visit)))
    assert day[0].day == clock.day_of(then)
    ledger.settle(shared)
