"""F32: the disk is full, has no inode left, or has turned read-only. It is said, the phone keeps, readers read on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import databases
from tests.faults import disks
from tests.faults.conftest import MakeSender
from tests.faults.ledger import Ledger
from tests.faults.sender import Answer, Sender
from tests.faults.server import Server, World, copy_of
from tests.faults.snapshots import snapshot
from tests.faults.tracing import traced

pytestmark = pytest.mark.long_fault
ROOM = 2 * 2**20  # bytes beyond what the demo takes
MOST = 200  # tries until what is free is used up
WORDS = "服务器存不下了"
only_sqlite = pytest.mark.skipif(
    databases.KIND != "sqlite", reason="PostgreSQL's database lies on another disk than the data folder"
)


@contextmanager
def on_small_disk(world: World, folder: Path, inodes: int = 0) -> Iterator[Server]:
    disks.ask_for_root()
    size, files = disks.size_of(world.data)
    with (
        disks.mounted(folder, size + ROOM, files + inodes if inodes else 0),
        copy_of(world, folder) as server,
    ):
        yield server.start()


def until_refused(phone: Sender, kind: str) -> Answer:
    """Taps that each take some room, until one is not taken."""
    for _ in range(MOST):
        more = {"photo": snapshot(200_000), "taken": "camera"} if kind == "photo" else {"text": "字" * 1500}
        answer = phone.tap(kind, **more)
        if answer.receipt[0] is None:
            return answer
    raise AssertionError("the disk is not full")


def is_told(phone: Sender, answer: Answer) -> None:
    """To the outbox by its number, in words to whoever sends the form itself."""
    assert (answer.status, answer.receipt) == (507, (None, None))
    kept = phone.queue[-1]
    page = phone.ask("POST", f"/n/{phone.visit}/taps", kept.body, kept.type)
    assert (page.status, page.receipt) == (507, (None, None))
    assert WORDS in page.text


def readers_read(phone: Sender, server: Server, phone_of: MakeSender) -> None:
    for path in (f"/n/{phone.visit}", f"/n/{phone.visit}/all", f"/n/{phone.visit}/log"):
        phone.page(path)


def all_gets_through(phone: Sender, server: Server, ledger: Ledger) -> None:
    ledger.settle(server, phone.waiting())
    phone.drain(time.monotonic() + 60)
    assert not phone.queue
    server.is_sound()
    ledger.settle(server)


@only_sqlite
@pytest.mark.parametrize("kind", ["note", "photo"])
def test_f32_disk_full(world: World, tmp_path: Path, phone_of: MakeSender, ledger: Ledger, kind: str) -> None:
    with on_small_disk(world, tmp_path / "data") as server:
        phone = phone_of(server.port)
        filler = disks.fill(server.data)
        is_told(phone, until_refused(phone, kind))
        readers_read(phone, server, phone_of)
        filler.unlink()
        all_gets_through(phone, server, ledger)


def test_f32_inodes_used_up(world: World, tmp_path: Path, phone_of: MakeSender, ledger: Ledger) -> None:
    with on_small_disk(world, tmp_path / "data", inodes=20) as server:
        phone = phone_of(server.port)
        filler = disks.use_up_inodes(server.data)
        is_told(phone, until_refused(phone, "photo"))
        assert phone.tap("stage", "arrive").receipt[0]  # a tap needs no new file
        readers_read(phone, server, phone_of)
        for each in filler:
            each.unlink(missing_ok=True)
        all_gets_through(phone, server, ledger)


@only_sqlite
@pytest.mark.parametrize("kind", ["note", "photo"])
def test_f32_read_only_while_serving(server: Server, phone_of: MakeSender, ledger: Ledger, kind: str) -> None:
    """A disk that is in use cannot be remounted; every write of the server is answered EROFS instead."""
    phone = phone_of(server.start().port)
    with traced(server, "trace=pwrite64,fchmod", "inject=pwrite64,fchmod:error=EROFS"):
        is_told(phone, until_refused(phone, kind))
        readers_read(phone, server, phone_of)
    all_gets_through(phone, server, ledger)


@only_sqlite
def test_f32_read_only_remount(world: World, tmp_path: Path, phone_of: MakeSender, ledger: Ledger) -> None:
    with on_small_disk(world, tmp_path / "data") as server:
        phone = phone_of(server.port)
        phone.tap("stage", "arrive")
        server.kill()
        disks.remount(server.data, "ro")
        server.start()
        phone.hang_up()
        is_told(phone, until_refused(phone, "note"))
        is_told(phone, until_refused(phone, "photo"))
        readers_read(phone, server, phone_of)
        server.kill()
        disks.remount(server.data, "rw")
        server.start()
        phone.hang_up()
        all_gets_through(phone, server, ledger)
