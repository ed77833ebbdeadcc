"""Numbers that were counted press by press. Pure."""

from collections.abc import Iterable
from uuid import UUID

from fieldapp.visits.effects import Entry
from fieldapp.visits.instants import key_of
from fieldapp.visits.log import Log
from fieldapp.visits.moments import by_instant
from fieldapp.visits.stopwatch import Count

# Who counts a queue taps + for each head. Two looks at the same queue are never so close, two taps of one look are.
COUNTING_MS = 10_000


def counts(entries: Iterable[Entry], log: Log) -> tuple[Count, ...]:
    """Presses of one person on one thing that follow each other within COUNTING_MS are one counting: the last counts,
    the others are on the way to it. What was corrected was meant as it stands."""
    countings: list[list[Entry]] = []
    running: dict[tuple[UUID, str], list[Entry]] = {}
    for e in by_instant(entries):
        thing = e.person, str(e.payload["what"])
        presses = running.get(thing)
        if presses and e.at - presses[-1].at <= COUNTING_MS and presses[-1].corrected_by is None:
            presses.append(e)
        else:
            running[thing] = [e]
            countings.append(running[thing])
    for presses in countings:
        for e in presses[:-1]:
            log.place.setdefault(key_of(e.tap), "counting")
    return tuple(_count(presses) for presses in sorted(countings, key=lambda p: (p[-1].at, p[-1].index)))


def _count(presses: list[Entry]) -> Count:
    e = presses[-1]
    first = e.tap.payload.get("n")
    changed = first if isinstance(first, int) and first != e.payload["n"] else None
    along = tuple((press.tap.id, press.payload["n"]) for press in presses[:-1])
    return Count(
        str(e.payload["what"]), e.payload["n"], e.person, e.at, e.tap.id, changed, e.corrected_by, along
    )
