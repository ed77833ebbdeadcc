"""What the briefing froze and where the visit stands: all that the fold knows besides the taps."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Stage:
    """A stage is an instant; `phase_label` names the time after it."""

    code: str
    label: str
    phase_label: str | None = None


@dataclass(frozen=True)
class Item:
    id: str
    text: str
    criterion_index: int | None = None


@dataclass(frozen=True)
class Problem:
    id: str
    number: str
    text: str
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measure:
    id: str
    text: str


@dataclass(frozen=True)
class Frame:
    """What the briefing froze, and where the visit stands. Ids are written as taps write them."""

    stages: tuple[Stage, ...] = ()
    items: tuple[Item, ...] = ()
    problems: tuple[Problem, ...] = ()
    measures: tuple[Measure, ...] = ()
    participants: tuple[UUID, ...] = ()  # empty: an unplanned visit that nobody has confirmed yet
    admitted: tuple[
        UUID, ...
    ] = ()  # taken in by the office after the hand-in: their taps count, as late ones
    leaders: tuple[UUID, ...] = ()
    apart_ms: int = 60_000
    frozen_at: int | None = None  # hand-in: whoever first taps later does not become a participant
    reviewed_at: int | None = None  # what is received later stands outside the record
    closed_at: int | None = None
    # from each return to the hand-in after it: what is received then may judge anew
    sent_back: tuple[tuple[int, int | None], ...] = ()
