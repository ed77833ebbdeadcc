"""第 n 次: who is sent away and tries again does the same stages over. Pure.

A round begins where, after a 没办成 that still stands, its person presses a stage that this round already had. A
没办成 stands until a further stage is pressed: then the business went on after all. Leaving is not going on.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from fieldapp.visits.effects import Entry
from fieldapp.visits.frame import Frame
from fieldapp.visits.moments import Place, between, by_instant, label_of, phases, place_of, stages
from fieldapp.visits.stopwatch import Phase, Round, Skipped, StageTime, Stuck

WHOLE = "全程"  # from the first arrival to the last leaving, whatever was tried in between
BEFORE_ALL: Place = (-(2**63), 0)


def starts(person: UUID, pressed: Iterable[Entry], stuck: Iterable[Entry], frame: Frame) -> list[Place]:
    """Where each round of a person begins; the first holds all that came before the second."""
    order = {stage.code: n for n, stage in enumerate(frame.stages)}
    found, furthest, stands = [BEFORE_ALL], -1, False
    for e in by_instant(e for e in [*pressed, *stuck] if e.person == person):
        if e.tap.kind == "stuck":
            stands = True
            continue
        at = order.get(str(e.payload["stage"]), -1)
        is_last = at == len(order) - 1
        if stands and not is_last and 0 <= at <= furthest:
            found.append(place_of(e))
            furthest, stands = at, False
        elif at > furthest:
            furthest, stands = at, stands and is_last
    return found


def rounds(
    people: Sequence[UUID], pressed: list[Entry], stuck: list[Entry], told: Sequence[Stuck], frame: Frame
) -> tuple[Round, ...]:
    """The rounds of every person who pressed a stage; `told` are the same `stuck` as the record has them."""
    found = []
    for person in people:
        begins = starts(person, pressed, stuck, frame)
        for n, (since, until) in enumerate(zip(begins, [*begins[1:], None], strict=True), 1):
            here = _within(pressed, since, until)
            if any(e.person == person for e in here):
                standing = _standing(person, here, _within(stuck, since, until), frame)
                recorded = stages(here, frame, person)
                last = next((row for row in told if standing and row.tap == standing.tap.id), None)
                followed = _followed(between(recorded, frame), last)
                found.append(Round(person, n, recorded, _numbered(recorded, n), followed, last))
    return tuple(found)


def _followed(following: tuple[Phase, ...], stuck: Stuck | None) -> tuple[Phase, ...]:
    """What a 没办成 broke off was no 办理, though one left after it."""
    return tuple(p for p in following if stuck is None or not p.start_at <= stuck.at <= p.end_at)


def _within(entries: Iterable[Entry], since: Place, until: Place | None) -> list[Entry]:
    return [e for e in entries if since <= place_of(e) and (until is None or place_of(e) < until)]


def _standing(person: UUID, pressed: list[Entry], stuck: list[Entry], frame: Frame) -> Entry | None:
    """The newest 没办成, unless another stage than the last came after it."""
    own = [e for e in by_instant(stuck) if e.person == person]
    if not own:
        return None
    last = frame.stages[-1].code if frame.stages else None
    going_on = (
        e
        for e in pressed
        if e.person == person and e.payload["stage"] != last and place_of(e) > place_of(own[-1])
    )
    return None if any(going_on) else own[-1]


def _numbered(recorded: Sequence[StageTime], n: int) -> tuple[Phase, ...]:
    return tuple(replace(phase, n=n) for phase in phases(recorded) if phase.label != WHOLE)


def phases_of(recorded: Sequence[StageTime], own: Sequence[Round]) -> tuple[Phase, ...]:
    """等候 and 办理 of each round, for a time that spans two tries is neither's; then 全程."""
    whole = phases(recorded)
    if len(own) < 2:
        return whole
    return (*(phase for row in own for phase in row.phases), *(p for p in whole if p.label == WHOLE))


def between_of(recorded: Sequence[StageTime], own: Sequence[Round], frame: Frame) -> tuple[Phase, ...]:
    """From stage to stage within each round."""
    return tuple(p for row in own for p in row.between) if own else between(recorded, frame)


def next_stage(
    person: UUID, pressed: list[Entry], skips: list[Entry], stuck: list[Entry], frame: Frame
) -> str | None:
    """The stage after the furthest one this person recorded or skipped in his newest round; what was left out is
    刚才忘按's."""
    since = starts(person, pressed, stuck, frame)[-1]
    done = {
        str(e.payload["stage"]) for e in [*pressed, *skips] if e.person == person and place_of(e) >= since
    }
    furthest = max((n for n, stage in enumerate(frame.stages) if stage.code in done), default=-1)
    return frame.stages[furthest + 1].code if furthest + 1 < len(frame.stages) else None


def skipped(
    entries: list[Entry], pressed: list[Entry], stuck: list[Entry], frame: Frame
) -> tuple[Skipped, ...]:
    """没有这一步; a stage that the same person recorded in that round after all is no longer among them."""
    begins = {e.person: starts(e.person, pressed, stuck, frame) for e in entries}

    def key(e: Entry) -> tuple[UUID, str, int]:
        return e.person, str(e.payload["stage"]), bisect_right(begins[e.person], place_of(e))

    done = {key(e) for e in pressed if e.person in begins}
    return tuple(
        Skipped(stage, label_of(stage, frame), person, e.at, e.tap.id, n)
        for e in by_instant(entries)
        for person, stage, n in [key(e)]
        if (person, stage, n) not in done
    )
