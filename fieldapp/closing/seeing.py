"""What there is to rest a closing on, read as system: visits, verifications, who found the problem."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.closing.grounds import Grounds, SeenVisit, Verified
from fieldapp.closing.models import Closing, Verification
from fieldapp.organisations.models import TeamMembership
from fieldapp.problems.models import ClosureRequest, Problem
from fieldapp.publishing.models import Edition
from fieldapp.visits.briefing import problem_of
from fieldapp.visits.models import Visit
from fieldapp.visits.plain import conclusion_on
from fieldapp.visits.projecting import record_of
from fieldapp.visits.record import Record

SHOWN = ("handed_in", "checked", "reviewed", "sent_back")


def newest_request(problem_id: UUID, session: Session) -> ClosureRequest | None:
    """What the unit asked last."""
    rows = sa.select(ClosureRequest).where(ClosureRequest.problem_id == problem_id)
    return session.scalars(rows.order_by(ClosureRequest.n.desc()).limit(1)).first()


def cycle_start(problem: Problem, session: Session) -> date:
    """From when on what was seen counts: the last time the unit was told to go on, else the day of issue."""
    told = sa.select(Edition.day).join(Closing, Closing.edition_id == Edition.id)
    told = told.where(Closing.problem_id == problem.id, Closing.state.in_(("returned", "reopened")))
    last = session.scalar(told.order_by(Edition.at.desc()).limit(1))
    return last or problem.issued_on or date.min


def visits_on(problem: Problem, since: date, session: Session) -> list[tuple[Visit, Record]]:
    """Handed-in visits of this cycle whose briefing names the problem, newest first, with their records."""
    rows = sa.select(Visit).where(
        Visit.unit_id == problem.unit_id, Visit.day >= since, Visit.state.in_(SHOWN)
    )
    about = str(problem.id)
    found = [
        row
        for row in session.scalars(rows.order_by(Visit.day.desc(), Visit.id))
        if problem_of(row.briefing, about)
    ]
    return [(row, record_of(row, session)) for row in found]


def seen_visit(visit: Visit, record: Record, problem_id: UUID) -> SeenVisit:
    """What the rules ask of a visit."""
    people = frozenset(row.person_id for row in visit.people)
    return SeenVisit(
        visit.id, visit.day, visit.team_id, people, visit.state, conclusion_on(record, str(problem_id))
    )


def verifications(request_id: UUID, session: Session) -> list[Verification]:
    """Of one request, in order."""
    rows = sa.select(Verification).where(Verification.request_id == request_id)
    return list(session.scalars(rows.order_by(Verification.at, Verification.id)))


def grounds_of(
    problem: Problem, visits: list[tuple[Visit, Record]], verified: list[Verification], session: Session
) -> Grounds:
    """As it stands now."""
    finders = sa.select(TeamMembership.person_id).where(TeamMembership.team_id == problem.team_id)
    return Grounds(
        way=problem.verification,
        needed=problem.visits_needed,
        finder_team=problem.team_id,
        finders=frozenset(session.scalars(finders)),
        visits=tuple(seen_visit(visit, record, problem.id) for visit, record in visits),
        verified=tuple(Verified(row.id, row.way, row.day, row.by_id, row.fixed) for row in verified),
    )
