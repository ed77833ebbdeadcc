"""Verbs that write the organisation."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldapp.db import db, system_reads
from fieldapp.errors import RuleBroken
from fieldapp.organisations.models import (
    Counter,
    County,
    Person,
    Recusal,
    Round,
    ServicePoint,
    Team,
    TeamMembership,
    Unit,
)
from fieldapp.organisations.opening import read_opening


def add_county(name: str, city: str, settings: dict[str, object] | None = None) -> County:
    """A county's inspection office; done on the command line or by the demo, by nobody in the app."""
    county = County(name=name, city=city, settings=settings or {})
    db.session.add(county)
    db.session.flush()
    return county


def add_person(county_id: UUID, name: str, home: str = "") -> Person:
    """Somebody who may belong to teams and hold roles."""
    person = Person(county_id=county_id, name=name.strip(), home=home.strip())
    db.session.add(person)
    db.session.flush()
    return person


def add_unit(county_id: UUID, name: str, party_org: str = "", phone_name: str = "镇上办事") -> Unit:
    """An inspected unit; its name is unique in the county."""
    with system_reads() as session:
        if session.scalar(sa.select(Unit.id).where(Unit.county_id == county_id, Unit.name == name.strip())):
            raise RuleBroken("已经有这个单位", "name")
    unit = Unit(
        county_id=county_id, name=name.strip(), party_org=party_org.strip(), phone_name=phone_name.strip()
    )
    db.session.add(unit)
    db.session.flush()
    return unit


def add_point(unit: Unit, name: str, hours: str = "", address: str = "") -> ServicePoint:
    """A place where the unit serves citizens; its name is unique there."""
    check_point_name(unit.id, name)
    point = ServicePoint(
        county_id=unit.county_id,
        unit_id=unit.id,
        name=name.strip(),
        address=address.strip(),
        opening=read_opening(hours),
    )
    db.session.add(point)
    db.session.flush()
    return point


def check_point_name(unit_id: UUID, name: str, own: UUID | None = None) -> None:
    """Two places of one name could not be told apart in a plan."""
    same = sa.select(ServicePoint.id).where(
        ServicePoint.unit_id == unit_id, ServicePoint.name == name.strip()
    )
    with system_reads() as session:
        if session.scalar(same.where(ServicePoint.id != own) if own else same):
            raise RuleBroken("这个单位已经有这个服务点", "name")


def add_counter(point: ServicePoint, name: str) -> Counter:
    """A counter of a service point; its name is unique there."""
    check_counter_name(point.id, name)
    counter = Counter(county_id=point.county_id, unit_id=point.unit_id, point_id=point.id, name=name.strip())
    db.session.add(counter)
    db.session.flush()
    return counter


def check_counter_name(point_id: UUID, name: str, own: UUID | None = None) -> None:
    """Two counters of one name could not be told apart in a plan."""
    same = sa.select(Counter.id).where(Counter.point_id == point_id, Counter.name == name.strip())
    with system_reads() as session:
        if session.scalar(same.where(Counter.id != own) if own else same):
            raise RuleBroken("这里已经有这个窗口", "name")


def add_round(county_id: UUID, name: str, starts: date, ends: date) -> Round:
    """A round of inspection."""
    if starts > ends:
        raise RuleBroken("结束的日子不能早于开始", "ends")
    row = Round(county_id=county_id, name=name.strip(), starts=starts, ends=ends)
    db.session.add(row)
    db.session.flush()
    return row


def add_team(of: Round, name: str) -> Team:
    """A team of the round; its name is unique there."""
    with system_reads() as session:
        if session.scalar(sa.select(Team.id).where(Team.round_id == of.id, Team.name == name.strip())):
            raise RuleBroken("这一轮已经有这个组", "name")
    team = Team(county_id=of.county_id, round_id=of.id, name=name.strip())
    db.session.add(team)
    db.session.flush()
    return team


def join_team(
    team: Team,
    person_id: UUID,
    starts: date,
    ends: date,
    *,
    by: Any,
    at: int | None = None,
    leads: bool = False,
) -> TeamMembership:
    """A person belongs to a team from day to day; one membership a span. Only the head makes a leader, and nobody
    puts himself into a team: it would open what the team has found and makes."""
    if person_id == by.person_id:
        raise RuleBroken("不能把自己加进组，请另一位经办或主任来加", "person_id")
    if starts > ends:
        raise RuleBroken("结束的日子不能早于开始", "ends")
    if leads and not (by.is_system or by.is_head):
        raise RuleBroken("组长由主任指定", "leads")
    with system_reads() as session:
        overlap = sa.select(TeamMembership.id).where(
            TeamMembership.team_id == team.id,
            TeamMembership.person_id == person_id,
            TeamMembership.starts <= ends,
            TeamMembership.ends >= starts,
        )
        if session.scalar(overlap):
            raise RuleBroken("这几天已经在这个组里", "person_id")
    row = TeamMembership(
        county_id=team.county_id,
        team_id=team.id,
        person_id=person_id,
        starts=starts,
        ends=ends,
        leads=leads,
        added_at=at,
    )
    db.session.add(row)
    db.session.flush()
    return row


def add_recusal(county_id: UUID, person_id: UUID, unit_id: UUID, reason: str) -> Recusal:
    """A person who must not deal with a unit."""
    with system_reads() as session:
        if session.scalar(
            sa.select(Recusal.id).where(Recusal.person_id == person_id, Recusal.unit_id == unit_id)
        ):
            raise RuleBroken("这一条已经有了", "person_id")
    row = Recusal(county_id=county_id, person_id=person_id, unit_id=unit_id, reason=reason.strip())
    db.session.add(row)
    db.session.flush()
    return row


def end_membership(row: TeamMembership, on: date) -> None:
    """The person leaves the team; one who had not begun yet leaves without a trace."""
    if row.starts > on:
        db.session.delete(row)
    else:
        row.ends = min(row.ends, on)
    db.session.flush()
