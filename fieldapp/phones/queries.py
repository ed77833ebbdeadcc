"""Bound phones, and who may have one."""

from uuid import UUID

import sqlalchemy as sa

from fieldapp import clock
from fieldapp.db import db
from fieldapp.errors import NotVisible
from fieldapp.organisations.models import Person, TeamMembership
from fieldapp.phones.models import Phone, PhoneEnd

_BOUND = ~sa.exists().where(PhoneEnd.phone_id == Phone.id)


def bound_phones() -> list[Phone]:
    """Those in use that the viewer may see, newest first."""
    return list(db.session.scalars(sa.select(Phone).where(_BOUND).order_by(Phone.bound_at.desc())).unique())


def phones_of(person_id: UUID) -> list[Phone]:
    """Somebody's own."""
    return [row for row in bound_phones() if row.person_id == person_id]


def phone_here(person_id: UUID, device: str) -> Phone | None:
    """The binding of this very phone."""
    return next((row for row in phones_of(person_id) if row.device == device), None)


def one_phone(phone_id: UUID) -> Phone:
    """By its id; raises NotVisible."""
    found = db.session.scalars(sa.select(Phone).where(Phone.id == phone_id)).unique().one_or_none()
    if found is None:
        raise NotVisible
    return found


def people_on_foot() -> list[Person]:
    """Who belongs to a team today: they make visits, and only they need a bound phone."""
    today = clock.today()
    members = sa.select(TeamMembership.person_id).where(
        TeamMembership.starts <= today, TeamMembership.ends >= today
    )
    return list(db.session.scalars(sa.select(Person).where(Person.id.in_(members)).order_by(Person.name)))
