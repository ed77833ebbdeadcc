"""A code that binds, the phone it bound, and the end of that: each a fact that stays."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp import heads
from fieldapp.access.permissions import Permission
from fieldapp.db import Base, Id, Instant
from fieldapp.organisations.models import Person, same_county


class PhoneCode(Base):
    """Made at the office for one person, shown once; only its hash is kept."""

    __tablename__ = "phone_codes"
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    made_at: Mapped[Instant]

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        """Nobody: whoever sends a code is told whether it binds."""
        return sa.false()


class Phone(Base):
    """One binding. `device` is the phone's own random cookie; a code binds once."""

    __tablename__ = "phones"
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    code_id: Mapped[UUID] = mapped_column(sa.ForeignKey("phone_codes.id"), unique=True)
    device: Mapped[str] = mapped_column(sa.String(64))
    label: Mapped[str] = mapped_column(sa.String(20))
    bound_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    bound_at: Mapped[Instant]
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    end: Mapped["PhoneEnd | None"] = relationship(lazy="joined")

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        """One's own; the office's list is of its county."""
        return phone_rows(cls, viewer)


def phone_rows(table: Any, viewer: Any) -> sa.ColumnElement[bool]:
    """The same for the model and for its bare columns."""
    if viewer.has(Permission.BIND_PHONES):
        return same_county(table.county_id, viewer)
    return sa.and_(table.person_id == viewer.person_id)


class PhoneEnd(Base):
    """Lost, given back, or bound anew: nothing more is given to it."""

    __tablename__ = "phone_ends"
    phone_id: Mapped[UUID] = mapped_column(sa.ForeignKey("phones.id"), primary_key=True)
    at: Mapped[Instant]
    by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        phones = Base.metadata.tables["phones"]
        return sa.and_(cls.phone_id.in_(sa.select(phones.c.id).where(phone_rows(phones.c, viewer))))


heads.grows(PhoneCode)
heads.grows(Phone)
heads.grows(PhoneEnd)
