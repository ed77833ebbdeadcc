"""Which pages a phone keeps so that a visit can be walked without network: a list, by group.

Pages that are the same for every role are supposed after a `begin` that names none; what depends on how far one has
come is supposed once a step. How a phone chooses among them: static/js/pages/1-choosing.js.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from fieldapp.visits import kinds
from fieldapp.visits.supposed import Press

OBSERVER = "观察"
SAME = (
    "/stuck", "/stuck?full=1", "/note", "/note?full=1", "/talk", "/found", "/pictures", "/checks", "/handin", "/log",
)  # fmt: skip
AFTER_STUCK = ("/after", "/then")
HANDED_IN = ("", "/all", "/checks", "/pictures", "/handin", "/log")
Content = Mapping[str, Any]
Stages = Sequence[Mapping[str, Any]]


class Wanted(NamedTuple):
    """A page: its address, the taps to suppose for making it, and what a phone must hold of them to show it."""

    address: str
    presses: tuple[Press, ...] = ()
    taps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Pages that are new together. A phone that has this version of all of them asks for none."""

    version: str
    pages: tuple[Wanted, ...]
    last_day: str = ""  # after it they are of no use
    scenarios: tuple[str, ...] = ()  # of an unplanned visit: what it must be for; empty: whatever it is for


def version_of(*parts: Any) -> str:
    """Of what pages are made from; twelve digits, for they travel in an address."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Start:
    """From what the pages of a group go on: a visit, and the taps before, as they are supposed and as a phone has them.
    `watch`: the same for whoever watches."""

    visit: UUID
    presses: tuple[Press, ...] = ()
    taps: tuple[str, ...] = ()
    watch: tuple[Press, ...] = ()

    def page(self, screen: str, *after: Press) -> Wanted:
        told = tuple(f"{press.kind}:{press.choice}" for press in after)
        return Wanted(f"/n/{self.visit}{screen}", (*self.presses, *after), (*self.taps, *told))

    def watched(self, screen: str) -> list[Wanted]:
        return [Wanted(f"/n/{self.visit}{screen}", self.watch, (f"begin:{OBSERVER}",))] if self.watch else []


def begin(visit: UUID, roles: Sequence[Mapping[str, Any]], scenario_version: UUID | None = None) -> Start:
    """A visit that nobody has begun: most pages are the same whatever one begins as."""
    codes = [row["code"] for row in roles]
    does = next((code for code in codes if code != OBSERVER), OBSERVER)
    watch = (Press("begin", OBSERVER, scenario_version),) if OBSERVER in codes else ()
    return Start(visit, (Press("begin", does, scenario_version),), ("begin",), watch)


def of_plan(visit: UUID, content: Content) -> tuple[Wanted, ...]:
    """The pages of a visit as after a begin."""
    start = begin(visit, content["roles"])
    stages = content["stages"]
    return (
        *of_items(start, content),
        *_ticks(start, content),
        *of_anything(start, content),
        *_of_steps(start, stages, stages),
    )


def of_running(visit: UUID, content: Content, to_come: Stages) -> tuple[Wanted, ...]:
    """Those of one's own visit under way: as they are, and after what may come next."""
    start = Start(visit)
    steps = _of_steps(start, content["stages"], to_come)
    return (*of_items(start, content), *_ticks(start, content), *of_anything(start, content), *steps)


def of_handed_in(visit: UUID) -> tuple[Wanted, ...]:
    """What is still looked at after the hand-in."""
    return tuple(Start(visit).page(screen) for screen in HANDED_IN)


def of_items(start: Start, content: Content) -> tuple[Wanted, ...]:
    """What only this scenario asks."""
    return (start.page("/all"), *start.watched("/all"), start.page("/more"))


def of_anything(start: Start, content: Content) -> tuple[Wanted, ...]:
    """What is the same whatever a visit is for."""
    return (*(start.page(screen) for screen in SAME), *_stuck(start))


def of_first_steps(start: Start, content: Content) -> tuple[Wanted, ...]:
    """What shows the steps of a visit not begun."""
    return _of_steps(start, content["stages"], content["stages"])


def _of_steps(start: Start, stages: Stages, to_come: Stages) -> tuple[Wanted, ...]:
    """What shows the steps, or depends on how many are done."""
    first, last = stages[0]["code"], stages[-1]["code"]
    done = [Press("stage", row["code"]) for row in to_come]
    pages = [
        start.page(""),
        *start.watched(""),
        *start.watched("/late"),
        *start.watched(f"/late?stage={first}"),
    ]
    for n in range(len(done)):
        steps = ("/skip", "/late", f"/late?stage={last}") if n < len(done) - 1 else ("/late",)
        pages += [start.page(screen, *done[:n]) for screen in steps]
    return (*pages, start.page("/late", *done), *(_stuck(start, *done[:2]) if len(done) > 2 else ()))


def _ticks(start: Start, content: Content) -> Iterator[Wanted]:
    yield from (start.page(f"/checks/{row['id']}") for row in content["problems"])


def _stuck(start: Start, *queued: Press) -> Iterator[Wanted]:
    """没办成, when there is nothing yet to begin anew, and once one has queued."""
    for screen in AFTER_STUCK:
        if not queued:
            yield start.page(screen)
        for reason in kinds.REASONS:
            yield start.page(screen, *queued, Press("stuck", reason))
