"""What each person judged (answers, claims, conclusions, overall) and where two of them differ. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from fieldapp.visits.amending import reason_of
from fieldapp.visits.effects import Entry
from fieldapp.visits.instants import key_of
from fieldapp.visits.log import JUDGEMENTS, Log
from fieldapp.visits.moments import text_of
from fieldapp.visits.record import Conflict, Given, Judgement, Rival

# The moment did not come, or it was not checked: says nothing, so it contradicts nobody.
SILENT = {"answer": "unseen", "conclude": "未核到"}
CONFLICT_KINDS = {"answer": "answer", "conclude": "conclusion"}
CHANGED_ANEW = "退回以后改判"  # what was handed in first stays beside it
UNSURE = "unsure"  # of a claim; contradicts nobody either


def judgements(kind: str, entries: Iterable[Entry], known: Sequence[str], log: Log) -> tuple[Judgement, ...]:
    """Per subject and person the last value in order, the earlier ones as history."""
    given: dict[tuple[str, UUID], list[Given]] = defaultdict(list)
    handed: dict[tuple[str, UUID], Given] = {}
    for e in entries:
        if known and subject_of(e) not in known:
            log.flag(e.tap, "unknown_subject")
        one, who = _given(kind, e), (subject_of(e), e.person)
        if e.index <= log.first_handin.get(e.person, len(log.taps)):
            handed[who] = one
        elif who in handed and one.said != handed[who].said:
            one = replace(one, first_value=handed[who].said, reason=one.reason or CHANGED_ANEW)
        given[who].append(one)
    place = {subject: n for n, subject in enumerate(known)}
    ordered = sorted(given.items(), key=lambda pair: (place.get(pair[0][0], len(place)), pair[0]))
    return tuple(
        Judgement(subject, person, all_[-1], tuple(all_[:-1])) for (subject, person), all_ in ordered
    )


def differing(rows: Iterable[Judgement]) -> frozenset[str]:
    """Subjects on which views differ where they may: of claims and suggestions each stands as it was given."""
    views: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        views[row.subject] |= {row.given.said} - {UNSURE}
    return frozenset(subject for subject, values in views.items() if len(values) > 1)


def subject_of(entry: Entry) -> str:
    name = JUDGEMENTS[entry.tap.kind][0]
    return str(entry.payload.get(name, "")) if name else ""


def _given(kind: str, e: Entry) -> Given:
    name = JUDGEMENTS[kind][1]
    value, said, first = (str(p.get(name, "")) for p in (e.payload, e.own_payload, e.tap.payload))
    return Given(
        value, said, text_of(e, "note" if kind == "answer" else "text"), e.at, e.tap.id, e.when.source,
        e.when.doubtful,
        _texts(e.payload.get("photos")), _texts(e.payload.get("unmet")), first if first != said else None,
        e.corrected_by, e.corrector, e.reason,
    )  # fmt: skip


def _texts(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def conflicts(kind: str, entries: Iterable[Entry], log: Log) -> list[Conflict]:
    """Subjects of which two persons say different things, by what they said themselves.

    A leader's correction of one of the values that stand, made after all of them, settles it.
    """
    standing: dict[str, dict[UUID, Entry]] = defaultdict(dict)
    for e in entries:
        standing[subject_of(e)][e.person] = e
    found = []
    for subject, people in sorted(standing.items()):
        said = {person: _said(kind, e) for person, e in people.items()}
        if len({value for value in said.values() if value != SILENT[kind]}) > 1:
            found.append(_conflict(kind, subject, said, people, log))
    return found


def _said(kind: str, e: Entry) -> str:
    return str(e.own_payload.get(JUDGEMENTS[kind][1], ""))


def _conflict(
    kind: str, subject: str, said: dict[UUID, str], people: dict[UUID, Entry], log: Log
) -> Conflict:
    rivals = tuple(
        Rival(person, said[person], e.tap.id, e.tap.digest) for person, e in sorted(people.items())
    )
    corrections = [
        (e, c, log.index[key_of(c)]) for e in people.values() for c in log.corrections.get(e.tap.id, [])
    ]
    own = [index for _, c, index in corrections if c.person not in log.frame.leaders]
    newest = max([*own, *(e.index for e in people.values())])
    settling = [(index, c, e) for e, c, index in corrections if index > newest]  # and so a leader's
    if not settling:
        return Conflict(CONFLICT_KINDS[kind], subject, rivals)
    _, tap, e = max(settling, key=lambda each: each[0])
    value = str(e.payload[JUDGEMENTS[kind][1]])
    return Conflict(
        CONFLICT_KINDS[kind], subject, rivals, tap.id, value, log.when[key_of(tap)].at, reason_of(tap)
    )
