"""Named reads of visits for whoever may see them."""

from uuid import UUID

import sqlalchemy as sa

from fieldapp import clock
from fieldapp.db import db, system_reads
from fieldapp.errors import NotVisible
from fieldapp.evidence import queries as evidence
from fieldapp.organisations.models import Person, Team
from fieldapp.organisations.queries import one
from fieldapp.visits.attendance import is_struck
from fieldapp.visits.briefing import problem_of
from fieldapp.visits.models import TapRow, Visit, VisitPerson
from fieldapp.visits.numbering import Number, number_of
from fieldapp.visits.projecting import frame, record_of
from fieldapp.visits.record import Record
from fieldapp.visits.states import DONE
from fieldapp.visits.taps import taps_of
from fieldapp.visits.timeline import fold, judged_late

UNSETTLED = ("collected", "sent_back")  # everybody has handed in, and it is not sealed


def visit(visit_id: UUID) -> Visit:
    """One visit; raises NotVisible."""
    return one(Visit, visit_id)


def is_visible(visit_id: UUID) -> bool:
    """Whether the viewer may see this visit now."""
    return db.session.scalar(sa.select(Visit.id).where(Visit.id == visit_id)) is not None


def takes_part(visit_id: UUID, person_id: UUID) -> bool:
    """Whether the visit is there for this person to go on with; a parked tap's sender is sent home instead."""
    rows = sa.select(VisitPerson.visit_id).where(
        VisitPerson.visit_id == visit_id, VisitPerson.person_id == person_id
    )
    return db.session.scalar(rows) is not None


def record(seen: Visit) -> Record:
    """The folded record of a visit that the viewer has been shown to see."""
    with system_reads() as session:
        return record_of(seen, session)


def record_and_late(seen: Visit) -> tuple[Record, dict[UUID, int]]:
    """The same, and by person how many judgements came in after the own hand-in; the log is read once."""
    with system_reads() as session:
        taps = taps_of(seen.id, session)
        return fold(taps, frame(seen, session)), judged_late(taps)


def names_in(seen: Visit) -> dict[UUID, str]:
    """Names of a visit's participants and of everybody who tapped in it, for its own pages only."""
    with system_reads() as session:
        tappers = sa.select(TapRow.person).where(TapRow.visit == seen.id)
        people = sa.select(VisitPerson.person_id).where(VisitPerson.visit_id == seen.id)
        rows = session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(tappers.union(people))))
        return {row.id: row.name for row in rows}


def number(seen: Visit) -> Number | None:
    """Its 编号; None before the hand-in."""
    with system_reads() as session:
        return number_of(seen, session)


def spoiled(record: Record) -> frozenset[str]:
    """Which of a record's photos cannot be opened, as far as somebody has tried: evidence they stay."""
    return evidence.undecodable({photo.file_sha256 for photo in record.photos if photo.file_sha256})


def running(person_id: UUID) -> list[Visit]:
    """One's own visits not yet handed in, newest first."""
    mine = sa.select(VisitPerson.visit_id).where(VisitPerson.person_id == person_id)
    rows = sa.select(Visit).where(
        Visit.id.in_(mine), Visit.state.in_(("under_way", "collected", "sent_back"))
    )
    return list(db.session.scalars(rows.order_by(Visit.day.desc(), Visit.id)))


def joinable(person_id: UUID, team_ids: frozenset[UUID]) -> list[tuple[UUID, str]]:
    """Unplanned visits that a colleague of one's team began today and oneself has not joined: id and neutral name."""
    mine = sa.select(VisitPerson.visit_id).where(VisitPerson.person_id == person_id)
    with system_reads() as session:
        rows = session.scalars(
            sa.select(Visit).where(
                Visit.plan_id.is_(None),
                Visit.state == "under_way",
                Visit.day == clock.today(),
                Visit.team_id.in_(team_ids),
                Visit.id.not_in(mine),
            )
        )
        offered = [row for row in rows if not is_struck(row.id, person_id, session)]
        return [(row.id, str(row.briefing["short_name"])) for row in offered]


def handed_in() -> list[Visit]:
    """What the leader and the office look at: newest first."""
    rows = sa.select(Visit).where(Visit.state != "under_way").order_by(Visit.day.desc(), Visit.id)
    return list(db.session.scalars(rows))


def judging(problem_id: UUID) -> list[Visit]:
    """Handed-in visits that the viewer may see and in which somebody judged this problem, newest first."""
    about = str(problem_id)
    rows = [row for row in handed_in() if row.state in DONE and problem_of(row.briefing, about) is not None]
    return [row for row in rows if any(each.subject == about for each in record(row).conclusions)]


def to_settle(team_ids: frozenset[UUID]) -> list[tuple[Visit, int]]:
    """Visits of these teams that everybody has handed in and where two differ, with how often, newest first."""
    rows = sa.select(Visit).where(Visit.state.in_(UNSETTLED), Visit.team_id.in_(team_ids))
    found = db.session.scalars(rows.order_by(Visit.day.desc(), Visit.id))
    counted = [(row, sum(conflict.is_open for conflict in record(row).conflicts)) for row in found]
    return [(row, n) for row, n in counted if n]


def photo_row(visit_id: UUID, tap_id: UUID) -> TapRow:
    """The tap that holds a photo of a visit which the viewer may see; raises NotVisible."""
    visit(visit_id)
    found = db.session.scalars(
        sa.select(TapRow).where(TapRow.id == tap_id, TapRow.visit == visit_id, TapRow.kind == "photo")
    ).first()
    if found is None or not found.file_sha256:
        raise NotVisible
    return found


def team_names() -> dict[UUID, str]:
    """Names of the teams that the viewer may see."""
    return {row.id: row.name for row in db.session.scalars(sa.select(Team))}


def is_handed_in(visit_id: UUID) -> bool:
    """Whether the visit's record has been handed in; asked as system, for a knower of its plan."""
    with system_reads() as session:
        return session.scalar(sa.select(Visit.handed_in_at).where(Visit.id == visit_id)) is not None


def visit_to_settle(visit_id: UUID) -> Visit:
    """A visit whose conflicts may still be settled by its leader; raises NotVisible."""
    found = visit(visit_id)
    if found.state not in (*UNSETTLED, "handed_in"):
        raise NotVisible
    return found
