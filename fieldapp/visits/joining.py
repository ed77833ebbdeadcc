"""What a `begin` asks for: a plan's visit, an unplanned one, to join one; and why it does not fit when it does not.

The same judgement serves the tap when it comes in and the office when it decides on it later (parking.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import clock, history
from fieldapp.db import insert, rows_changed
from fieldapp.db import table as bare
from fieldapp.organisations.models import Person, TeamMembership
from fieldapp.visits import plans
from fieldapp.visits.attendance import is_struck
from fieldapp.visits.freezing import freeze_unplanned, team_on
from fieldapp.visits.instants import instants, key_of
from fieldapp.visits.models import TapRow, Visit, VisitKnower, VisitPerson
from fieldapp.visits.taps import taps_of
from fieldapp.workflow import stream_name

_LONGEST_WAIT_MS = 30 * 86_400_000


class Why(Enum):
    """Why taps fit no visit, as the office reads it: nothing of a plan beyond that."""

    NO_BEGIN = "没有“开始”这一条"
    NOWHERE = "说的安排对不上"
    CANCELLED = "安排取消了"
    REASSIGNED = "安排派的是别人"
    NOT_OF_IT = "不是这次的人"
    NOT_OF_TEAM = "不是这个组的人"
    AFTER_HANDIN = "那次交了记录才加入的"
    STRUCK = "组长说没去"
    NO_TEAM = "那天不在任何组里"
    UNKNOWN_PLACE = "窗口或事项认不出来"


ADOPTABLE = frozenset({None, Why.CANCELLED, Why.REASSIGNED, Why.NOT_OF_TEAM, Why.AFTER_HANDIN})


@dataclass(frozen=True)
class Asked:
    """A `begin` as it is judged."""

    visit_id: UUID
    payload: dict[str, Any]
    person: UUID
    day: date


@dataclass(frozen=True)
class Fit:
    """Why it does not fit (None: it does), and the columns of the visit that would be made."""

    why: Why | None
    values: dict[str, Any] | None = None

    @property
    def is_adoptable(self) -> bool:
        return self.why in ADOPTABLE


def fit_of(session: Session, visit: Visit | None, asked: Asked) -> Fit:
    """The judgement; `session` is a system session."""
    if visit is not None:
        return Fit(_why_not_in(session, visit, asked))
    if asked.payload.get("plan"):
        return _fit_of_plan(session, asked)
    planned = plans.at_begin_of(asked.visit_id, asked.person, asked.day, session)
    if planned is not None:  # whatever the form said: a visit that was planned stays known to who planned it
        return _fit_of_plan(session, replace(asked, payload={**asked.payload, "plan": planned.id}))
    return _fit_of_place(session, asked)


def _why_not_in(session: Session, visit: Visit, asked: Asked) -> Why | None:
    if visit.county_id != _county_of(session, asked.person):
        return Why.NOWHERE
    if is_struck(visit.id, asked.person, session):
        return Why.STRUCK
    if visit.handed_in_at is not None:  # the people are frozen
        return Why.AFTER_HANDIN
    if visit.plan_id is not None:
        plan = plans.at_begin(visit.plan_id, session)
        return _why_not_planned(plan, asked.person) if plan else Why.NOWHERE
    return None if _is_of_team(session, asked, visit) else Why.NOT_OF_TEAM


def _fit_of_plan(session: Session, asked: Asked) -> Fit:
    try:
        plan = plans.at_begin(UUID(str(asked.payload["plan"])), session)
    except ValueError:
        return Fit(Why.NOWHERE)
    if plan is None or plan.visit_id != str(asked.visit_id):
        return Fit(Why.NOWHERE)
    if UUID(plan.county_id) != _county_of(session, asked.person):
        return Fit(Why.NOWHERE)
    why = _why_not_planned(plan, asked.person)
    going = [UUID(each) for each in plan.people] if why is None else [asked.person]
    return Fit(why, _planned(plan, asked.payload.get("briefing"), going))


def _why_not_planned(plan: plans.PlannedVisit, person: UUID) -> Why | None:
    if plan.cancelled:
        return Why.CANCELLED
    return None if str(person) in plan.people else Why.REASSIGNED


def _planned(plan: plans.PlannedVisit, version: Any, going: list[UUID]) -> dict[str, Any]:
    named = (plan.briefing_at(version) if isinstance(version, int) else None) or plan.briefing
    return {
        "county_id": UUID(plan.county_id),
        "plan_id": UUID(plan.id),
        "team_id": UUID(plan.team_id),
        "unit_id": UUID(plan.unit_id),
        "point_id": UUID(plan.point_id),
        "counter_id": UUID(plan.counter_id),
        "scenario_version_id": UUID(plan.scenario_version_id),
        "briefing_version": named["version"],
        "briefing": named["content"],
        "people": going,
        "knowers": [UUID(each) for each in plan.knowers],
    }


def _fit_of_place(session: Session, asked: Asked) -> Fit:
    team = team_on(session, asked.person, asked.day)
    if team is None:
        return Fit(Why.NO_TEAM)
    frozen = freeze_unplanned(session, asked.payload, asked.person, team)
    if frozen is None:
        return Fit(Why.UNKNOWN_PLACE)
    return Fit(None, {**frozen, "people": [asked.person], "knowers": []})


def day_of(session: Session, visit_id: UUID, person: UUID, received_at: int) -> date:
    """The day on which somebody began, by the phone's corrected clock: without a network the tap may come in days
    later. A clock that is out by more than a phone waits for its network is not believed."""
    own = [tap for tap in taps_of(visit_id, session) if tap.person == person]
    when = instants(own)
    at = next((when[key_of(tap)].at for tap in own if tap.kind == "begin"), received_at)
    return clock.day_of(at if received_at - _LONGEST_WAIT_MS < at <= received_at else received_at)


def _county_of(session: Session, person: UUID) -> UUID | None:
    return session.scalar(sa.select(Person.county_id).where(Person.id == person))


def _is_of_team(session: Session, asked: Asked, visit: Visit) -> bool:
    """Put into the team while the visit was under way, one does not get into it alone: the office takes one in."""
    begun = sa.select(sa.func.min(TapRow.received_at)).where(TapRow.visit == visit.id, TapRow.kind == "begin")
    was_there = TeamMembership.added_at <= begun.scalar_subquery()
    member = sa.select(TeamMembership.id).where(
        sa.or_(TeamMembership.added_at.is_(None), was_there),
        TeamMembership.team_id == visit.team_id,
        TeamMembership.person_id == asked.person,
        TeamMembership.starts <= asked.day,
        TeamMembership.ends >= asked.day,
    )
    return session.scalar(member.limit(1)) is not None


def make(session: Session, asked: Asked, fit: Fit, *, actor: str, at: int) -> bool:
    """The visit's row with its people; False when another phone began it at the same moment."""
    values = dict(fit.values or {})
    people, knowers = values.pop("people"), values.pop("knowers")
    made = session.execute(
        insert(bare(Visit))
        .values(id=asked.visit_id, day=asked.day, state="under_way", seal="", **values)
        .on_conflict_do_nothing()
    )
    if not rows_changed(made):
        return False
    for each in people:
        session.add(VisitPerson(visit_id=asked.visit_id, person_id=each))
    for each in knowers:
        session.add(VisitKnower(visit_id=asked.visit_id, person_id=each))
    began = {
        "briefing": values["briefing_version"],
        "plan": str(values["plan_id"] or ""),
        "people": sorted(str(each) for each in people),
        "knowers": knowers_hash(knowers),
        "content": session.get_one(Visit, asked.visit_id).content_hash,
    }
    stream = stream_name("visit", asked.visit_id)
    history.append(stream, "begin", actor=actor, at=at, payload=began, session=session)
    return True


def knowers_hash(knowers: Iterable[UUID]) -> str:
    """The list of names as the history may hold it: whoever reads a visit's history need not know who knew."""
    return history.content_hash({"knowers": sorted(str(each) for each in knowers)})


def join(session: Session, visit_id: UUID, person: UUID) -> bool:
    """Make somebody a participant; False when he is one. The caller writes the history."""
    row = insert(bare(VisitPerson)).values(visit_id=visit_id, person_id=person)
    return bool(rows_changed(session.execute(row.on_conflict_do_nothing())))
