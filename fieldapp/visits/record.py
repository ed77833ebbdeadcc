"""What a visit's log folds into: the record that a person reads.

Instants are server time in epoch milliseconds. Nothing here holds the `received_at` of a tap that has device
times, so a late delivery of the same taps gives an equal record but for `seal` and what names it.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fieldapp.visits.stopwatch import Begun, Count, Phase, Role, Round, Skipped, StageTime, Stuck, Watch

CHECKED = "手机计时，钟差已核对"
PHONE = "手机计时"
SERVER = "服务器时间"


@dataclass(frozen=True)
class Given:
    """One value that a person gave at an instant; `source` and doubt as for a stage.

    `said` is the person's own word, after own corrections; `value` is what counts, which a leader may have decided."""

    value: str
    said: str
    text: str | None
    at: int
    tap: UUID
    source: str
    doubtful: bool
    photos: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()  # which criteria were not met
    first_value: str | None = None  # kept when the person's own correction changed it
    corrected_by: UUID | None = None  # the newest correction, the leader's too
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
    settled_at: int | None = None
    reason: str | None = None

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
    """Where one stored row went; place is counted, struck, late, flagged, rival, after (review), or counting:
    a press on the way to the number that counts."""

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
    rounds: tuple[Round, ...] = ()  # of each person who pressed a stage
    doer: UUID | None = None  # whose stage times count
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
