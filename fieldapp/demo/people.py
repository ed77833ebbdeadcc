"""Who plays in the demo. No invented names: everybody is called by what he does."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from fieldapp import clock
from fieldapp.access import actions as access
from fieldapp.access.models import RoleGrant
from fieldapp.access.policy import NEEDS_HEAD, Role
from fieldapp.db import SYSTEM, db
from fieldapp.organisations import actions as organisations
from fieldapp.organisations.models import County, Round, Team, Unit

LOGINS = (
    ("inspector1", "回访员甲", "第一巡察组回访人员"),
    ("inspector2", "回访员乙", "第一巡察组回访人员"),
    ("leader1", "第一巡察组组长", "第一巡察组组长"),
    ("origin3", "第三巡察组组长", "发现问题的第三巡察组组长"),
    ("clerk", "经办员甲", "巡察办经办"),
    ("head", "主任甲", "巡察办主任"),
    ("unit", "甘棠镇联络员", "单位联络员"),
    ("leadership", "领导小组甲", "领导小组"),
    ("city", "市办甲", "市委巡察办"),
    ("admin", "管理员甲", "系统管理员"),
)
NEIGHBOURS = (("clerk2", "经办员丙", "大竹县巡察办经办"), ("unit2", "示例单位联络员", "大竹县单位联络员"))
_STANDING = {
    "clerk": Role.CLERK,
    "head": Role.HEAD,
    "unit": Role.UNIT,
    "leadership": Role.LEADERSHIP,
    "city": Role.CITY,
    "admin": Role.ADMIN,
    "clerk2": Role.CLERK,
    "unit2": Role.UNIT,
}
FIRST_DAY = date(2018, 1, 1)
YEARS = timedelta(days=365 * 20)


@dataclass(frozen=True)
class Cast:
    """Person ids by login name."""

    county: UUID
    people: dict[str, UUID]

    def __getitem__(self, name: str) -> UUID:
        return self.people[name]


def make_cast(county: County, logins: tuple[tuple[str, str, str], ...], password: str, unit: Unit) -> Cast:
    """People, accounts and standing roles of one county."""
    made: dict[str, UUID] = {}
    for username, name, _label in logins:
        person = organisations.add_person(county.id, name)
        access.make_account(person.id, county.id, username, password, temporary=False)
        made[username] = person.id
        role = _STANDING.get(username)
        if role:
            _grant(county.id, person.id, role, unit)
    return Cast(county.id, made)


def _grant(county_id: UUID, person_id: UUID, role: Role, unit: Unit) -> RoleGrant:
    grant = access.grant_role(person_id, county_id, role, FIRST_DAY, FIRST_DAY + YEARS, unit_id=unit.id)
    if role in NEEDS_HEAD:  # the county's first clerk and head: confirmed by the one who sets the app up
        access.install_role(grant, at=clock.now())
        db.session.flush()
    return grant


def make_teams(of: Round, cast: Cast) -> tuple[Team, Team]:
    """第一巡察组 of two inspectors and their leader, 第三巡察组 of the finder."""
    first, third = organisations.add_team(of, "第一巡察组"), organisations.add_team(of, "第三巡察组")
    for name, leads in (("inspector1", False), ("inspector2", False), ("leader1", True)):
        organisations.join_team(first, cast[name], of.starts, of.ends, by=SYSTEM, leads=leads)
    organisations.join_team(third, cast["origin3"], of.starts, of.ends, by=SYSTEM, leads=True)
    other = organisations.add_person(of.county_id, "第三巡察组组员")
    organisations.join_team(third, other.id, of.starts, of.ends, by=SYSTEM)
    return first, third
