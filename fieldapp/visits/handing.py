"""From log to state: manifests, countersigns, and what the hand-in still waits for. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import islice
from uuid import UUID

from fieldapp.visits.amending import reason_of
from fieldapp.visits.assigning import MIN_PEOPLE
from fieldapp.visits.effects import Entry
from fieldapp.visits.instants import key_of
from fieldapp.visits.kinds import OUTSIDE_SEAL, Tap, covered, has_photo, is_complete, manifest
from fieldapp.visits.log import Log
from fieldapp.visits.record import Conflict, Countersign, Handin, Rival
from fieldapp.visits.words import conflict_sentence

NUMBERS_SHOWN = 100


def handins(log: Log) -> tuple[Handin, ...]:
    """In order; of one person's device the last one counts, since it covers the earlier."""
    taps = [tap for tap in log.taps if tap.kind == "handin" and log.is_free(tap)]
    last = {(tap.person, tap.device): tap.id for tap in taps}
    return tuple(_handin(tap, log, last[tap.person, tap.device] != tap.id) for tap in taps)


def _handin(tap: Tap, log: Log, superseded: bool) -> Handin:
    said = tap.payload
    own = [other for other in log.taps if (other.person, other.device) == (tap.person, tap.device)]
    inside = covered(said, own)
    there = manifest(inside)
    bare = sum(
        other.kind == "photo" and not has_photo(other) for other in inside
    )  # the row came, not its bytes
    photos = max(0, said["photos"] - there["photos"])
    others = max(0, said["taps"] - there["taps"] - max(0, photos - bare))
    present = {other.seq for other in inside}
    numbers = range(said["first_seq"], said["last_seq"] + 1) if said["taps"] > there["taps"] else range(0)
    lacking = tuple(islice((n for n in numbers if n not in present), NUMBERS_SHOWN))
    at = log.when[key_of(tap)].at
    complete = is_complete(said, own)
    return Handin(
        tap.person, tap.device, tap.id, at, dict(said), complete, others, photos, lacking, superseded
    )


def countersigns(entries: Iterable[Entry], seal: str) -> tuple[Countersign, ...]:
    """All that were given; valid while the record is still the one they name."""
    found = []
    for e in entries:
        named, text = str(e.payload["record"]), e.payload.get("text")
        agrees = bool(e.payload["agrees"])
        text = str(text) if text else None
        found.append(Countersign(e.person, e.tap.id, e.at, named, agrees, text, named == seal))
    return tuple(found)


def dissents(signed: Sequence[Countersign], log: Log) -> list[Conflict]:
    """Whose last word is that the record is otherwise. It stays open though the record changes, until that person
    signs again or a leader has dealt with it; once dealt with, a reservation may stand."""
    found = []
    last = {sign.by: sign for sign in signed}
    for person, sign in last.items():
        if not sign.agrees:
            own = [other.tap for other in signed if other.by == person and not other.agrees]
            dealt = [tap for tap_id in own for tap in log.corrections.get(tap_id, [])]
            rival = Rival(person, sign.text or "", sign.tap, sign.seal)
            conflict = Conflict("countersign", str(person), (rival,))
            if dealt:
                at, reason = log.when[key_of(dealt[-1])].at, reason_of(dealt[-1])
                conflict = replace(conflict, settled_by=dealt[-1].id, settled_at=at, reason=reason)
            found.append(conflict)
    return found


def unsigned(log: Log, signed: Sequence[Countersign], conflicts: Iterable[Conflict]) -> set[UUID]:
    """Whose countersign of the present record is still wanted: everyone's but the last one's to hand in, and that one's
    too once a leader has decided against him, he has signed that it is otherwise, or somebody has added to what was
    sent back since."""
    last = max(log.last_handin, key=lambda person: log.last_handin[person], default=None)
    overruled = {
        rival.person
        for conflict in conflicts
        if conflict.settled_value is not None
        for rival in conflict.rivals
        if rival.value != conflict.settled_value
    }
    heard = overruled | {sign.by for sign in signed if not sign.agrees}
    if last and _is_added_to(log, last):
        heard.add(last)
    return set(log.people) - ({last} - heard) - {sign.by for sign in signed if sign.valid}


def _is_added_to(log: Log, last: UUID) -> bool:
    """Whether a colleague has put something into the returned record after the last one's hand-in."""
    others = set(log.people) - {last}
    newer = log.taps[log.last_handin[last] + 1 :]
    return any(
        tap.person in others and tap.kind not in OUTSIDE_SEAL and log.is_asked_for(tap) for tap in newer
    )


def missing(
    log: Log, handed: Sequence[Handin], open_conflicts: int, waiting: Collection[UUID]
) -> tuple[str, ...]:
    """Sentences for the screen; none left means handed in."""
    counting = [handin for handin in handed if not handin.superseded]
    absent = [person for person in log.people if person not in log.last_handin]
    taps = sum(handin.missing_taps for handin in counting if not handin.complete)
    photos = sum(handin.missing_photos for handin in counting if not handin.complete)
    odd = any(not (h.complete or h.missing_taps or h.missing_photos) for h in counting)
    found = []
    if len(log.people) < MIN_PEOPLE:  # one person's record is never complete by itself
        found.append("至少要两个人的记录")
    if absent:
        found.append(f"还有 {len(absent)} 人没交")
    if taps:
        found.append(f"还差 {taps} 条记录")
    if photos:
        found.append(f"还差 {photos} 张照片")
    if odd:
        found.append("清点对不上，再交一次")
    if open_conflicts:
        found.append(conflict_sentence(open_conflicts))
    if waiting and not found:
        found.append(f"等 {len(waiting)} 人会签")
    return tuple(found)
