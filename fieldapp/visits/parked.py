"""Taps that fit no visit, by visit and person: who, how many, why, and what the office has decided.

Read as system and narrowed to the people of one county: the office sees what was sent and why it does not fit, and
nothing else of a plan.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.db import system_reads
from fieldapp.errors import NotVisible
from fieldapp.history import Entry
from fieldapp.organisations.models import Person, TeamMembership
from fieldapp.visits import joining, kinds, library
from fieldapp.visits.holding import plain
from fieldapp.visits.joining import Asked, Fit, Why
from fieldapp.visits.models import ParkedDecision, TapRow, Visit, VisitPerson
from fieldapp.visits.telling import saying

MOST = 200  # groups on the page
Key = tuple[UUID, UUID]
UNREADABLE = "缺内容，看不出是什么"


@dataclass(frozen=True)
class Decided:
    """A decision in words."""

    outcome: str
    reason: str
    by: str
    at: int

    @property
    def is_adopted(self) -> bool:
        return self.outcome != "aside"


@dataclass(frozen=True)
class Group:
    """The parked taps of one person for one visit."""

    visit: UUID
    person: UUID
    name: str
    first_at: int
    last_at: int
    taps: int
    photos: int
    why: Why | None  # None: it fits by now
    is_adoptable: bool
    is_open: bool  # nothing decided yet, or more came after the decision
    decisions: tuple[Decided, ...]  # newest first

    @property
    def is_settled(self) -> bool:
        """Taken in: that stands. What is kept aside may be taken in later."""
        return not self.is_open and bool(self.decisions) and self.decisions[0].is_adopted


@dataclass(frozen=True)
class Told:
    """One parked tap as a sentence."""

    received_at: int
    sentence: str


def lists(county_id: UUID) -> tuple[list[Group], list[Group]]:
    """What waits for a decision, newest first, and what has been decided upon, the newest decision first."""
    with system_reads() as session:
        made = _decisions(county_id, session)
        decided = TapRow.visit.in_({visit for visit, _ in made})
        rows = session.execute(_grouped(county_id).where(sa.or_(_is_unfit(), decided))).all()
        rows = [row for row in rows if row.is_unfit or (row.visit, row.person) in made]
        groups = [_group(row, made, session) for row in rows]
    done = [group for group in groups if not group.is_open]
    done.sort(key=lambda group: group.decisions[0].at, reverse=True)
    return [group for group in groups if group.is_open][:MOST], done[:MOST]


def waiting(county_id: UUID) -> int:
    """How many groups wait for a decision."""
    with system_reads() as session:
        made = _decisions(county_id, session)
        rows = session.execute(_grouped(county_id).where(_is_unfit()))
        return sum(_is_open(row, made.get((row.visit, row.person), [])) for row in rows)


def group(visit_id: UUID, person: UUID, county_id: UUID) -> Group:
    """One group, open or decided; raises NotVisible."""
    with system_reads() as session:
        return group_in(session, visit_id, person, county_id)


def group_in(session: Session, visit_id: UUID, person: UUID, county_id: UUID) -> Group:
    """The same on a system session."""
    one = _grouped(county_id).where(TapRow.visit == visit_id, TapRow.person == person)
    row = session.execute(one).first()
    made = _decisions(county_id, session)  # after the row: what fits now, a colleague has decided by then
    if row is None or not (row.is_unfit or (visit_id, person) in made):
        raise NotVisible
    return _group(row, made, session)


def told(group: Group) -> list[Told]:
    """The taps of a group in the order in which they came."""
    with system_reads() as session:
        rows = session.scalars(
            sa.select(TapRow)
            .where(TapRow.visit == group.visit, TapRow.person == group.person)
            .order_by(TapRow.received_at, TapRow.seq, TapRow.id)
        )
        return [Told(row.received_at, sentence_of(row.kind, json.loads(row.payload))) for row in rows]


def sentence_of(kind: str, payload: Mapping[str, Any]) -> str:
    """A tap in the library's words: a plan's own would tell of the plan."""
    if kind not in kinds.KINDS or any(kinds.problems_of(kind, payload).values()):
        return UNREADABLE
    return saying(kind, plain(payload), _content())


def _content() -> dict[str, Any]:
    stages = [{"code": code, "label": label} for code, label in kinds.STAGE_LABELS.items()]
    return {
        "stages": stages,
        "shown": list(library.items().values()),
        "more": [],
        "measures": [],
        "problems": [],
    }


def _grouped(county_id: UUID) -> Any:
    photos = sa.func.sum(sa.case((TapRow.kind == "photo", 1), else_=0))
    last = sa.func.max(TapRow.received_at)
    return (
        sa.select(
            TapRow.visit,
            TapRow.person,
            Person.name,
            sa.func.min(TapRow.received_at).label("first_at"),
            last.label("last_at"),
            sa.func.count().label("taps"),
            photos.label("photos"),
            _is_unfit().label("is_unfit"),
        )
        .join(Person, Person.id == TapRow.person)
        .where(Person.county_id == county_id, ~_is_leaders())
        .group_by(TapRow.visit, TapRow.person, Person.name)
        .order_by(last.desc(), TapRow.visit, TapRow.person)
    )


def _is_unfit() -> Any:
    """Neither a participant's nor taken in after the hand-in."""
    here = sa.select(VisitPerson.visit_id).where(
        VisitPerson.visit_id == TapRow.visit, VisitPerson.person_id == TapRow.person
    )
    taken = sa.select(ParkedDecision.visit).where(
        ParkedDecision.visit == TapRow.visit,
        ParkedDecision.person_id == TapRow.person,
        ParkedDecision.outcome == "late",
    )
    return sa.and_(~here.exists(), ~taken.exists())


