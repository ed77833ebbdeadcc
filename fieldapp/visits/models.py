"""Tables of the visit. Plans are unreadable without the key; taps can be added and never changed."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp import heads, history
from fieldapp.access.permissions import Permission
from fieldapp.db import Base, Id, Instant, Text
from fieldapp.organisations.models import Counter, ServicePoint, Team, Unit, same_county
from fieldapp.workflow import stream_name

_FROZEN = (
    "county_id", "plan_id", "team_id", "unit_id", "point_id", "counter_id", "scenario_version_id", "briefing_version",
    "briefing", "day",
)  # fmt: skip


class Plan(Base):
    """A planned visit: one padded blob. No county, day, unit or person stands in clear beside it."""

    __tablename__ = "plans"
    id: Mapped[Id]
    key_id: Mapped[str] = mapped_column(sa.String(16))
    blob: Mapped[bytes] = mapped_column(sa.LargeBinary)
    version: Mapped[int] = mapped_column(default=1)

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        """Nobody: visits/plans.py opens it for a knower, and logs that first."""
        return sa.false()


class PlanIndex(Base):
    """token = HMAC(person | day) for each knower and day, HMAC(person | month) for the office's search."""

    __tablename__ = "plan_index"
    token: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(sa.ForeignKey("plans.id"), primary_key=True)

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return sa.false()


class PlanRead(Base):
    """Who looked at which plan and when; written and committed before the plan is shown."""

    __tablename__ = "plan_reads"
    id: Mapped[Id]
    plan_id: Mapped[UUID]
    person_id: Mapped[UUID]
    county_id: Mapped[UUID]
    at: Mapped[Instant]

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        if viewer.has(Permission.READ_LOG_OF_PLANS):
            return same_county(cls.county_id, viewer)
        return sa.and_(cls.person_id == viewer.person_id)


class Visit(Base):
    """Made at `begin`, not at planning: before that nothing in clear says that somebody will go."""

    __tablename__ = "visits"
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    plan_id: Mapped[UUID | None]
    team_id: Mapped[UUID] = mapped_column(sa.ForeignKey("teams.id"))
    unit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("units.id"))
    point_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("service_points.id"))
    counter_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("counters.id"))
    scenario_version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("scenario_versions.id"))
    briefing_version: Mapped[int]
    briefing: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # the frozen copy that `begin` named
    day: Mapped[date]
    state: Mapped[str] = mapped_column(sa.String(20), default="under_way")
    seal: Mapped[str] = mapped_column(sa.String(64), default="")
    handed_in_at: Mapped[Instant | None] = mapped_column(sa.BigInteger)
    reviewed_at: Mapped[Instant | None] = mapped_column(
        sa.BigInteger
    )  # what is received later stands outside
    missing: Mapped[Text] = mapped_column(
        default=""
    )  # what the people are asked to add, while it is sent back
    people: Mapped[list["VisitPerson"]] = relationship(back_populates="visit")
    team: Mapped[Team] = relationship()
    unit: Mapped[Unit] = relationship()
    point: Mapped[ServicePoint | None] = relationship()
    counter: Mapped[Counter | None] = relationship()

    @property
    def stream(self) -> str:
        return stream_name("visit", self.id)

    @property
    def content_hash(self) -> str:
        """Of what `begin` froze."""
        return history.content_hash({name: getattr(self, name) for name in _FROZEN})

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return visit_rows(cls, viewer)


def visit_rows(table: Any, viewer: Any) -> sa.ColumnElement[bool]:
    """Participant; the visiting team's leader and the office from hand-in; a knower of the office while it runs."""
    if viewer.is_unit or viewer.is_city or not viewer.has(Permission.READ_VISITS):
        return sa.false()
    people = Base.metadata.tables["visit_people"]
    took_part = table.id.in_(sa.select(people.c.visit_id).where(people.c.person_id == viewer.person_id))
    done = table.state != "under_way"
    ways = [took_part]
    if viewer.led_team_ids:
        ways.append(sa.and_(table.team_id.in_(viewer.led_team_ids), done))
    if viewer.is_leadership:
        ways.append(table.state == "reviewed")
    if viewer.led_team_ids:  # the finder's leader, once asked to sign what rests on this visit
        rests, closings = (Base.metadata.tables[name] for name in ("closing_visits", "closings"))
        asked = sa.select(rests.c.visit_id).join(closings, closings.c.id == rests.c.closing_id)
        signs = asked.where(
            closings.c.team_id.in_(viewer.led_team_ids), closings.c.state.in_(("signing", "closed"))
        )
        ways.append(sa.and_(table.state == "reviewed", table.id.in_(signs)))
    if viewer.is_office:
        knowers = Base.metadata.tables["visit_knowers"]
        knows = table.id.in_(sa.select(knowers.c.visit_id).where(knowers.c.person_id == viewer.person_id))
        ways.append(sa.or_(done, knows))
    return sa.and_(table.county_id == viewer.county_id, sa.or_(*ways))


