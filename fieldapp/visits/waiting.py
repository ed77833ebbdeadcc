"""What a record still waits for, said by name for the hand-in page. Pure; `missing` of the record is what decides."""

from collections.abc import Iterable, Mapping, Set
from uuid import UUID

from fieldapp.visits.handing import AT_LEAST
from fieldapp.visits.record import Handin, Line, Record
from fieldapp.visits.words import conflict_sentence

Names = Mapping[UUID, str]


def counting(record: Record) -> list[Handin]:
    """The hand-ins that stand, one a device."""
    return [row for row in record.handins if not row.superseded]


def wanted(record: Record, names: Names) -> tuple[str, ...]:
    """One sentence each; a countersign is asked for only when nothing else would change what is signed."""
    handed = {row.person for row in record.handins}
    absent = [person for person in record.participants if person not in handed]
    found = ["至少要两个人的记录"] if len(record.participants) < AT_LEAST else []
    found += [f"等{_said(absent, names)}交"] if absent else []
    found += [_short(row, names) for row in counting(record) if not row.complete]
    still_open = sum(conflict.is_open for conflict in record.conflicts)
    found += [conflict_sentence(still_open)] if still_open and not absent else []
    if record.unsigned and not found:
        signers = [person for person in record.participants if person in record.unsigned]
        found.append(f"等{_said(signers, names)}会签")
    return tuple(found)


def is_on_its_way(record: Record) -> bool:
    """Whether something that was handed in has not come yet, and comes by itself."""
    return any(row.missing_taps or row.missing_photos for row in counting(record) if not row.complete)


def is_to_sign(record: Record, person: UUID) -> bool:
    """Whether this person's countersign is wanted now: earlier it would be of what still changes."""
    settled = not any(conflict.is_open for conflict in record.conflicts)
    whole = all(row.complete for row in counting(record))
    return settled and whole and is_all_in(record) and person in record.unsigned


def is_all_in(record: Record) -> bool:
    """Whether everybody has handed in, so that there is one record to compare."""
    handed = {row.person for row in record.handins}
    return len(record.participants) >= AT_LEAST and set(record.participants) <= handed


def before_signing(record: Record, person: UUID) -> str:
    """What has come since this person's last countersign, or else since the hand-ins, and is to be read first."""
    signed = max((sign.at for sign in record.countersigns if sign.by == person), default=None)
    since = [line for line in record.lines if signed is None or line.at >= signed]
    settled = {conflict.settled_by for conflict in record.conflicts if not conflict.is_open}
    decided = [line.tap for line in since if line.kind == "correct" and _is_leaders(line, record, settled)]
    if decided:  # of a dissent that the leader has dealt with no conflict is left
        places = max(1, len(settled.intersection(decided)))
        return f"组长定过 {places} 处，" + ("看过再签" if signed is None else "记录变了，要再签")
    return "有后补的，记录变了，要再签" if signed is not None else ""


def _is_leaders(line: Line, record: Record, settled: Set[UUID | None]) -> bool:
    return line.tap in settled or line.person not in record.participants


def _said(people: Iterable[UUID], names: Names) -> str:
    return "、".join(names.get(person, "同事") for person in people)


def _short(row: Handin, names: Names) -> str:
    parts = [f"{row.missing_taps} 条记录"] if row.missing_taps else []
    parts += [f"{row.missing_photos} 张照片"] if row.missing_photos else []
    who = names.get(row.person, "同事")
    return f"{who}还差 {'、'.join(parts)}" if parts else f"{who}的清点对不上，再交一次"