def _is_leaders() -> Any:
    """A leader's correction needs no taking part."""
    leads = (
        sa.select(Visit.id)
        .join(TeamMembership, TeamMembership.team_id == Visit.team_id)
        .where(
            Visit.id == TapRow.visit,
            TeamMembership.person_id == TapRow.person,
            TeamMembership.leads.is_(True),
        )
    )
    return sa.and_(TapRow.kind == "correct", leads.exists())


def _decisions(county_id: UUID, session: Session) -> dict[Key, list[ParkedDecision]]:
    """All decisions of a county by group, newest first."""
    rows = session.scalars(
        sa.select(ParkedDecision)
        .where(ParkedDecision.county_id == county_id)
        .order_by(ParkedDecision.n.desc())
    )
    found: dict[Key, list[ParkedDecision]] = {}
    for row in rows:
        found.setdefault((row.visit, row.person_id), []).append(row)
    return found


def _group(row: Any, made: dict[Key, list[ParkedDecision]], session: Session) -> Group:
    said = made.get((row.visit, row.person), [])
    fields = {name: value for name, value in row._mapping.items() if name != "is_unfit"}
    fit = fit_in(session, row.visit, row.person)[1]
    decisions = tuple(
        Decided(each.outcome, each.reason, session.get_one(Person, each.by_id).name, each.at) for each in said
    )
    return Group(
        **fields, why=fit.why, is_adoptable=fit.is_adoptable, is_open=_is_open(row, said), decisions=decisions
    )


def _is_open(row: Any, said: list[ParkedDecision]) -> bool:
    """Nothing decided yet, or more has come since."""
    return bool(row.is_unfit) and row.taps > (said[0].taps if said else 0)


def fit_in(session: Session, visit_id: UUID, person: UUID) -> tuple[Asked | None, Fit]:
    """What the first `begin` of the group asks for, and why it does not fit; without one nothing can be taken in."""
    visit = session.get(Visit, visit_id)
    begin = session.scalars(
        sa.select(TapRow)
        .where(TapRow.visit == visit_id, TapRow.person == person, TapRow.kind == "begin")
        .order_by(TapRow.received_at, TapRow.id, TapRow.digest)
    ).first()
    if begin is None:
        return None, Fit(Why.NOT_OF_IT if visit is not None else Why.NO_BEGIN)
    asked = Asked(
        visit_id,
        json.loads(begin.payload),
        person,
        joining.day_of(session, visit_id, person, begin.received_at),
    )
    return asked, joining.fit_of(session, visit, asked)


def taken_in(visit_id: UUID, session: Session) -> set[tuple[UUID, bool]]:
    """Who was taken in, and whether after the hand-in."""
    rows = sa.select(ParkedDecision).where(ParkedDecision.visit == visit_id)
    return {(row.person_id, row.outcome == "late") for row in session.scalars(rows) if row.is_adopted}


def taken_in_said(entries: Iterable[Entry]) -> set[tuple[UUID, bool]]:
    """The same as the visit's history gives it."""
    said = [entry.fields["payload"] for entry in entries if entry.action == "adopt"]
    return {(UUID(each["person"]), each["late"]) for each in said}
