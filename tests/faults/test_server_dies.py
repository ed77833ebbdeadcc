"""The server dies at the worst moment, and comes back with its clock set back."""

import random
import time
from http.client import HTTPException

import pytest

from tests import databases
from tests.faults.conftest import MakeSender
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.server import Server
from tests.faults.snapshots import snapshot
from tests.faults.tracing import traced

FIVE_MINUTES = 5 * 60_000


@pytest.mark.long_fault
def test_f29_server_clock_steps_back_five_minutes(
    server: Server, phone_of: MakeSender, ledger: Ledger
) -> None:
    phone = phone_of(server.start().port)
    received = [int(phone.tap("stage", "arrive").receipt[1] or 0)]
    server.restart(FIELDAPP_CLOCK=str(int(time.time() * 1000) - FIVE_MINUTES))
    phone.hang_up()
    received += [int(phone.tap("stage", stage).receipt[1] or 0) for stage in ("ticket", "call")]
    log = phone.page(f"/n/{phone.visit}/log")
    assert log.index("到达") < log.index("取号") < log.index("叫号")
    server.is_sound()
    ledger.settle(server, phone.waiting())
    assert received == sorted(received)


# with a photo: the file's fsync, the folder's, and SQLite's own of the commit (PostgreSQL syncs in its own process)
SYNCS = [("fsync", 1), ("fsync", 2)] + [("fdatasync", 1)] * (databases.KIND == "sqlite")


@pytest.mark.parametrize(("call", "nth"), SYNCS, ids=["photo", "folder", "commit"][: len(SYNCS)])
def test_f30_server_killed_during_commit(
    server: Server, phone_of: MakeSender, ledger: Ledger, call: str, nth: int
) -> None:
    phone = phone_of(server.start(threads=1).port)
    kept = phone.make("photo", photo=snapshot(), taken="camera")
    with traced(server, f"trace={call}", f"inject={call}:signal=SIGKILL:when={nth}"):
        with pytest.raises((OSError, HTTPException)):
            phone.send(kept)
        server.wait_until_dead()
    server.start()
    ledger.settle(server, phone.waiting())  # absent, or complete
    assert phone.send(kept).receipt[0] == kept.id
    server.is_sound()
    ledger.settle(server, phone.waiting())


@pytest.mark.long_fault
def test_f30_server_killed_under_load(server: Server, phone_of: MakeSender, ledger: Ledger) -> None:
    server.start()
    phones = [phone_of(server.port, f"inspector{n % 2 + 1}", begin=False) for n in range(4)]
    load = Load(server, phones, random.Random(30)).start()
    for _ in range(3):
        load.kill_server()
    load.finish()
    sums = ledger.settle(server)
    assert sums.on_server == sums.made
    server.is_sound()
