"""Folds the taps of a visit into what a person reads. Pure: the same taps in any order give the same record.

What depends on `received_at`: the instant of a tap without device times; `seal` (through the row hashes) and
which countersigns are valid; which taps came after the review. Nothing else does.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from math import inf
from typing import Any
from uuid import UUID

from fieldapp.visits import counting, handing, judgements, moments, rounds
from fieldapp.visits.effects import Entry, entries, read, same_id_conflicts
from fieldapp.visits.frame import Frame, Item, Measure, Problem, Stage
from fieldapp.visits.kinds import Tap, has_photo, seal
from fieldapp.visits.log import JUDGEMENTS, Log
from fieldapp.visits.record import Flag, Judgement, Photo, Record, Remark
from fieldapp.visits.words import SENTENCES, conflict_sentence

__all__ = ["Frame", "Item", "Measure", "Problem", "Record", "Stage", "fold", "has_handed_in", "seen_by"]

Kinds = dict[str, list[Entry]]


def fold(taps: Iterable[Tap], frame: Frame) -> Record:
    """The record of one visit's taps."""
    log = read(taps, frame)
    kinds: Kinds = defaultdict(list)
    for entry in entries(log):
        kinds[entry.tap.kind].append(entry)
    now = seal(tap for tap in log.taps if log.is_inside(tap))
    parts = _stopwatch(kinds, log) | _judged(kinds, log) | _said(kinds, log)
    signed = handing.countersigns(kinds["countersign"], now)
    handed = handing.handins(log)
    conflicts = (*same_id_conflicts(log), *parts.pop("differing"), *handing.dissents(signed, log))
    waiting = handing.unsigned(log, signed, conflicts)
    missing = handing.missing(log, handed, sum(c.is_open for c in conflicts), waiting)
    lines = log.lines()
    return Record(
        participants=log.people,
        conflicts=conflicts,
        struck=tuple(log.struck),
        handins=handed,
        countersigns=signed,
        late=tuple(line.tap for line in lines if line.place == "late"),
        after_review=tuple(line.tap for line in lines if line.place == "after"),
        seal=now,
        flags=_flags(log, parts["begun"] is None),
        missing=missing,
        unsigned=tuple(sorted(waiting)),
        is_handed_in=not missing,
        lines=lines,
        **parts,
    )


def _stopwatch(kinds: Kinds, log: Log) -> dict[str, Any]:
    frame, pressed, skips, stuck = log.frame, kinds["stage"], kinds["skip"], kinds["stuck"]
    people = moments.roles(kinds["begin"], log)
    doer = moments.doer_of(people, pressed)
    recorded = moments.stages(pressed, frame, doer)
    for entry in [*pressed, *skips]:
        if frame.stages and entry.payload["stage"] not in {stage.code for stage in frame.stages}:
            log.flag(entry.tap, "unknown_subject")
    told = moments.stuck(stuck, pressed)
    tried = rounds.rounds(log.people, pressed, stuck, told, frame)
    own = [row for row in tried if row.by == doer]
    following = tuple(
        (person, rounds.next_stage(person, pressed, skips, stuck, frame)) for person in log.people
    )
    first = frame.stages[0].code if frame.stages else None
    return {
        "begun": moments.begun(kinds["begin"], log),
        "roles": people,
        "stages": recorded,
        "skipped": rounds.skipped(skips, pressed, stuck, frame),
        "rounds": tried,
        "doer": doer,
        "phases": rounds.phases_of(recorded, own),
        "between": rounds.between_of(recorded, own, frame),
        "stuck": told,
        "watches": moments.watches(kinds["watch"], log),
        "next_stage": dict(following).get(doer, first) if doer else first,
        "next_stages": following,
    }


def _judged(kinds: Kinds, log: Log) -> dict[str, Any]:
    frame = log.frame
    problems, items = [p.id for p in frame.problems], [i.id for i in frame.items]
    differing = [
        c for kind in judgements.CONFLICT_KINDS for c in judgements.conflicts(kind, kinds[kind], log)
    ]
    return {
        "answers": judgements.judgements("answer", kinds["answer"], items, log),
        "claims": judgements.judgements("claim", kinds["claim"], [m.id for m in frame.measures], log),
        "conclusions": judgements.judgements("conclude", kinds["conclude"], problems, log),
        "overall": judgements.judgements("overall", kinds["overall"], [], log),
        "differing": differing,
    }


