"""Phones at work: threads that live through one visit after the other and send each tap until it is acknowledged, while
somebody kills the server."""

import random
import threading
import time
from dataclasses import dataclass, field

from tests.faults.sender import Sender
from tests.faults.server import Server
from tests.faults.snapshots import snapshot

STAGES = ("arrive", "ticket", "call", "accept", "settle", "leave")
LONGEST_OUTAGE = 120.0  # seconds in which a phone must get through


@dataclass
class Load:
    """Some phones, each with visits of its own, at work until told to stop."""

    server: Server
    phones: list[Sender]
    chance: random.Random
    visits: int = 0
    failed: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        seeds = [random.Random(self.chance.random()) for _ in self.phones]
        self._threads = [
            threading.Thread(target=self._work, args=each, daemon=True)
            for each in zip(self.phones, seeds, strict=True)
        ]

    def start(self) -> "Load":
        for each in self._threads:
            each.start()
        return self

    def finish(self) -> None:
        """Every phone ends the visit it is in, and sends all that it has."""
        self._stop.set()
        for each in self._threads:
            each.join(timeout=2 * LONGEST_OUTAGE)
        assert not self.failed, self.failed

    @property
    def acknowledged(self) -> int:
        return len(self.phones[0].ledger.acknowledged)

    @property
    def broken(self) -> int:
        return sum(phone.broken for phone in self.phones)

    def kill_server(self) -> None:
        """After some more taps have come in, at any moment of the next one; then start it again."""
        wanted, until = self.acknowledged + self.chance.randrange(1, 30), time.monotonic() + LONGEST_OUTAGE
        while self.acknowledged < wanted and not self.failed:
            assert time.monotonic() < until, "nothing comes in any more"
            time.sleep(0.001)
        time.sleep(self.chance.random() * 0.02)
        self.server.restart()

    def _work(self, phone: Sender, chance: random.Random) -> None:
        try:
            while not self._stop.is_set():
                self._visit(phone, chance)
                self.visits += 1
        except BaseException as error:
            self.failed.append(error)

    def _visit(self, phone: Sender, chance: random.Random) -> None:
        phone.new_visit()
        phone.begin(**self.server.world.place)
        self._send(phone)
        for stage in STAGES:
            phone.make("stage", stage)
            if chance.random() < 0.3:
                phone.make("photo", photo=snapshot(size=chance.randrange(2_000, 60_000)), taken="camera")
            if chance.random() < 0.3:
                phone.make("note", text=f"写 {chance.random()}")
            self._send(phone)

    def _send(self, phone: Sender) -> None:
        phone.drain(time.monotonic() + LONGEST_OUTAGE)
        assert not phone.queue, f"not through after {LONGEST_OUTAGE} s: {phone.queue[0].tap}"
