"""Who went on an unplanned visit: what the leader has said, and whom he still has to speak of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.db import system_reads
from fieldapp.errors import NotVisible
from fieldapp.history import Entry
from fieldapp.organisations.models import Person
from fieldapp.visits.models import Visit, VisitAttendance, VisitPerson

Words = dict[UUID, VisitAttendance]


@dataclass(frozen=True)
class Somebody:
    """One of an unplanned visit's people, with the leader's last word; `went` None: nothing said yet."""

    id: UUID
    name: str
    went: bool | None
    by: str
    at: int | None


@dataclass(frozen=True)
class LedVisit:
    """All that a leader may know of an unplanned visit before its hand-in."""

    id: UUID
    short_name: str
    day: date
    is_frozen: bool
    is_waiting: bool
    people: tuple[Somebody, ...]


def words(visit_id: UUID, session: Session) -> Words:
    """The last word on each person; `session` is a system session."""
    rows = sa.select(VisitAttendance).where(VisitAttendance.visit_id == visit_id).order_by(VisitAttendance.n)
    return {row.person_id: row for row in session.scalars(rows)}


def is_struck(visit_id: UUID, person: UUID, session: Session) -> bool:
    """Whether the leader says that this person did not go: pressing 开始 again changes nothing."""
    last = words(visit_id, session).get(person)
    return last is not None and not last.went


def people_to_confirm(visit: Visit) -> list[UUID]:
    """Participants of an unplanned visit of whom the leader has said nothing; while there are any, no review."""
    with system_reads() as session:
        return _to_confirm(visit, session)


def _to_confirm(visit: Visit, session: Session) -> list[UUID]:
    said = words(visit.id, session)
    return [person for person in _people(visit, session) if person not in said]


def _people(visit: Visit, session: Session) -> list[UUID]:
    """Whom the leader speaks of: a plan's people need no word."""
    if visit.plan_id is not None:
        return []
    rows = sa.select(VisitPerson.person_id).where(VisitPerson.visit_id == visit.id)
    return sorted(session.scalars(rows))


def led(viewer: Any) -> list[LedVisit]:
    """Unplanned visits of the viewer's teams where a word is wanted or may still be changed, newest first. Read as
    system: before the hand-in a leader may know name, day and people, and nothing else of a visit."""
    with system_reads() as session:
        rows = session.scalars(
            sa.select(Visit)
            .where(Visit.plan_id.is_(None), Visit.team_id.in_(viewer.led_team_ids))
            .order_by(Visit.day.desc(), Visit.id)
        )
        found = [_led(row, session) for row in rows]
    return [each for each in found if each.is_waiting or not each.is_frozen]


def unspoken(viewer: Any) -> int:
    """How many people the viewer still has to speak of."""
    return sum(one.went is None for visit in led(viewer) for one in visit.people)


def led_visit(visit_id: UUID, viewer: Any) -> LedVisit:
    """One of them; raises NotVisible."""
    with system_reads() as session:
        row = session.get(Visit, visit_id)
        if row is None or not may_say(row, viewer):
            raise NotVisible
        return _led(row, session)


def may_say(visit: Visit, viewer: Any) -> bool:
    """Only the visiting team's leader, and only of a visit that no plan names the people of."""
    return visit.plan_id is None and visit.team_id in viewer.led_team_ids


def _led(visit: Visit, session: Session) -> LedVisit:
    return LedVisit(
        visit.id,
        str(visit.briefing["short_name"]),
        visit.day,
        is_frozen=visit.handed_in_at is not None,
        is_waiting=bool(_to_confirm(visit, session)),
        people=somebodies(visit, session),
    )


def somebodies(visit: Visit, session: Session) -> tuple[Somebody, ...]:
    """Everybody who began or joined an unplanned visit, the struck ones too, by name."""
    said = words(visit.id, session)
    everyone = {*_people(visit, session), *said}
    wanted = everyone | {row.by_id for row in said.values()}
    names: Mapping[UUID, str] = {
        row.id: row.name
        for row in session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(wanted)))
    }
    found = [_somebody(person, names, said.get(person)) for person in everyone]
    return tuple(sorted(found, key=lambda each: (each.name, each.id)))


def _somebody(person: UUID, names: Mapping[UUID, str], word: VisitAttendance | None) -> Somebody:
    if word is None:
        return Somebody(person, names[person], None, "", None)
    return Somebody(person, names[person], word.went, names[word.by_id], word.at)


def said_of(visit: Visit) -> tuple[Somebody, ...]:
    """The same for the page of a visit that the viewer has been shown to see; nobody for a planned one."""
    with system_reads() as session:
        return somebodies(visit, session)


def people_said(entries: Iterable[Entry]) -> set[UUID] | None:
    """The participants as a visit's history gives them; None when its `begin` is of before the names stood there."""
    people: set[UUID] | None = None
    for entry in entries:
        payload = entry.fields["payload"]
        if entry.action == "begin":
            people = {UUID(each) for each in payload["people"]} if "people" in payload else None
        if people is None:
            continue
        is_in = _is_in(entry.action, payload)
        if is_in is not None:
            (people.add if is_in else people.discard)(UUID(payload["person"]))
    return people


def _is_in(action: str, payload: Mapping[str, Any]) -> bool | None:
    """Whether an entry makes its person a participant, or ends that; None: it says nothing of it."""
    if action == "attendance":
        return bool(payload["went"])
    return True if action == "join" or (action == "adopt" and not payload["late"]) else None


def all_words(visit_id: UUID, session: Session) -> list[tuple[UUID, bool]]:
    """Every word on a visit, in the order in which it was given for each person."""
    rows = sa.select(VisitAttendance).where(VisitAttendance.visit_id == visit_id).order_by(VisitAttendance.n)
    return sorted(((row.person_id, row.went) for row in session.scalars(rows)), key=_by_person)


def words_said(entries: Iterable[Entry]) -> list[tuple[UUID, bool]]:
    """The same as the visit's history gives it."""
    said = [entry.fields["payload"] for entry in entries if entry.action == "attendance"]
    return sorted(((UUID(each["person"]), each["went"]) for each in said), key=_by_person)


def _by_person(word: tuple[UUID, bool]) -> UUID:
    return word[0]
