"""What the stopwatch shows: shapes of a record's stages, phases, rounds, timers and counts."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Begun:
    at: int
    by: UUID
    tap: UUID
    source: str
    plan: str | None
    briefing: int | None
    service_point: str | None
    counter: str | None
    scenario: str | None  # <scenario>@<version>


@dataclass(frozen=True)
class Role:
    person: UUID
    role: str
    consent: bool | None
    at: int
    tap: UUID


@dataclass(frozen=True)
class Moment:
    """One press of one person, corrected and moved back by `ago_s`."""

    at: int
    by: UUID
    tap: UUID
    source: str
    doubtful: bool  # 时间存疑
    wall_ms: int | None  # the phone's own clock, shown beside
    ago_s: int | None = None
    why: str | None = None
    first_at: int | None = None  # kept when a correction moved it
    first_stage: str | None = None  # kept when a correction made it another stage
    corrected_by: UUID | None = None  # the correcting tap
    reason: str | None = None


@dataclass(frozen=True)
class OtherMoment:
    moment: Moment
    apart_ms: int  # the other minus the one that counts
    shown: bool  # more than Frame.apart_ms apart


@dataclass(frozen=True)
class StageTime:
    """A recorded stage: of whoever does the business, else of who has it. Repeats stay in `again`."""

    code: str
    label: str
    moment: Moment
    again: tuple[Moment, ...] = ()
    others: tuple[OtherMoment, ...] = ()

    @property
    def at(self) -> int:
        return self.moment.at

    @property
    def doubtful(self) -> bool:
        return self.moment.doubtful


@dataclass(frozen=True)
class Skipped:
    code: str
    label: str
    by: UUID
    at: int
    tap: UUID
    n: int = 1  # of which round


@dataclass(frozen=True)
class Phase:
    """A duration between two recorded stages; `start` and `end` are stage codes."""

    label: str
    start: str
    end: str
    start_at: int
    end_at: int
    doubtful: bool
    two_people: bool  # its ends were recorded by different people
    n: int = 0  # of which round; 0: there is but one, or all are in it

    @property
    def title(self) -> str:
        return f"第 {self.n} 次{self.label}" if self.n else self.label

    @property
    def ms(self) -> int:
        return self.end_at - self.start_at


@dataclass(frozen=True)
class Stuck:
    reason: str
    text: str | None
    by: UUID
    at: int
    tap: UUID
    stage: str | None  # the last stage this person had recorded
    corrected_by: UUID | None = None


@dataclass(frozen=True)
class Round:
    """第 n 次 of one person, by that person's own times."""

    by: UUID
    n: int
    stages: tuple[StageTime, ...]
    phases: tuple[Phase, ...]  # 等候, 办理
    between: tuple[Phase, ...]
    stuck: Stuck | None  # the 没办成 that nothing but the last stage followed

    @property
    def at(self) -> int:
        return min(stage.at for stage in self.stages)


@dataclass(frozen=True)
class Span:
    start: int
    end: int | None  # None: still running, or never stopped
    start_tap: UUID
    end_tap: UUID | None
    doubtful: bool


@dataclass(frozen=True)
class Watch:
    what: str
    by: UUID
    spans: tuple[Span, ...]

    @property
    def total_ms(self) -> int:
        """The sum of the spans that were stopped."""
        return sum(span.end - span.start for span in self.spans if span.end is not None)

    @property
    def running(self) -> bool:
        return bool(self.spans) and self.spans[-1].end is None


@dataclass(frozen=True)
class Count:
    """A number that was counted; `along` are the presses on the way to it, with what they said."""

    what: str
    n: int
    by: UUID
    at: int
    tap: UUID
    first_n: int | None = None
    corrected_by: UUID | None = None
    along: tuple[tuple[UUID, int], ...] = ()
