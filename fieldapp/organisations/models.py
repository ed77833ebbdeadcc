"""Tables of who and where. Everything below a county is seen only inside it."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp import heads, history
from fieldapp.db import Base, Id, Instant, Text, Versioned
from fieldapp.organisations.opening import opening_text


def same_county(column: Any, viewer: Any) -> sa.ColumnElement[bool]:
    """The first wall of every row: the viewer's own county, or for the city office its counties."""
    if viewer.is_city:
        return sa.and_(column.in_(viewer.county_ids))
    return sa.and_(column == viewer.county_id) if viewer.county_id else sa.false()


class County(Versioned, Base):
    """A county's inspection office; `settings` holds what differs by county (names of lists, counting rules)."""

    __tablename__ = "counties"
    id: Mapped[Id]
    name: Mapped[Text]
    city: Mapped[Text]
    settings: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)

    @property
    def office(self) -> str:
        """What its office is called, on paper and to a unit."""
        return str(self.settings.get("office") or f"{self.name}委巡察办")

    @property
    def content_hash(self) -> str:
        """Of all that it has settled."""
        return history.content_hash(self.settings)

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return same_county(cls.id, viewer)


class Person(Versioned, Base):
    """Somebody who works in or for the office, or is a unit's liaison. Recusals name units by id."""

    __tablename__ = "people"
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    name: Mapped[Text]
    home: Mapped[Text] = mapped_column(default="")  # the bureau a seconded person comes from

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        if viewer.is_unit or viewer.is_city:
            return sa.and_(cls.id == viewer.person_id)
        return same_county(cls.county_id, viewer)


class Round(Versioned, Base):
    """A round of inspection (轮), with the batch (批) where the county counts in batches."""

    __tablename__ = "rounds"
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    name: Mapped[Text]
    starts: Mapped[date]
    ends: Mapped[date]

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return sa.false() if viewer.is_unit else same_county(cls.county_id, viewer)


class Team(Versioned, Base):
    """A team of a round (第一巡察组). It exists only in its round: people are seconded once."""

    __tablename__ = "teams"
    __table_args__ = (sa.UniqueConstraint("round_id", "name"),)
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    round_id: Mapped[UUID] = mapped_column(sa.ForeignKey("rounds.id"))
    name: Mapped[Text]
    round: Mapped[Round] = relationship()

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        if viewer.is_unit:  # the unit knows the team that inspected it, and no other
            inspections = Base.metadata.tables["inspections"]
            mine = sa.select(inspections.c.team_id).where(inspections.c.unit_id == viewer.unit_id)
            return sa.and_(cls.id.in_(mine))
        return same_county(cls.county_id, viewer)


class TeamMembership(Versioned, Base):
    """Who belongs to a team, from when to when; `leads` makes the person its leader."""

    __tablename__ = "team_memberships"
    __table_args__ = (sa.CheckConstraint("starts <= ends", name="span"),)
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    team_id: Mapped[UUID] = mapped_column(sa.ForeignKey("teams.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    leads: Mapped[bool] = mapped_column(default=False)
    starts: Mapped[date]
    ends: Mapped[date]
    added_at: Mapped[Instant | None] = mapped_column(sa.BigInteger)  # None: laid by the system, always there
    team: Mapped[Team] = relationship()
    person: Mapped[Person] = relationship()

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        """Own team; the office and the administrator the county. Never a unit: it would learn who is out visiting."""
        if viewer.sees_all_teams:
            return same_county(cls.county_id, viewer)
        return sa.and_(cls.team_id.in_(viewer.team_ids)) if viewer.team_ids else sa.false()


class Unit(Versioned, Base):
    """An inspected unit (被巡察单位): a town, a bureau, a village."""

    __tablename__ = "units"
    __table_args__ = (sa.UniqueConstraint("county_id", "name"),)
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    name: Mapped[Text]
    party_org: Mapped[Text] = mapped_column(default="")
    phone_name: Mapped[Text] = mapped_column(
        default="镇上办事"
    )  # what a phone shows: tells nobody what is checked

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        if viewer.is_unit:
            return sa.and_(cls.id == viewer.unit_id)
        return same_county(cls.county_id, viewer)


def _own_unit(column: Any, viewer: Any, county: Any) -> sa.ColumnElement[bool]:
    return sa.and_(column == viewer.unit_id) if viewer.is_unit else same_county(county, viewer)


class Closable:
    """A place that may go out of use. It stays for the visits that were made there; no plan is offered it."""

    closed_on: Mapped[date | None]  # the first day without it

    def is_closed(self, on: date) -> bool:
        return self.closed_on is not None and self.closed_on <= on

    @classmethod
    def open_on(cls, day: date) -> sa.ColumnElement[bool]:
        """In use on this day, as a condition of a query."""
        return sa.or_(cls.closed_on.is_(None), cls.closed_on > day)


class ServicePoint(Closable, Versioned, Base):
    """A place where a unit serves citizens (便民服务中心, 便民服务站)."""

    __tablename__ = "service_points"
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    unit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("units.id"))
    name: Mapped[Text]
    address: Mapped[Text] = mapped_column(default="")
    opening: Mapped[list[dict[str, Any]]] = mapped_column(
        sa.JSON, default=list
    )  # opening.py says what it holds
    hours_said: Mapped[Text] = mapped_column("hours", default="")  # words from before 0008 that are no times
    unit: Mapped[Unit] = relationship()
    counters: Mapped[list["Counter"]] = relationship(back_populates="point", order_by="Counter.name")

    @property
    def hours(self) -> str:
        """When it is open, in words."""
        return opening_text(self.opening) or self.hours_said

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _own_unit(cls.unit_id, viewer, cls.county_id)


class Counter(Closable, Versioned, Base):
    """A counter (窗口) of a service point; the window is recorded, never the clerk's name."""

    __tablename__ = "counters"
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    unit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("units.id"))
    point_id: Mapped[UUID] = mapped_column(sa.ForeignKey("service_points.id"))
    name: Mapped[Text]
    point: Mapped[ServicePoint] = relationship(back_populates="counters")

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _own_unit(cls.unit_id, viewer, cls.county_id)


class Recusal(Versioned, Base):
    """A person who must not deal with a unit (任职回避、公务回避), with the reason."""

    __tablename__ = "recusals"
    __table_args__ = (sa.UniqueConstraint("person_id", "unit_id"),)
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    unit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("units.id"))
    reason: Mapped[Text]
    person: Mapped[Person] = relationship()
    unit: Mapped[Unit] = relationship()

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return same_county(cls.county_id, viewer) if viewer.is_office else sa.false()


# Who sat in which team on which day decides who goes, who signs and who must not.
heads.holds(Person, "id", "county_id", "name")
heads.holds(Round, "id", "county_id", "name", "starts", "ends")
heads.holds(Team, "id", "county_id", "round_id", "name")
heads.holds(TeamMembership, "id", "county_id", "team_id", "person_id", "leads", "starts", "ends", "added_at")
heads.holds(Recusal, "id", "county_id", "person_id", "unit_id", "reason")
