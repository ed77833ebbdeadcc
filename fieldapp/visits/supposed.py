"""A page as it would stand after taps that nobody has made: what a phone keeps for when there is no network.

`Supposed` is a visit with such taps, folded after the real ones, in memory only: nothing here writes, and the visit of
a plan that nobody has begun is no row of the session.

- A page asks by `?as_if=begin:办事,stuck:没人` (`kind:choice`, in order); it is the viewer's own supposition, and
  only what a phone may need: nothing that would open a page which waits for the own hand-in.
- For pages of days ahead call `of_plan(plan, person, taps, day)` and render within `supposing(it)`: the screens of
  `views/phone.py` (`SCREENS["memo"](visit_id)`) then show that visit. Whether that person may see the plan is asked
  by whoever has it in hand; nothing of this module asks or logs it.
- Of an unplanned visit the phone makes the id when it begins; until then its pages carry `PLACEHOLDER`.

Supposed taps have the ids `tap_id(1)`, `tap_id(2)`, …; the phone puts its own in their place.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from fieldapp import clock
from fieldapp.db import system_reads
from fieldapp.errors import NotVisible
from fieldapp.organisations.queries import one
from fieldapp.visits import kinds
from fieldapp.visits.briefing import frame_of
from fieldapp.visits.freezing import freeze_scenario, team_on
from fieldapp.visits.models import Visit
from fieldapp.visits.plans import PlannedVisit
from fieldapp.visits.projecting import frame as frame_of_visit
from fieldapp.visits.record import Record
from fieldapp.visits.scenario_models import ScenarioVersion
from fieldapp.visits.taps import taps_of
from fieldapp.visits.timeline import Frame, fold

PLACEHOLDER = UUID("00000000-0000-4000-8000-000000000000")
MOST = 12  # taps of one supposition: a phone needs the stages of a scenario and one more
_SUPPOSABLE = {"begin": kinds.ROLES, "stuck": kinds.REASONS, "stage": None, "skip": None}
_FIRST_SEQ = 1_000_000  # after whatever a phone has counted


class Press(NamedTuple):
    """A supposed tap: its kind and the choice of its button; of an unplanned `begin` what for as well."""

    kind: str
    choice: str
    scenario_version: UUID | None = None


@dataclass(frozen=True)
class Supposed:
    """A visit, its record with the supposed taps, and the names that its pages may say."""

    visit: Visit
    record: Record
    names: dict[UUID, str]


def tap_id(n: int) -> UUID:
    """The id of the nth supposed tap."""
    return UUID(int=PLACEHOLDER.int + n)


def is_one(tap: UUID) -> bool:
    """Whether a tap of a record is only supposed."""
    return 0 < tap.int - PLACEHOLDER.int <= MOST


def read(text: str) -> tuple[Press, ...]:
    """The taps that `as_if` names; raises NotVisible for anything but what a phone may suppose."""
    named = [part.split(":") for part in text.split(",")]
    if not 0 < len(named) <= MOST or any(len(part) not in (2, 3) for part in named):
        raise NotVisible
    return tuple(_press(*part) for part in named)


def _press(kind: str, choice: str, more: str = "") -> Press:
    known = _SUPPOSABLE.get(kind, ())
    if (known is not None and choice not in known) or (more and kind != "begin"):
        raise NotVisible
    try:
        return Press(kind, choice, UUID(more) if more else None)
    except ValueError:
        raise NotVisible from None


def of_plan(plan: PlannedVisit, person: UUID, presses: Sequence[Press], day: date) -> Supposed:
    """The visit of a plan that nobody has begun, by its newest briefing."""
    content = plan.briefing["content"]
    visit = Visit(
        id=UUID(plan.visit_id), county_id=UUID(plan.county_id), plan_id=UUID(plan.id), team_id=UUID(plan.team_id),
        unit_id=UUID(plan.unit_id), briefing=content, day=day, state="under_way", missing="",
    )  # fmt: skip
    going = tuple(sorted(UUID(each) for each in plan.people))
    return _folded(visit, frame_of(content, participants=going), person, presses)


def of_scenario(person: UUID, presses: Sequence[Press], day: date) -> Supposed:
    """An unplanned visit, of which only what it is for is known: the place is chosen with the begin."""
    if presses[0].scenario_version is None:
        raise NotVisible
    version = one(ScenarioVersion, presses[0].scenario_version)
    with system_reads() as session:
        team = team_on(session, person, day)
        if team is None:
            raise NotVisible
        content = freeze_scenario(session, version.id)
        county, of = team.county_id, team.id
    visit = Visit(
        id=PLACEHOLDER, county_id=county, team_id=of, briefing=content, day=day, state="under_way", missing=""
    )
    return _folded(visit, frame_of(content, participants=(person,)), person, presses)


def of_visit(visit: Visit, person: UUID, presses: Sequence[Press], session: Session) -> Supposed:
    """A visit that is there, with taps after those that have come in; who has begun begins only once."""
    taps, frame = taps_of(visit.id, session), frame_of_visit(visit, session)
    if any(tap.kind == "begin" and tap.person == person for tap in taps):
        presses = [each for each in presses if each.kind != "begin"]
    return _folded(visit, frame, person, presses, taps)


def _folded(
    visit: Visit, frame: Frame, person: UUID, presses: Sequence[Press], real: Sequence[kinds.Tap] = ()
) -> Supposed:
    at = clock.now()
    taps = [_tap(n, each, visit.id, person, at) for n, each in enumerate(presses, start=1)]
    names = {UUID(each["id"]): each["name"] for each in visit.briefing["colleagues"]}
    return Supposed(visit, fold([*real, *taps], frame), names)


def _tap(n: int, press: Press, visit: UUID, person: UUID, at: int) -> kinds.Tap:
    return kinds.stamped(
        kinds.Tap(
            id=tap_id(n),
            visit=visit,
            person=person,
            device="supposed",
            seq=_FIRST_SEQ + n,
            kind=press.kind,
            v=1,
            payload={kinds.MAIN_FIELD[press.kind]: press.choice},
            wall_ms=None,
            mono_ms=None,
            origin_ms=None,
            offset_ms=None,
            offset_at=None,
            received_at=at,
        )
    )


_supposing: ContextVar[Supposed | None] = ContextVar("supposing", default=None)


@contextmanager
def supposing(supposed: Supposed) -> Iterator[None]:
    """Within it the phone's screens of that visit show what is supposed."""
    token = _supposing.set(supposed)
    try:
        yield
    finally:
        _supposing.reset(token)


def now(visit_id: UUID) -> Supposed | None:
    """What is being supposed of a visit."""
    held = _supposing.get()
    return held if held is not None and held.visit.id == visit_id else None
