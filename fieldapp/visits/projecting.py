"""From log to state: what a tap changes beyond the log. A projection may be rebuilt at any time (`fieldapp check`).

Runs in the tap's own transaction as system. A tap that changes nothing here (most do not) costs one look-up.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import clock, history
from fieldapp.db import SYSTEM, insert, rows_changed, system_reads
from fieldapp.organisations.models import TeamMembership
from fieldapp.visits import plans
from fieldapp.visits.assigning import MIN_PEOPLE
from fieldapp.visits.briefing import frame_of
from fieldapp.visits.freezing import freeze_unplanned
from fieldapp.visits.models import TapRow, Visit, VisitKnower, VisitPerson
from fieldapp.visits.record import Record
from fieldapp.visits.states import visit_flow
from fieldapp.visits.taps import taps_of
from fieldapp.visits.timeline import fold

MOVES_STATE = frozenset({"handin", "countersign"})


def project(visit_id: UUID, kind: str, payload: dict[str, Any], person: UUID, at: int) -> None:
    """Bring visit and history up to date after a tap has been stored. The row's lock comes before the log is read:
    of two taps that come in at once, the second must see the first."""
    with system_reads() as session:
        if kind == "begin":
            visit = session.get(Visit, visit_id, with_for_update=True)
            _begin(session, visit, visit_id, payload, person, at)
        elif _lock(session, visit_id) and (kind in MOVES_STATE or _has_handin(session, visit_id)):
            advance(session, session.get_one(Visit, visit_id), person, at)


def _lock(session: Session, visit_id: UUID) -> bool:
    """Whether the visit is there; the key alone, for most taps change nothing of it."""
    return session.scalar(sa.select(Visit.id).where(Visit.id == visit_id).with_for_update()) is not None


def _has_handin(session: Session, visit_id: UUID) -> bool:
    handin = sa.select(TapRow.id).where(TapRow.visit == visit_id, TapRow.kind == "handin").limit(1)
    return session.scalar(handin) is not None


def _begin(
    session: Session, visit: Visit | None, visit_id: UUID, payload: dict[str, Any], person: UUID, at: int
) -> None:
    """A plan's visit, an unplanned one, or somebody who joins one. What fits nothing stays parked."""
    if visit is not None:
        if visit.plan_id is None and _is_of_team(session, person, visit.team_id):
            _join(session, visit_id, person)
        return
    values = _planned(session, visit_id, payload, person) if payload.get("plan") else None
    if values is None and not payload.get("plan"):
        values = _unplanned(session, payload, person)
    if values is None:
        return
    people, knowers = values.pop("people"), values.pop("knowers")
    made = session.execute(
        insert(Visit.__table__)
        .values(id=visit_id, day=clock.day_of(at), state="under_way", seal="", **values)
        .on_conflict_do_nothing()
    )
    if not rows_changed(made):  # both phones began at the same moment
        return
    for each in people:
        session.add(VisitPerson(visit_id=visit_id, person_id=each, confirmed=values["plan_id"] is not None))
    for each in knowers:
        session.add(VisitKnower(visit_id=visit_id, person_id=each))
    payload_text = {"briefing": values["briefing_version"], "plan": str(values["plan_id"] or "")}
    stream = f"visit:{visit_id}"
    history.append(stream, "begin", actor=f"person:{person}", at=at, payload=payload_text, session=session)


def _planned(
    session: Session, visit_id: UUID, payload: dict[str, Any], person: UUID
) -> dict[str, Any] | None:
    try:
        plan = plans.at_begin(UUID(str(payload["plan"])), session)
    except ValueError:
        return None
    if plan is None or plan.cancelled or plan.visit_id != str(visit_id) or str(person) not in plan.people:
        return None
    named = plan.briefing_at(int(payload.get("briefing") or 0)) or plan.briefing
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
        "people": [UUID(each) for each in plan.people],
        "knowers": [UUID(each) for each in plan.knowers],
    }


def _unplanned(session: Session, payload: dict[str, Any], person: UUID) -> dict[str, Any] | None:
    frozen = freeze_unplanned(session, payload, person)
    return {**frozen, "people": [person], "knowers": []} if frozen else None


def _is_of_team(session: Session, person: UUID, team_id: UUID) -> bool:
    today = clock.today()
    member = sa.select(TeamMembership.id).where(
        TeamMembership.team_id == team_id,
        TeamMembership.person_id == person,
        TeamMembership.starts <= today,
        TeamMembership.ends >= today,
    )
    return session.scalar(member.limit(1)) is not None


def _join(session: Session, visit_id: UUID, person: UUID) -> None:
    row = insert(VisitPerson.__table__).values(visit_id=visit_id, person_id=person, confirmed=False)
    session.execute(row.on_conflict_do_nothing())


def record_of(visit: Visit, session: Session) -> Record:
    """The folded record of a visit; `session` is a system session, the caller has asked who may see it."""
    return fold(taps_of(visit.id, session), frame(visit, session))


def frame(visit: Visit, session: Session) -> Any:
    """The frozen briefing with the visit's people and the leaders who may settle."""
    people = session.scalars(sa.select(VisitPerson.person_id).where(VisitPerson.visit_id == visit.id))
    leaders = session.scalars(
        sa.select(TeamMembership.person_id).where(
            TeamMembership.team_id == visit.team_id, TeamMembership.leads.is_(True)
        )
    )
    return frame_of(
        visit.briefing,
        participants=tuple(sorted(people)),
        leaders=tuple(sorted(leaders)),
        frozen_at=visit.handed_in_at,
    )


def advance(session: Session, visit: Visit, person: UUID, at: int) -> None:
    """Handed in when every manifest is complete, all but the last have countersigned this seal, nothing conflicts;
    and back again when a late tap has changed the record."""
    record = record_of(visit, session)

    def take(step: str) -> None:
        facts = {"seal": record.seal}
        actor = f"person:{person}"
        visit_flow.take(visit, step, by=SYSTEM, at=at, actor=actor, facts=facts, session=session)

    if visit.state == "under_way" and _all_gave(record):
        take("collect")
    if visit.state == "collected" and record.is_handed_in:
        take("hand_in")
        visit.seal, visit.handed_in_at = record.seal, visit.handed_in_at or at
    elif visit.state == "handed_in" and not record.is_handed_in:
        take("void")
    session.flush()


def _all_gave(record: Record) -> bool:
    """Whether every participant has handed in, whatever is still missing."""
    gave = {row.person for row in record.handins}
    return len(record.participants) >= MIN_PEOPLE and set(record.participants) <= gave
