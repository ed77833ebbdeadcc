"""Everybody at once, and beside a long look at everything."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.databases import free_port
from tests.faults.conftest import MakeSender
from tests.faults.ledger import Ledger
from tests.faults.sender import Sender
from tests.faults.server import Server
from tests.faults.snapshots import snapshot

PHONES, TAPS_EACH, PHOTO = 200, 5, 200_000
AIM = 2.0  # seconds for nineteen of twenty taps
LONGEST = 90.0


@contextmanager
def bare(folder: Path) -> Iterator[int]:
    """The floor: a server that does one commit a request and nothing else; its port."""
    port = free_port()
    program = [
        sys.executable,
        str(Path(__file__).with_name("bare.py")),
        str(port),
        str(folder / "bare.sqlite"),
    ]
    with subprocess.Popen(program) as process:
        for _ in range(200):
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            time.sleep(0.05)
        try:
            yield port
        finally:
            process.kill()


def all_at_once(phones: list[Sender]) -> float:
    """Every phone sends all it has from the same moment on; seconds until the last is through."""
    start = threading.Barrier(len(phones))

    def send(phone: Sender) -> None:
        start.wait()
        phone.drain(time.monotonic() + LONGEST)

    threads = [threading.Thread(target=send, args=(phone,)) for phone in phones]
    began = time.monotonic()
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return time.monotonic() - began


def crowd(port: int, ledger: Ledger, like: list[Sender], place: dict[str, str]) -> list[Sender]:
    """Phones that are logged in already, each with a visit under way."""
    made = []
    for n in range(PHONES):
        pattern = like[n % 2]
        cookies = {**pattern.cookies, "device": f"crowd{n}"}
        phone = Sender(port, pattern.person, ledger, cookies=cookies, timeout=LONGEST)
        phone.send(phone.begin(**place))  # this morning
        for tap in range(TAPS_EACH):
            phone.make("note", text=f"第 {tap} 句")
        phone.make("photo", photo=snapshot(PHOTO), taken="camera")
        made.append(phone)
    return made


def p95(phones: list[Sender], *kinds: str) -> float:
    waits = sorted(wait for phone in phones for kind in kinds for wait in phone.waits.get(kind, []))
    return waits[int(len(waits) * 0.95) - 1]


@pytest.mark.long_fault
@pytest.mark.timeout(300)
def test_f38_two_hundred_phones_at_half_past_five(
    server: Server, phone_of: MakeSender, ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.start()
    like = [phone_of(server.port, name, begin=False) for name in ("inspector1", "inspector2")]
    with bare(tmp_path) as port:
        least = crowd(port, Ledger(), like, server.world.place)
        floor = all_at_once(least)
    phones = crowd(server.port, ledger, like, server.world.place)
    took = all_at_once(phones)
    refused = [status for phone in phones for status in phone.unexplained]
    with capsys.disabled():
        for name, those, seconds in (("app", phones, took), ("floor", least, floor)):
            print(
                f"\nF38 {name}: {PHONES} phones, {PHONES * TAPS_EACH} taps, {PHONES} photos of {PHOTO // 1000} kB: "
                f"p95 of taps {p95(those, 'note'):.2f} s, of photos {p95(those, 'photo'):.2f} s, "
                f"all in after {seconds:.1f} s",
                end="",
            )
    assert not refused
    sums = ledger.settle(server, [each for phone in phones for each in phone.waiting()])
    assert sums.on_server == PHONES * (TAPS_EACH + 2)
    assert p95(phones, "note") < max(AIM, 6 * p95(least, "note"))
