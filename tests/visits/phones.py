"""Phones that record: a simulated wall and monotonic clock each, beside the true time that nobody's phone knows."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID

from fieldapp.clock import at
from fieldapp.visits import kinds
from fieldapp.visits.kinds import Tap
from fieldapp.visits.timeline import Frame, Item, Measure, Problem, Record, Stage, fold

START = at(2018, 6, 20, 9, 12)
VISIT = UUID(int=1)
ANN, BEN, LEADER, STRANGER = (UUID(int=n) for n in (11, 12, 13, 14))
PROBLEM = "00000000-0000-4000-8000-000000000007"
STAGES = tuple(
    Stage(code, kinds.STAGE_LABELS[code], phase)
    for code, phase in [
        ("arrive", None),
        ("ticket", "等候"),
        ("call", None),
        ("accept", "办理"),
        ("settle", None),
        ("leave", None),
    ]
)
FRAME = Frame(
    stages=STAGES,
    items=(Item("greet", "主动问候"), Item("once", "一次说清要带的材料", 0)),
    problems=(Problem(PROBLEM, "甘棠-07", "窗口办事不力、效率不高", ("材料一次说清",)),),
    measures=(Measure("guide", "办事指南上墙"),),
    participants=(ANN, BEN),
    leaders=(LEADER,),
)
_ids = count(1)


class Phone:
    """One person's phone. Times are milliseconds; `offset` is what the phone last measured of server minus phone."""

    def __init__(
        self, person: UUID, device: str = "", *, start: int = START, wrong_by: int = 0, scripted: bool = True
    ) -> None:
        self.person, self.device, self.scripted = person, device or f"phone-{person.int}", scripted
        self.now = start
        self.wall_ahead = wrong_by
        self.origin, self.mono_zero = start + wrong_by, start
        self.offset: int | None = None
        self.offset_at: int | None = None
        self.seq = 0
        self.taps: list[Tap] = []
        self.measure()

    @property
    def wall(self) -> int:
        return self.now + self.wall_ahead

    def measure(self) -> None:
        """A contact with the server."""
        self.offset, self.offset_at = -self.wall_ahead, self.wall

    def wait(self, seconds: float) -> None:
        self.now += int(seconds * 1000)

    def sleep(self, seconds: float) -> None:
        """Time passes, but this phone's monotonic clock stands still."""
        self.wait(seconds)
        self.mono_zero += int(seconds * 1000)

    def move_clock(self, seconds: float) -> None:
        self.wall_ahead += int(seconds * 1000)

    def new_page(self) -> None:
        """Another page, or the phone started anew: the monotonic clock begins again."""
        self.origin, self.mono_zero = self.wall, self.now

    def tap(self, kind: str, *, file: str | None = None, after: float = 0, **payload: Any) -> Tap:
        self.wait(after)
        self.seq += 1
        timed = self.scripted
        tap = Tap(
            id=UUID(int=0x4000_8000 << 64 | next(_ids)),
            visit=VISIT,
            person=self.person,
            device=self.device,
            seq=self.seq,
            kind=kind,
            v=1,
            payload=payload,
            wall_ms=self.wall if timed else None,
            mono_ms=self.now - self.mono_zero if timed else None,
            origin_ms=self.origin if timed else None,
            offset_ms=self.offset if timed else None,
            offset_at=self.offset_at if timed else None,
            received_at=self.now,
            file_sha256=file,
        )
        self.taps.append(kinds.stamped(tap))
        return self.taps[-1]

    def hand_in(self, **said: Any) -> Tap:
        return self.tap("handin", **{**kinds.manifest(self.taps), **said})

    def undo(self, target: Tap) -> Tap:
        return self.tap("undo", tap=str(target.id))

    def correct(self, target: Tap, **fields: Any) -> Tap:
        instant = fields.pop("instant", None)
        change: dict[str, Any] = {"payload": fields} if fields else {}
        change |= {} if instant is None else {"instant": instant}
        return self.tap("correct", tap=str(target.id), reason="按错了", **change)

    def countersign(self, seal: str, agrees: bool = True, **more: Any) -> Tap:
        return self.tap("countersign", record=seal, agrees=agrees, **more)


def altered(tap: Tap, **fields: Any) -> Tap:
    """The same tap with other fields, hashed as if it had come so."""
    return kinds.stamped(replace(tap, **fields))


def record_of(*logs: Phone | Iterable[Tap], frame: Frame = FRAME) -> Record:
    return fold([tap for log in logs for tap in (log.taps if isinstance(log, Phone) else log)], frame)


def codes_of(record: Record, tap: Tap) -> set[str]:
    return {flag.code for flag in record.flags if flag.tap == tap.id}


def place_of(record: Record, tap: Tap) -> str:
    return next(line.place for line in record.lines if (line.tap, line.digest) == (tap.id, tap.digest))


def answer_of(record: Record, person: UUID = ANN) -> str | None:
    return next((each.value for each in record.answers if each.person == person), None)


def story() -> Phone:
    """The stages of 20 June 2018, pressed by whoever does the business."""
    ann = Phone(ANN)
    ann.tap("begin", role="办事", plan="p", briefing=2, service_point="s", counter="c", scenario="join@3")
    for stage, seconds in [
        ("arrive", 3),
        ("ticket", 1),
        ("call", 276),
        ("accept", 30),
        ("settle", 300),
        ("leave", 135),
    ]:
        ann.tap("stage", stage=stage, after=seconds)
    return ann


def phases_of(record: Record) -> dict[str, float]:
    return {phase.label: phase.ms / 1000 for phase in record.phases}