def _said(kinds: Kinds, log: Log) -> dict[str, Any]:
    return {
        "counts": counting.counts(kinds["count"], log),
        "notes": _remarks(kinds["note"]),
        "interviews": _remarks(kinds["interview"]),
        "findings": _remarks(kinds["finding"]),
        "photos": tuple(_photo(e, log) for e in moments.by_instant(kinds["photo"])),
    }


def _remarks(entries_: Iterable[Entry]) -> tuple[Remark, ...]:
    return tuple(
        Remark(
            e.tap.kind, e.person, e.at, e.tap.id, e.when.source, dict(e.payload),
            dict(e.tap.payload) if e.payload != e.tap.payload else None, e.corrected_by,
        )
        for e in moments.by_instant(entries_)
    )  # fmt: skip


def _photo(e: Entry, log: Log) -> Photo:
    if not has_photo(e.tap):
        log.flag(e.tap, "no_photo")
    slot, problem, taken, name = (moments.text_of(e, field) for field in ("slot", "problem", "taken", "name"))
    return Photo(
        e.person,
        e.at,
        e.tap.id,
        e.when.source,
        e.when.doubtful,
        slot,
        problem,
        taken,
        name,
        e.tap.file_sha256,
    )


def _flags(log: Log, is_unbegun: bool) -> tuple[Flag, ...]:
    ordered = [
        flag for _, flag in sorted(log.flags, key=lambda pair: (pair[0], pair[1].code, str(pair[1].tap)))
    ]
    unbegun = [Flag(None, "no_begin", SENTENCES["no_begin"])] if is_unbegun and log.taps else []
    return tuple(unbegun + ordered)


def judged_late(taps: Iterable[Tap]) -> dict[UUID, int]:
    """By person, how many judgements came in after the own first hand-in had: an honest phone's may, on a bad network,
    but the colleague's answers could be read by then. Depends on arrival alone, so it is no part of the record."""
    taps = list(taps)
    gave: dict[UUID, int] = {}
    for tap in taps:
        if tap.kind == "handin":
            gave[tap.person] = min(tap.received_at, gave.get(tap.person, tap.received_at))
    late = [
        tap.person for tap in taps if tap.kind in JUDGEMENTS and tap.received_at > gave.get(tap.person, inf)
    ]
    return dict(Counter(late))


def has_handed_in(record: Record, person: UUID) -> bool:
    return any(handin.person == person for handin in record.handins)


def seen_by(record: Record, person: UUID) -> Record:
    """Without the others' judgements and what would betray them, until one's own hand-in."""
    if has_handed_in(record, person):
        return record
    hidden = {
        (line.tap, line.digest)
        for line in record.lines
        if line.person != person and line.kind in {*JUDGEMENTS, "correct", "countersign"}
    }
    ids = {tap for tap, _ in hidden}
    shown = tuple(c for c in record.conflicts if all(rival.person == person for rival in c.rivals))
    waits = [s for s in record.missing if s != conflict_sentence(sum(c.is_open for c in record.conflicts))]
    still_open = sum(c.is_open for c in shown)
    return replace(
        record,
        conflicts=shown,
        struck=tuple(s for s in record.struck if not {s.tap, s.by_tap} & ids),
        countersigns=tuple(sign for sign in record.countersigns if sign.by == person),
        late=tuple(tap for tap in record.late if tap not in ids),
        after_review=tuple(tap for tap in record.after_review if tap not in ids),
        flags=tuple(flag for flag in record.flags if flag.tap not in ids),
        missing=tuple(waits + ([conflict_sentence(still_open)] if still_open else [])),
        lines=tuple(line for line in record.lines if (line.tap, line.digest) not in hidden),
        answers=_own(record.answers, person),
        claims=_own(record.claims, person),
        conclusions=_own(record.conclusions, person),
        overall=_own(record.overall, person),
    )


def _own(judged: Iterable[Judgement], person: UUID) -> tuple[Judgement, ...]:
    return tuple(judgement for judgement in judged if judgement.person == person)
