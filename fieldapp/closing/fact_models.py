"""事实确认: a new finding becomes a problem only after its unit has said that it is so, or has objected on record."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp import heads
from fieldapp.db import Base, Id, Instant, Text
from fieldapp.organisations.models import Unit, same_county


class Fact(Base):
    """A new finding put before its unit (事实确认): its own words, neutral, with no visit in them."""

    __tablename__ = "facts"
    __table_args__ = (sa.UniqueConstraint("visit_id", "tap_id"),)
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    unit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("units.id"))
    visit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("visits.id"))
    tap_id: Mapped[UUID]  # the finding
    text: Mapped[Text]
    day: Mapped[date]
    by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[Instant]
    unit: Mapped[Unit] = relationship()

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return fact_rows(cls, viewer)


def fact_rows(table: Any, viewer: Any) -> sa.ColumnElement[bool]:
    """The unit's own and the office's: sending one is telling the unit."""
    if viewer.is_unit:
        return sa.and_(table.unit_id == viewer.unit_id)
    return same_county(table.county_id, viewer) if viewer.is_office else sa.false()


class FactReply(Base):
    """What the unit answered: it is so, or its objection; on paper, the office wrote it down."""

    __tablename__ = "fact_replies"
    __table_args__ = (sa.CheckConstraint("agrees OR text <> ''", name="objection_says_why"),)
    fact_id: Mapped[UUID] = mapped_column(sa.ForeignKey("facts.id"), primary_key=True)
    agrees: Mapped[bool]
    text: Mapped[Text]
    letter: Mapped[Text]
    by_office: Mapped[bool]
    by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[Instant]

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        facts = Base.metadata.tables["facts"]
        return sa.and_(cls.fact_id.in_(sa.select(facts.c.id).where(fact_rows(facts.c, viewer))))


class FactProblem(Base):
    """The problem that became of an answered finding."""

    __tablename__ = "fact_problems"
    fact_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fact_replies.fact_id"), primary_key=True)
    problem_id: Mapped[UUID] = mapped_column(sa.ForeignKey("problems.id"), unique=True)

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        facts = Base.metadata.tables["facts"]
        return sa.and_(cls.fact_id.in_(sa.select(facts.c.id).where(fact_rows(facts.c, viewer))))


for _model in (Fact, FactReply, FactProblem):
    heads.grows(_model)
