"""Accounts, standing roles, logins, failed attempts and the audit of access."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp import heads
from fieldapp.access.permissions import Permission
from fieldapp.db import Base, Id, Instant, Text, Versioned
from fieldapp.organisations.models import Person, Unit, same_county


class Account(Versioned, Base):
    """A login name and its argon2id hash. Disabled, never deleted: the log names it."""

    __tablename__ = "accounts"
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), unique=True)
    username: Mapped[str] = mapped_column(sa.String(40), unique=True)
    password_hash: Mapped[Text]
    must_change: Mapped[bool] = mapped_column(default=False)
    disabled: Mapped[bool] = mapped_column(default=False)
    big_text: Mapped[bool] = mapped_column(default=False)
    person: Mapped[Person] = relationship()

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        if viewer.has(Permission.MANAGE_ACCOUNTS) or viewer.has(Permission.CONFIRM_ROLES):
            return same_county(cls.county_id, viewer)
        return sa.and_(cls.person_id == viewer.person_id)


class RoleGrant(Versioned, Base):
    """A standing role of a person from day to day. Those that read content count only once a head confirmed them."""

    __tablename__ = "role_grants"
    __table_args__ = (
        sa.CheckConstraint("starts <= ends", name="span"),
        sa.CheckConstraint("role <> 'unit' OR unit_id IS NOT NULL", name="unit_has_unit"),
    )
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    role: Mapped[str] = mapped_column(sa.String(20))
    unit_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("units.id"))
    starts: Mapped[date]
    ends: Mapped[date]
    confirmed_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    confirmed_at: Mapped[Instant | None] = mapped_column(sa.BigInteger)
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    unit: Mapped[Unit | None] = relationship()

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        """As the account; and the office sees who holds which role in its county: it assigns work by it."""
        if viewer.is_office:
            return same_county(cls.county_id, viewer)
        return Account.visible_to.__func__(cls, viewer)  # type: ignore[attr-defined,no-any-return]


class Login(Base):
    """A server-side session. Only the hash of its token is stored, so a copied database opens nothing."""

    __tablename__ = "logins"
    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    person_id: Mapped[UUID]
    phone: Mapped[bool]
    started_at: Mapped[Instant]
    seen_at: Mapped[Instant]
    ended_at: Mapped[Instant | None] = mapped_column(sa.BigInteger)

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return sa.and_(cls.person_id == viewer.person_id)


class Attempt(Base):
    """Failures of one login name since its last success, on a device it has logged in on apart from those on any other.
    Slows the next try down."""

    __tablename__ = "attempts"
    username_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[Instant]

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return sa.false()


class Audit(Base):
    """Access events: logins, failures, denied requests. Ids and endpoints only, never content."""

    __tablename__ = "audit"
    id: Mapped[Id]
    at: Mapped[Instant]
    county_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None]
    event: Mapped[str] = mapped_column(sa.String(40))
    about: Mapped[Text] = mapped_column(default="")

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return sa.and_(cls.person_id == viewer.person_id)


heads.grows(Audit, by=("person_id",))
heads.holds(Account, "id", "county_id", "person_id", "username", "password_hash", "disabled")
heads.holds(
    RoleGrant,
    "id",
    "county_id",
    "person_id",
    "role",
    "unit_id",
    "starts",
    "ends",
    "confirmed_by",
    "confirmed_at",
)
