"""F31: the plug is pulled after every system call of a served visit."""

import hashlib
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests import databases
from tests.faults import power
from tests.faults.conftest import MakeSender
from tests.faults.ledger import Ledger
from tests.faults.server import Server, World
from tests.faults.snapshots import snapshot
from tests.faults.tracing import traced

CHANCES = 3  # which unsynced pages reached the disk
only_sqlite = pytest.mark.skipif(
    databases.KIND != "sqlite", reason="PostgreSQL writes its own log, in processes of its own"
)


def found(folder: Path) -> set[str]:
    """The taps in a folder after a cut; every photo that one names must be there, whole."""
    base = sqlite3.connect(folder / "fieldapp.sqlite")
    assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    rows = base.execute("SELECT id, file_sha256 FROM taps").fetchall()
    base.close()
    for sha256 in (each for _, each in rows if each):
        assert hashlib.sha256((folder / "photos" / sha256).read_bytes()).hexdigest() == sha256
    return {tap for tap, _ in rows}


@only_sqlite
@pytest.mark.long_fault
def test_f31_power_cut(
    server: Server,
    world: World,
    phone_of: MakeSender,
    ledger: Ledger,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    log, now = tmp_path / "calls", tmp_path / "now"
    server.start()
    shutil.copytree(server.data, now)
    disk = power.Disk(server.data, now, world.data)
    with traced(server, power.CALLS, log=log, more=power.WHOLE):
        phone = phone_of(server.port)
        for _ in range(3):
            phone.tap("stage", "arrive")
            phone.tap("photo", photo=snapshot(30_000), taken="camera")
        assert len(ledger.acknowledged) == 7
    server.kill()
    acknowledged: set[str] = set()
    cuts = syncs = 0
    for call in power.calls(log):
        disk.take(call)
        syncs += call.name in ("fsync", "fdatasync")
        acknowledged |= {
            each for each in ledger.acknowledged if f"Outbox-Ack: {each}".encode() in b"".join(call.texts)
        }
        for seed in range(CHANCES):
            chance = random.Random(f"{cuts} {seed}") if seed else None
            there = found(disk.lay(tmp_path / "after", chance))
            cuts += 1
            assert {each.replace("-", "") for each in acknowledged} <= there, call.name
    assert acknowledged == ledger.acknowledged
    with capsys.disabled():
        print(f"\nF31: {cuts} cuts, {syncs} syncs, {len(acknowledged)} receipts, none of them lost")
    disk.lay(server.data, None)
    server.start().is_sound()
    ledger.settle(server)
