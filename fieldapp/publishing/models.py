"""Editions (反馈): numbered by unit, frozen when they go out."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp import heads
from fieldapp.access.permissions import Permission
from fieldapp.db import Base, Id, Instant, Text
from fieldapp.organisations.models import Unit, same_county


class Edition(Base):
    """One edition. `content` is canonical JSON, of which `sha256` is the sum: what the unit reads, and nothing else."""

    __tablename__ = "editions"
    __table_args__ = (sa.UniqueConstraint("unit_id", "n"),)
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    unit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("units.id"))
    n: Mapped[int] = mapped_column(autoincrement=False)
    day: Mapped[date]
    content: Mapped[Text]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[Instant]
    unit: Mapped[Unit] = relationship()

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return edition_rows(cls, viewer)


def edition_rows(table: Any, viewer: Any) -> sa.ColumnElement[bool]:
    """The unit's own; the office and the leading group the county's; a leader those that speak of his team's finds."""
    if not viewer.has(Permission.READ_EDITIONS):
        return sa.false()
    if viewer.is_unit:
        return sa.and_(table.unit_id == viewer.unit_id)
    if viewer.is_office or viewer.is_leadership:
        return same_county(table.county_id, viewer)
    told, problems = Base.metadata.tables["edition_problems"], Base.metadata.tables["problems"]
    mine = sa.select(told.c.edition_id).join(problems, problems.c.id == told.c.problem_id)
    return (
        sa.and_(table.id.in_(mine.where(problems.c.team_id.in_(viewer.led_team_ids))))
        if viewer.led_team_ids
        else sa.false()
    )


class EditionProblem(Base):
    """Of which problems an edition speaks; `result` is one of publishing.editions.RESULTS."""

    __tablename__ = "edition_problems"
    edition_id: Mapped[UUID] = mapped_column(sa.ForeignKey("editions.id"), primary_key=True)
    problem_id: Mapped[UUID] = mapped_column(sa.ForeignKey("problems.id"), primary_key=True)
    result: Mapped[str] = mapped_column(sa.String(20))

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _of_visible_edition(cls.edition_id, viewer)


class EditionPhoto(Base):
    """A photo that was released: a copy without metadata, kept as an original of its own."""

    __tablename__ = "edition_photos"
    edition_id: Mapped[UUID] = mapped_column(sa.ForeignKey("editions.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(sa.String(64))

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _of_visible_edition(cls.edition_id, viewer)


def _of_visible_edition(column: Any, viewer: Any) -> sa.ColumnElement[bool]:
    editions = Base.metadata.tables["editions"]
    return sa.and_(column.in_(sa.select(editions.c.id).where(edition_rows(editions.c, viewer))))


heads.grows(Edition, by=("unit_id",))
heads.grows(EditionProblem, by=("edition_id",))
heads.grows(EditionPhoto, by=("edition_id",))
