"""The leader's word on who went on an unplanned visit, and what follows from it."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import history
from fieldapp.db import system_reads
from fieldapp.errors import NotVisible, RuleBroken
from fieldapp.visits import attendance
from fieldapp.visits.assigning import MIN_PEOPLE
from fieldapp.visits.joining import join
from fieldapp.visits.models import Visit, VisitAttendance, VisitPerson
from fieldapp.visits.projecting import advance


def say_who_went(visit_id: UUID, person: UUID, went: bool, *, by: Any, at: int) -> None:
    """A row, an entry in the visit's history, and the next step if the visit waited for nothing else. The same word
    again changes nothing."""
    with system_reads() as session:
        visit = session.get(Visit, visit_id, with_for_update=True)
        if visit is None or not attendance.may_say(visit, by):
            raise NotVisible
        last = attendance.words(visit_id, session).get(person)
        people = _people(visit_id, session)
        if person not in people and last is None:
            raise NotVisible
        if last is not None and last.went == went:
            return
        refusal = why_not(went, person in people, len(people), visit.handed_in_at is not None)
        if refusal:
            raise RuleBroken(refusal, "went")
        _write(session, visit, person, went, last.n + 1 if last else 1, by, at)
        advance(session, visit, by.person_id, at)


def why_not(went: bool, is_in: bool, people: int, is_frozen: bool) -> str:
    """The rule as a sentence; empty when nothing forbids the word."""
    if went == is_in:
        return ""
    if is_frozen:
        return "记录已经交了，去的人不能再变"
    if not went and people - 1 < MIN_PEOPLE:
        return f"至少要留 {MIN_PEOPLE} 个人。让真去了的人先在手机上点“一起记”，再来定"
    return ""


def _people(visit_id: UUID, session: Session) -> set[UUID]:
    return set(session.scalars(sa.select(VisitPerson.person_id).where(VisitPerson.visit_id == visit_id)))


def _write(session: Session, visit: Visit, person: UUID, went: bool, n: int, by: Any, at: int) -> None:
    word = VisitAttendance(visit_id=visit.id, person_id=person, n=n, went=went, by_id=by.person_id, at=at)
    session.add(word)
    session.flush()
    if went:
        join(session, visit.id, person)
    else:
        here = (VisitPerson.visit_id == visit.id, VisitPerson.person_id == person)
        session.execute(sa.delete(VisitPerson).where(*here))
    said = {"person": str(person), "went": went}
    history.append(visit.stream, "attendance", actor=by.actor, at=at, payload=said, session=session)
