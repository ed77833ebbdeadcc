"""What a visit's log folds into: the record that a person reads.

Instants are server time in epoch milliseconds. Nothing here holds the `received_at` of a tap that has device
times, so a late delivery of the same taps gives an equal record but for `seal` and what names it.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

CHECKED = "手机计时，钟差已核对"
PHONE = "手机计时"
SERVER = "服务器时间"


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
    what: str
    n: int
    by: UUID
    at: int
    tap: UUID
    first_n: int | None = None
    corrected_by: UUID | None = None


@dataclass(frozen=True)
class Given:
    """One value that a person gave at an instant; `source` and doubt as for a stage."""

    value: str
    text: str | None
    at: int
    tap: UUID
    source: str
    doubtful: bool
    photos: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()  # which criteria were not met
    first_value: str | None = None  # kept when a correction changed it
    corrected_by: UUID | None = None
    corrector: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Judgement:
    """What one person says of an item, measure or problem ("" for the whole): the last that counts."""

    subject: str
    person: UUID
    given: Given
    history: tuple[Given, ...] = ()

    @property
    def value(self) -> str:
        return self.given.value


@dataclass(frozen=True)
class Remark:
    """A note, interview or finding; `payload` is what was typed, after corrections."""

    kind: str
    by: UUID
    at: int
    tap: UUID
    source: str
    payload: dict[str, Any]
    first_payload: dict[str, Any] | None = None
    corrected_by: UUID | None = None

    @property
    def text(self) -> str:
        return str(self.payload.get("text", ""))


@dataclass(frozen=True)
class Photo:
    by: UUID
    at: int
    tap: UUID
    source: str
    doubtful: bool
    slot: str | None
    problem: str | None
    taken: str | None
    name: str | None
    file_sha256: str | None  # None: its bytes have not come


@dataclass(frozen=True)
class Rival:
    person: UUID
    value: str
    tap: UUID
    digest: str


@dataclass(frozen=True)
class Conflict:
    """kind: answer, conclusion, same_id, countersign. Open until a leader's correction."""

    kind: str
    subject: str
    rivals: tuple[Rival, ...]
    settled_by: UUID | None = None  # the leader's correction
    settled_value: str | None = None

    @property
    def is_open(self) -> bool:
        return self.settled_by is None


@dataclass(frozen=True)
class Struck:
    """A tap shown struck through: undone, or its value replaced by a correction."""

    tap: UUID
    how: str  # undone | corrected
    by_tap: UUID
    by: UUID
    reason: str | None
    kind: str
    payload: dict[str, Any]  # the first value, as it was tapped


@dataclass(frozen=True)
class Handin:
    person: UUID
    device: str
    tap: UUID
    at: int
    manifest: dict[str, Any]
    complete: bool
    missing_taps: int  # other than photos
    missing_photos: int
    lacking: tuple[int, ...] = ()  # the first hundred numbers that have not come
    superseded: bool = False  # the same device handed in again


@dataclass(frozen=True)
class Countersign:
    by: UUID
    tap: UUID
    at: int
    seal: str
    agrees: bool
    text: str | None
    valid: bool  # names the seal that the record has now


@dataclass(frozen=True)
class Flag:
    tap: UUID | None  # None: it concerns the whole record
    code: str
    sentence: str


@dataclass(frozen=True)
class Line:
    """Where one stored row went; place is counted, struck, late, flagged, rival or after (review)."""

    tap: UUID
    digest: str
    person: UUID
    kind: str
    at: int
    source: str
    doubtful: bool
    place: str
    wall_ms: int | None  # as the phone said it
    origin_ms: int | None  # another one: the page, or the phone, started anew


@dataclass(frozen=True)
class Record:
    """Everything that is shown of a visit."""

    begun: Begun | None = None
    roles: tuple[Role, ...] = ()
    participants: tuple[UUID, ...] = ()
    stages: tuple[StageTime, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    phases: tuple[Phase, ...] = ()  # 等候, 办理, 全程
    between: tuple[Phase, ...] = ()  # from each stage to the next, by the stages' own labels
    stuck: tuple[Stuck, ...] = ()
    watches: tuple[Watch, ...] = ()
    counts: tuple[Count, ...] = ()
    answers: tuple[Judgement, ...] = ()
    claims: tuple[Judgement, ...] = ()
    conclusions: tuple[Judgement, ...] = ()
    overall: tuple[Judgement, ...] = ()
    notes: tuple[Remark, ...] = ()
    interviews: tuple[Remark, ...] = ()
    findings: tuple[Remark, ...] = ()
    photos: tuple[Photo, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    struck: tuple[Struck, ...] = ()
    handins: tuple[Handin, ...] = ()
    countersigns: tuple[Countersign, ...] = ()
    late: tuple[UUID, ...] = ()
    after_review: tuple[UUID, ...] = ()
    seal: str = ""
    flags: tuple[Flag, ...] = ()
    missing: tuple[str, ...] = ()
    unsigned: tuple[UUID, ...] = ()  # whose countersign of the present record is still wanted
    next_stage: str | None = None  # of whoever does the business
    next_stages: tuple[tuple[UUID, str | None], ...] = ()  # of each participant
    is_handed_in: bool = False
    lines: tuple[Line, ...] = ()  # the whole log in order
