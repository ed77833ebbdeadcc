"""The taps that have an effect, each with its content after undo and corrections. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fieldapp.visits.amending import NOT_CORRECTED, correct, corrected_fields, reason_of, undo
from fieldapp.visits.frame import Frame
from fieldapp.visits.holding import plain
from fieldapp.visits.instants import When, key_of
from fieldapp.visits.kinds import KINDS, Tap, problems_of
from fieldapp.visits.log import Log, opened
from fieldapp.visits.record import Conflict, Rival


@dataclass(frozen=True)
class Entry:
    """A tap that has an effect, with its content after corrections."""

    tap: Tap
    index: int  # place in the order of the whole log
    when: When
    at: int  # after a correction of the instant
    payload: Mapping[str, Any]
    own_payload: Mapping[str, Any]  # before a leader's corrections
    is_moved: bool = False  # the correction named the instant itself
    corrected_by: UUID | None = None
    corrector: UUID | None = None
    reason: str | None = None

    @property
    def person(self) -> UUID:
        return self.tap.person


def read(taps: Iterable[Tap], frame: Frame) -> Log:
    """The log, ordered, with undo and corrections applied."""
    log = opened(taps, frame)
    undo(log)
    correct(log)
    return log


def entries(log: Log) -> list[Entry]:
    """The taps that have an effect, in order; what they lack is flagged."""
    found = []
    for tap in log.taps:
        corrections = log.corrections.get(tap.id, [])
        if tap.id in log.rivals:
            if not corrections or tap != _chosen(log.rivals[tap.id], corrections):
                continue
        elif not (log.may_act(tap) or corrections):
            continue
        entry = _entry(log, tap, corrections)
        if tap.kind not in NOT_CORRECTED and _is_readable(log, entry):
            found.append(entry)
    return found


def _chosen(rivals: list[Tap], corrections: list[Tap]) -> Tap:
    """The rival whose digest the leader named, else the first in order."""
    named = [tap for c in reversed(corrections) for tap in rivals if tap.digest == c.payload.get("digest")]
    return (named or rivals)[0]


def _entry(log: Log, tap: Tap, corrections: list[Tap]) -> Entry:
    payload = plain(tap.payload) if tap.kind in KINDS else dict(tap.payload)
    own = dict(payload)
    for correction in corrections:
        payload |= corrected_fields(correction)
        if correction.person not in log.frame.leaders:
            own |= corrected_fields(correction)
    own.pop("@", None)
    when, moved = log.when[key_of(tap)], payload.pop("@", None)
    last = corrections[-1] if corrections else None
    return Entry(
        tap, log.index[key_of(tap)], when, when.at if moved is None else moved, payload, own,
        moved is not None,
        last.id if last else None, last.person if last else None, reason_of(last) if last else None,
    )  # fmt: skip


def _is_readable(log: Log, entry: Entry) -> bool:
    """Flag what the content lacks; whether enough is left to have an effect."""
    tap, corrected = entry.tap, entry.corrected_by is not None
    codes = problems_of(tap.kind, entry.payload) if tap.kind in KINDS else {"unknown_kind": True}
    if tap.kind in KINDS and plain(tap.payload) != tap.payload and not any(codes.values()):
        codes["doubled_field"] = False
    for code, is_fatal in codes.items():
        log.flag(tap, code, "flagged" if is_fatal and not corrected else None)
    return not any(codes.values())


def same_id_conflicts(log: Log) -> list[Conflict]:
    """Same id, other content: none counts until a leader's correction."""
    found = []
    for identity, taps in log.rivals.items():
        if not any(log.is_inside(tap) for tap in taps):
            continue  # a stranger's two contents are no matter of this record
        corrections = log.corrections.get(identity, [])
        rivals = tuple(Rival(tap.person, _summary(tap), tap.id, tap.digest) for tap in taps)
        found.append(Conflict("same_id", str(identity), rivals, corrections[-1].id if corrections else None))
    return found


def _summary(tap: Tap) -> str:
    return "，".join(str(tap.payload[name]) for name in sorted(tap.payload) if name != "photos")
