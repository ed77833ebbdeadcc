"""Beside the taps somebody reads everything, and phones hold connections that they do not use."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from tests.faults.conftest import MakeSender
from tests.faults.ledger import Ledger
from tests.faults.sender import Sender
from tests.faults.server import PROGRAM, ROOT, TAPS, Server

MOST = 1.0  # seconds that a tap may wait for a reader
NAMES = ("alone", "beside an open snapshot", "beside `fieldapp check`")
IDLE = 150  # connections; waitress by itself lets in 100


@contextmanager
def snapshot_of(server: Server) -> Iterator[sa.Connection]:
    """A long read of one moment, as an export or a backup makes it."""
    engine = sa.create_engine(server.address, poolclass=sa.NullPool)
    options = {"isolation_level": "REPEATABLE READ"} if server.url_of_database else {}
    with engine.connect().execution_options(**options) as connection:
        if not server.url_of_database:
            connection.exec_driver_sql("BEGIN")
        yield connection


def slowest(phone: Sender, while_: "subprocess.Popen[bytes] | None" = None, least: int = 20) -> float:
    """Seconds that the slowest of some taps took; for as long as a program runs."""
    waits: list[float] = []
    while len(waits) < least or (while_ is not None and while_.poll() is None):
        start = time.monotonic()
        assert phone.tap("note", text=f"第 {len(waits)} 句").receipt[0]
        waits.append(time.monotonic() - start)
    return max(waits)


@pytest.mark.long_fault
def test_f39_db_read_by_a_long_export(
    server: Server, phone_of: MakeSender, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    phone = phone_of(server.start().port)
    alone = slowest(phone)
    count = sa.select(sa.func.count()).select_from(TAPS)
    with snapshot_of(server) as reader:
        before = reader.scalar(count)
        beside = slowest(phone)
        assert reader.scalar(count) == before
    program = [*PROGRAM, "check", "--all"]  # reads every row and every photo
    with subprocess.Popen(program, cwd=ROOT, env=server.environment, stdout=subprocess.DEVNULL) as checking:
        checked = slowest(phone, checking)
        assert checking.wait() == 0
    with capsys.disabled():
        told = (
            f"{name} {wait * 1000:.0f} ms" for name, wait in zip(NAMES, (alone, beside, checked), strict=True)
        )
        print(f"\nF39: slowest tap {', '.join(told)}")
    assert max(beside, checked) < max(MOST, 5 * alone)
    ledger.settle(server, phone.waiting())


def test_f38_connections_that_idle_keep_nobody_out(
    shared: Server, phone_of: MakeSender, ledger: Ledger
) -> None:
    idle = [Sender(shared.port, "", ledger) for _ in range(IDLE)]
    try:
        for each in idle:
            each.timeout = 5
            each.page("/login")
        assert phone_of(shared.port, timeout=5).tap("stage", "arrive").receipt[0]
    finally:
        for each in idle:
            each.hang_up()
    ledger.settle(shared)
