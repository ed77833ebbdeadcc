"""What there is to rest a closing on, read as system: visits, verifications, who found the problem."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.closing.grounds import Grounds, SeenVisit, Verified
from fieldapp.closing.models import Closing, Verification
from fieldapp.closing.neutral import telltale
from fieldapp.history import Entry
from fieldapp.organisations.models import Person, Recusal, TeamMembership
from fieldapp.problems.models import ClosureRequest, Problem
from fieldapp.publishing.models import Edition
from fieldapp.visits import queries as visits
from fieldapp.visits.briefing import problem_of
from fieldapp.visits.models import Visit
from fieldapp.visits.parked import taken_in
from fieldapp.visits.plain import conclusion_on
from fieldapp.visits.projecting import record_of
from fieldapp.visits.record import Record

SHOWN = ("handed_in", "checked", "reviewed", "sent_back")
_IS_IN = sa.or_(Visit.state.in_(SHOWN), sa.and_(Visit.state == "collected", Visit.handed_in_at.is_not(None)))


def newest_request(problem_id: UUID, session: Session) -> ClosureRequest | None:
    """What the unit asked last."""
    rows = sa.select(ClosureRequest).where(ClosureRequest.problem_id == problem_id)
    return session.scalars(rows.order_by(ClosureRequest.n.desc()).limit(1)).first()


@dataclass(frozen=True)
class Start:
    """From when on what was seen counts: when the unit was told to go on, else the day of issue."""

    day: date
    at: int | None = None

    def is_before(self, visit: Visit, session: Session) -> bool:
        """Whether a visit of the very day began before the unit was told: it belongs to the cycle that ended."""
        if self.at is None or visit.day > self.day:
            return False
        began = sa.select(Entry.at).where(Entry.stream == visit.stream).order_by(Entry.seq).limit(1)
        return (session.scalar(began) or 0) <= self.at


def cycle_start(problem: Problem, session: Session) -> Start:
    """Of the cycle that runs."""
    told = sa.select(Edition.day, Edition.at).join(Closing, Closing.edition_id == Edition.id)
    told = told.where(Closing.problem_id == problem.id, Closing.state.in_(("returned", "reopened")))
    last = session.execute(told.order_by(Edition.at.desc()).limit(1)).first()
    return Start(last.day, last.at) if last else Start(problem.issued_on or date.min)


def visits_on(
    problem: Problem, since: Start, session: Session, *, locked: bool = False
) -> list[tuple[Visit, Record]]:
    """Handed-in visits of this cycle whose briefing names the problem, newest first, with their records; one that a
    late tap has opened again too. Locked, no tap comes between the record and what is made of it."""
    rows = sa.select(Visit).where(Visit.unit_id == problem.unit_id, Visit.day >= since.day, _IS_IN)
    about = str(problem.id)
    found = [
        row
        for row in session.scalars(rows.order_by(Visit.day.desc(), Visit.id))
        if problem_of(row.briefing, about) and not since.is_before(row, session)
    ]
    for row in sorted(found, key=lambda each: each.id) if locked else ():
        session.refresh(row, with_for_update=True)
    return [(row, record_of(row, session)) for row in found]


def seen_visit(visit: Visit, record: Record, problem: Problem, session: Session) -> SeenVisit:
    """What the rules ask of a visit. Whose taps were taken in late went too, for they stand in the record."""
    late = {person for person, is_late in taken_in(visit.id, session) if is_late}
    about = str(problem.id)
    frozen = problem_of(visit.briefing, about) or {}
    return SeenVisit(
        visit.id,
        visit.day,
        visit.team_id,
        frozenset(row.person_id for row in visit.people) | late,
        visit.state,
        conclusion_on(record, about),
        by_these_criteria=list(frozen.get("criteria", ())) == list(problem.criteria),
    )


def names_of(visit: Visit, session: Session) -> set[str]:
    """Everybody of the visiting team, and whoever else took part: none of them stands in a text for the unit."""
    team = sa.select(TeamMembership.person_id).where(TeamMembership.team_id == visit.team_id)
    rows = sa.select(Person.name).where(Person.id.in_(team))
    return {*session.scalars(rows), *visits.names_in(visit).values()}


def recused(unit_id: UUID, session: Session) -> frozenset[UUID]:
    """Who must not deal with a unit (回避)."""
    return frozenset(session.scalars(sa.select(Recusal.person_id).where(Recusal.unit_id == unit_id)))


def telltale_in(text: str, problem: Problem, session: Session) -> str:
    """Why a text about this problem is not for its unit: it tells of a visit of this cycle. Empty when it does not."""
    rests = visits_on(problem, cycle_start(problem, session), session)
    said = (telltale(text, names_of(row, session), row.team.name, row.day) for row, _record in rests)
    return next(filter(None, said), "")


def verifications(request_id: UUID, session: Session) -> list[Verification]:
    """Of one request, in order."""
    rows = sa.select(Verification).where(Verification.request_id == request_id)
    return list(session.scalars(rows.order_by(Verification.at, Verification.id)))


def grounds_of(
    problem: Problem, seen: list[tuple[Visit, Record]], verified: list[Verification], session: Session
) -> Grounds:
    """As it stands now."""
    finders = sa.select(TeamMembership.person_id).where(TeamMembership.team_id == problem.team_id)
    return Grounds(
        way=problem.verification,
        needed=problem.visits_needed,
        finder_team=problem.team_id,
        finders=frozenset(session.scalars(finders)),
        visits=tuple(seen_visit(visit, record, problem, session) for visit, record in seen),
        verified=tuple(Verified(row.id, row.way, row.day, row.by_id, row.fixed) for row in verified),
        recused=recused(problem.unit_id, session),
    )