class VisitPerson(Base):
    """A participant today: the plan's, one who began or joined an unplanned visit, one whom the office took in.
    A projection: the visit's history says how it came about (`attendance.people_said`)."""

    __tablename__ = "visit_people"
    visit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("visits.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
    visit: Mapped[Visit] = relationship(back_populates="people")

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _of_visible_visit(cls.visit_id, viewer)


class VisitKnower(Base):
    """The plan's list of names, copied when the visit begins."""

    __tablename__ = "visit_knowers"
    visit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("visits.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _of_visible_visit(cls.visit_id, viewer)


def _of_visible_visit(column: Any, viewer: Any) -> sa.ColumnElement[bool]:
    visits = Base.metadata.tables["visits"]
    return sa.and_(column.in_(sa.select(visits.c.id).where(visit_rows(visits.c, viewer))))


class VisitAttendance(Base):
    """The leader's word on whether somebody went on an unplanned visit. A changed mind is a row more and the last
    one counts, so that who said what before stays readable."""

    __tablename__ = "visit_attendance"
    visit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("visits.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    went: Mapped[bool]
    by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[Instant]

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _of_visible_visit(cls.visit_id, viewer)


class ParkedDecision(Base):
    """The office's word on the parked taps of one person; the last one counts. No foreign key to the visit: there may
    be none. `taps` is how many there were to decide upon: what comes later is open again."""

    __tablename__ = "parked_decisions"
    __table_args__ = (sa.CheckConstraint("outcome IN ('joined', 'late', 'aside')", name="outcome"),)
    visit: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    outcome: Mapped[str] = mapped_column(sa.String(10))  # participant; outside the frozen people; kept aside
    reason: Mapped[Text]
    taps: Mapped[int]
    by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[Instant]

    @property
    def is_adopted(self) -> bool:
        return self.outcome != "aside"

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        if not viewer.has(Permission.SEE_PARKED):
            return sa.false()
        return same_county(cls.county_id, viewer)


class TapRow(Base):
    """One tap as it arrived. No foreign key to the visit: a tap of an unknown visit is kept too (parked).

    Primary key (id, digest): the same id with other content is stored beside the first, never over it."""

    __tablename__ = "taps"
    __table_args__ = (
        sa.Index("ix_taps_visit_person", "visit", "person", "device", "seq"),
        sa.Index("ix_taps_arrival", "arrival"),
    )
    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    visit: Mapped[UUID]
    person: Mapped[UUID]
    device: Mapped[str] = mapped_column(sa.String(64))
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    kind: Mapped[str] = mapped_column(sa.String(40))
    v: Mapped[int]
    payload: Mapped[Text]  # canonical JSON
    wall_ms: Mapped[int | None] = mapped_column(sa.BigInteger)
    mono_ms: Mapped[int | None] = mapped_column(sa.BigInteger)
    origin_ms: Mapped[int | None] = mapped_column(sa.BigInteger)
    offset_ms: Mapped[int | None] = mapped_column(sa.BigInteger)
    offset_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    received_at: Mapped[Instant]
    file_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    row_hash: Mapped[str] = mapped_column(sa.String(64))
    # Its place in the order of arrival, which no clock decides: a backup holds all up to one number. Not hashed.
    arrival: Mapped[int | None] = mapped_column(sa.BigInteger)

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        if viewer.is_unit or viewer.is_city:
            return sa.false()
        return sa.or_(cls.person == viewer.person_id, _of_visible_visit(cls.visit, viewer))


heads.grows(TapRow, by=("visit", "person"), columns=("row_hash",))  # it hashes all the rest
heads.grows(PlanRead, by=("person_id",))
heads.grows(VisitAttendance, by=("visit_id",))
heads.grows(ParkedDecision, by=("visit",))
