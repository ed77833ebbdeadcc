"""Named reads of the organisation; the rows are narrowed to the viewer by the session."""

import collections
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from fieldapp import clock
from fieldapp.db import Base, db
from fieldapp.errors import NotVisible
from fieldapp.organisations.models import (
    Counter,
    Person,
    Recusal,
    Round,
    ServicePoint,
    Team,
    TeamMembership,
    Unit,
)

Row = TypeVar("Row", bound=Base)


def one(model: type[Row], row_id: Any) -> Row:
    """The row with this id; raises NotVisible. A select, not `get`, so that the identity map cannot pass the wall."""
    key: Any = model.id  # type: ignore[attr-defined]
    found = db.session.scalars(sa.select(model).where(key == row_id)).one_or_none()
    if found is None:
        raise NotVisible
    return found


def units() -> list[Unit]:
    """By name, never by any figure."""
    return list(db.session.scalars(sa.select(Unit).order_by(Unit.name)))


def points(unit_id: UUID | None = None) -> list[ServicePoint]:
    """Service points, of one unit or of all; those out of use last."""
    rows = sa.select(ServicePoint).order_by(ServicePoint.closed_on.is_not(None), ServicePoint.name)
    return list(db.session.scalars(rows.where(ServicePoint.unit_id == unit_id) if unit_id else rows))


def counters(unit_id: UUID | None = None, on: date | None = None) -> list[Counter]:
    """Counters, of one unit or of all; only those in use on a day if one is given, the point being in use too."""
    rows = sa.select(Counter).join(ServicePoint, ServicePoint.id == Counter.point_id)
    rows = rows.order_by(ServicePoint.name, Counter.name)
    if on:
        rows = rows.where(Counter.open_on(on), ServicePoint.open_on(on))
    return list(db.session.scalars(rows.where(Counter.unit_id == unit_id) if unit_id else rows))


def rounds() -> list[Round]:
    """Newest first."""
    return list(db.session.scalars(sa.select(Round).order_by(Round.starts.desc(), Round.name)))


def teams(round_id: UUID | None = None) -> list[Team]:
    """Teams, of one round or of all, newest round first."""
    rows = sa.select(Team).join(Round, Round.id == Team.round_id).order_by(Round.starts.desc(), Team.name)
    return list(db.session.scalars(rows.where(Team.round_id == round_id) if round_id else rows))


def memberships(team_id: UUID, on: date | None = None) -> list[TeamMembership]:
    """A team's people, leaders first; only those of a day if one is given."""
    rows = sa.select(TeamMembership).join(Person, Person.id == TeamMembership.person_id)
    rows = rows.where(TeamMembership.team_id == team_id).order_by(TeamMembership.leads.desc(), Person.name)
    if on:
        rows = rows.where(TeamMembership.starts <= on, TeamMembership.ends >= on)
    return list(db.session.scalars(rows))


def people() -> list[Person]:
    """The county's people by name."""
    return list(db.session.scalars(sa.select(Person).order_by(Person.name)))


def teams_by_person(on: date) -> dict[UUID, list[TeamMembership]]:
    """Everybody's memberships of a day, by team."""
    rows = sa.select(TeamMembership).join(Team, Team.id == TeamMembership.team_id)
    rows = rows.where(TeamMembership.starts <= on, TeamMembership.ends >= on).order_by(Team.name)
    found: dict[UUID, list[TeamMembership]] = {}
    for row in db.session.scalars(rows.options(joinedload(TeamMembership.team).joinedload(Team.round))):
        found.setdefault(row.person_id, []).append(row)
    return found


def people_named() -> list[tuple[str, str]]:
    """(id, name) of everybody to choose from; of two who are called alike, with what tells them apart."""
    rows, teams = people(), teams_by_person(clock.today())
    names = collections.Counter(row.name for row in rows)
    return [(str(row.id), row.name if names[row.name] == 1 else _told_apart(row, teams)) for row in rows]


def _told_apart(row: Person, teams: dict[UUID, list[TeamMembership]]) -> str:
    more = [row.home, *(each.team.name for each in teams.get(row.id, []))]
    return f"{row.name}（{'，'.join(filter(None, more)) or '今天不在哪个组里'}）"


def teams_of(person_id: UUID) -> list[TeamMembership]:
    """One person's memberships, newest first."""
    rows = sa.select(TeamMembership).where(TeamMembership.person_id == person_id)
    return list(db.session.scalars(rows.order_by(TeamMembership.starts.desc())))


def recusals(person_id: UUID | None = None) -> list[Recusal]:
    """Who must not deal with which unit; of one person or of all."""
    rows = sa.select(Recusal).join(Person, Person.id == Recusal.person_id).order_by(Person.name)
    return list(db.session.scalars(rows.where(Recusal.person_id == person_id) if person_id else rows))
