"""Who signs for a body in a round: named by the head, with the reason, and whom somebody succeeds."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldapp import ids
from fieldapp.access.models import RoleGrant
from fieldapp.access.policy import Role
from fieldapp.closing.models import Signer
from fieldapp.db import db, system_reads
from fieldapp.errors import RuleBroken
from fieldapp.organisations.models import Person, Round, Team


@dataclass(frozen=True)
class Naming:
    """For which round and body, of 原巡察组 also which team; who, instead of whom, from when to when."""

    round_id: UUID
    body: str
    team_id: UUID | None
    person_id: UUID
    instead_of: UUID | None
    starts: date
    ends: date
    reason: str


def name_signer(said: Naming, *, key: UUID | None = None, by: Any, at: int) -> None:
    """The newest word on a person and a body counts: one that ends earlier takes an authorisation back. Sent twice, it
    is one."""
    if said.starts > said.ends:
        raise RuleBroken("结束的日子早于开始", "ends")
    if said.instead_of == said.person_id:
        raise RuleBroken("接替的是他自己，选另一个人或不选", "instead_of")
    if (said.body == "origin_team") != (said.team_id is not None):
        raise RuleBroken("替原巡察组签的要选组，别的不选", "team_id")
    with system_reads() as session:
        if key and session.get(Signer, key):
            return
        _are_of_the_county(said, by.county_id, session)
    row = Signer(**{**vars(said), "reason": said.reason.strip()})
    row.id, row.county_id, row.by_id, row.at = key or ids.new_id(), by.county_id, by.person_id, at
    db.session.add(row)
    db.session.flush()


def _are_of_the_county(said: Naming, county_id: UUID, session: Any) -> None:
    of_round = session.scalar(sa.select(Round.county_id).where(Round.id == said.round_id))
    team = session.get(Team, said.team_id) if said.team_id else None
    people = {said.person_id, *([said.instead_of] if said.instead_of else [])}
    found = session.scalars(sa.select(Person.county_id).where(Person.id.in_(people))).all()
    if of_round != county_id or list(found) != [county_id] * len(people):
        raise RuleBroken("选列出来的一项", "person_id")
    if team is not None and team.round_id != said.round_id:
        raise RuleBroken("这个组不在这一轮", "team_id")
    if _reads_no_visit(said, session):
        raise RuleBroken("单位联络员、系统管理员、市委巡察办的人不能签认", "person_id")


def _reads_no_visit(said: Naming, session: Any) -> bool:
    """Whether this person holds, at any time of these days, a role that must never read what was seen."""
    rows = sa.select(RoleGrant.id).where(
        RoleGrant.person_id == said.person_id,
        RoleGrant.role.in_([Role.UNIT.value, Role.ADMIN.value, Role.CITY.value]),
        RoleGrant.starts <= said.ends,
        RoleGrant.ends >= said.starts,
    )
    return session.scalar(rows.limit(1)) is not None
