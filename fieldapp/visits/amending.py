"""Undo and correct: neither deletes, both strike through. Pure.

Undo takes one's own tap out, before one's own hand-in. An undo cannot itself be undone (it is flagged and
does nothing): the thing is recorded anew, at its own instant. Undoing a correction gives the value before it
back. Corrections add up in order, the later one winning field by field. After one's own hand-in, when the
colleague's judgements can be read, one's own stand: only a leader's correction changes them, and one's own once
the record has been sent back, when what is missing may be a judgement.
"""

from typing import Any
from uuid import UUID

from fieldapp.ids import read_id
from fieldapp.visits.holding import is_instant, plain
from fieldapp.visits.instants import key_of
from fieldapp.visits.kinds import KINDS, Tap, problems_of
from fieldapp.visits.log import JUDGEMENTS, Log
from fieldapp.visits.record import Struck

NOT_UNDONE = frozenset({"undo", "handin", "countersign"})
NOT_CORRECTED = frozenset({"undo", "correct", "handin"})


def target_of(tap: Tap) -> UUID | None:
    return read_id(str(tap.payload.get("tap")))


def undo(log: Log) -> None:
    """Take out what an undo names, and flag the undo that may not."""
    for tap in log.taps:
        if tap.kind != "undo" or not log.may_act(tap):
            continue
        identity = target_of(tap)
        target = log.by_id.get(identity) if identity else None
        code = _why_not_undone(log, tap, target)
        if code or target is None:
            log.flag(tap, code or "no_target", "flagged")
            continue
        log.undone.add(target.id)
        log.place[key_of(target)] = "struck"
        log.struck.append(Struck(target.id, "undone", tap.id, tap.person, None, target.kind, _first(target)))


def _why_not_undone(log: Log, tap: Tap, target: Tap | None) -> str:
    if target is None:
        return "rival_target" if target_of(tap) in log.rivals else "no_target"
    if target.person != tap.person:
        return "not_yours"
    if target.kind in NOT_UNDONE:
        return "not_undoable"
    if log.index[key_of(tap)] > log.first_handin.get(tap.person, len(log.taps)):
        return "undo_after_handin"
    return "struck_already" if target.id in log.undone else ""


def correct(log: Log) -> None:
    """Collect the corrections that count, and strike what they replace."""
    for tap in log.taps:
        if tap.kind != "correct" or not log.may_act(tap):
            continue
        code = _why_not_corrected(log, tap)
        if code:
            log.flag(tap, code, "flagged")
        else:
            log.corrections[target_of(tap) or tap.id].append(tap)
    for target, corrections in log.corrections.items():
        _strike(log, target, corrections)


def _why_not_corrected(log: Log, tap: Tap) -> str:
    identity, leads = target_of(tap), tap.person in log.frame.leaders
    if identity in log.rivals:
        return "" if leads else "rival_target"
    target = log.by_id.get(identity) if identity else None
    if target is None or target.kind not in KINDS or not log.is_inside(target):
        return "no_target"
    if not leads and target.person != tap.person:
        return "not_yours"
    if target.kind in NOT_CORRECTED or (target.kind == "countersign" and not leads):
        return "not_correctable"
    if target.id in log.undone:
        return "struck_already"
    judged_late = log.index[key_of(tap)] > log.first_handin.get(tap.person, len(log.taps))
    if not leads and target.kind in JUDGEMENTS and judged_late and not log.is_asked_for(tap):
        return "judged_already"
    return "" if target.kind == "countersign" else _why_empty(target, corrected_fields(tap))


def _why_empty(target: Tap, fields: dict[str, Any]) -> str:
    """A correction that says nothing, or that would leave less than there was."""
    merged = {**plain(target.payload), **fields}
    broken = plain(merged) != merged or any(problems_of(target.kind, merged).values())
    return "unreadable" if fields and broken else "" if fields else "empty_correction"


def corrected_fields(tap: Tap) -> dict[str, Any]:
    """What a correction sets: payload fields, and `@` for the instant."""
    given = tap.payload.get("payload")
    fields = {n: v for n, v in given.items() if n != "@"} if isinstance(given, dict) else {}
    instant = tap.payload.get("instant")
    return {**fields, "@": instant} if is_instant(instant) else fields


def _strike(log: Log, target: UUID, corrections: list[Tap]) -> None:
    last = corrections[-1]
    replaced = [log.by_id[target]] if target in log.by_id and log.by_id[target].kind != "countersign" else []
    for n, tap in enumerate(corrections[:-1]):
        later = {name for other in corrections[n + 1 :] for name in corrected_fields(other)}
        if set(corrected_fields(tap)) <= later:
            replaced.append(tap)
    for tap in replaced:
        log.place[key_of(tap)] = "struck"
        log.struck.append(
            Struck(tap.id, "corrected", last.id, last.person, reason_of(last), tap.kind, _first(tap))
        )


def _first(tap: Tap) -> dict[str, Any]:
    return plain(tap.payload) if tap.kind in KINDS else dict(tap.payload)


def reason_of(tap: Tap) -> str | None:
    parts = [str(tap.payload[name]) for name in ("reason", "text") if tap.payload.get(name)]
    return "：".join(parts) or None
