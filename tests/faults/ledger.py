"""What was tapped, and the final check of every fault: each tap that was made is on the server or on a phone, once,
under its person and visit, with the instant at which it was made and the bytes that were photographed."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.faults.server import TAPS, Server


@dataclass(frozen=True)
class Made:
    """A tap that the phone showed as made."""

    id: str
    visit: str
    person: str
    kind: str
    wall_ms: int | None = None  # None: without script the phone has no say
    sha256: str | None = None
    payload: tuple[tuple[str, str], ...] = ()  # what the form said, where the test knows it


@dataclass
class Ledger:
    """The taps of a test."""

    made: dict[tuple[str, str | None, tuple[tuple[str, str], ...]], Made] = field(default_factory=dict)
    tried: set[str] = field(default_factory=set)  # pressed; whether the page showed it is not known
    acknowledged: set[str] = field(default_factory=set)

    def make(self, tap: Made) -> None:
        """The page has shown it."""
        self.made[tap.id, tap.sha256, tap.payload] = tap
        self.tried.add(tap.id)

    @property
    def visits(self) -> set[str]:
        return {tap.visit for tap in self.made.values()}

    def settle(self, server: Server, waiting: Iterable[dict[str, Any]] = ()) -> "Sums":
        """The final check; `waiting` is what the phones still hold. Fails with every fault it finds."""
        stored, phones = stored_by_id(server, self.visits), by_id(waiting)
        faults: list[str] = []
        for tap in self.made.values():
            faults += _faults(tap, stored.get(tap.id, []), phones.get(tap.id, []), server)
        faults += self._doubled(stored, phones)
        lost = self.acknowledged - stored.keys()
        faults += [f"{each}: acknowledged, and not on the server" for each in sorted(lost)]
        assert not faults, "\n".join(faults)
        there = {tap.id for tap in self.made.values()}
        return Sums(len(self.made), len(there & stored.keys()), len(there & phones.keys()))

    def _doubled(self, stored: dict[str, list[Any]], phones: dict[str, list[dict[str, Any]]]) -> list[str]:
        """As many rows as were made, and none that nobody made."""
        count = {tap.id: 0 for tap in self.made.values()}
        for tap in self.made.values():
            count[tap.id] += 1
        more = [
            f"{each}: {len(rows)} times on the server, made {count.get(each, 0)} times"
            for each, rows in stored.items()
            if len(rows) > count.get(each, each in self.tried)
        ]
        return more + [
            f"{each}: {len(rows)} times on a phone" for each, rows in phones.items() if len(rows) > 1
        ]


@dataclass(frozen=True)
class Sums:
    made: int
    on_server: int
    on_phone: int


def stored_by_id(server: Server, visits: Iterable[str]) -> dict[str, list[Any]]:
    """The rows of some visits by the tap's id."""
    found: dict[str, list[Any]] = {}
    for row in server.taps(TAPS.c.visit.in_([UUID(each) for each in visits])):
        found.setdefault(str(row.id), []).append(row)
    return found


def by_id(waiting: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for each in waiting:
        found.setdefault(each["id"], []).append(each)
    return found


def _faults(tap: Made, stored: list[Any], held: list[dict[str, Any]], server: Server) -> list[str]:
    rows = [row for row in stored if _is(row, tap)]
    if not rows and not held:
        return [f"{tap}: lost" + (f"; the server has {stored}" if stored else "")]
    faults = [f"{tap}: on a phone as {each}" for each in held if not _is_held(each, tap)]
    for row in rows:
        if (str(row.person), str(row.visit), row.kind) != (tap.person, tap.visit, tap.kind):
            faults.append(f"{tap}: misfiled as {row}")
        if tap.wall_ms != row.wall_ms:
            faults.append(f"{tap}: another instant, {row.wall_ms}")
        if tap.sha256 and not is_on_disk(server, tap.sha256):
            faults.append(f"{tap}: its photo is not on disk as it was taken")
    return faults


def _is(row: Any, tap: Made) -> bool:
    """Whether a row has this content; of rivals each has its own."""
    said = all(f'"{name}":"{value}"' in row.payload for name, value in tap.payload)
    return bool(row.file_sha256 == tap.sha256 and said)


def _is_held(held: dict[str, Any], tap: Made) -> bool:
    same = (held["person"], held["visit"], held["kind"]) == (tap.person, tap.visit, tap.kind)
    return same and held["wall_ms"] == tap.wall_ms


def is_on_disk(server: Server, sha256: str) -> bool:
    path = server.photos / sha256
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256
