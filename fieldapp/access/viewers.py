"""Who is asking: the viewer of a request, read anew each time so that a changed role applies at once."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import clock
from fieldapp.access.models import Account, Login, RoleGrant
from fieldapp.access.permissions import Permission
from fieldapp.access.policy import NEEDS_HEAD, Role, permissions_of
from fieldapp.organisations.models import County, Person, TeamMembership


@dataclass(frozen=True)
class Viewer:
    """A person with the union of the roles valid today. Rows are read for it, never by it."""

    person_id: UUID
    county_id: UUID
    name: str
    county_name: str
    roles: frozenset[Role]
    permissions: frozenset[Permission]
    team_ids: frozenset[UUID] = frozenset()  # also of past rounds: what one found or led stays in sight
    led_team_ids: frozenset[UUID] = frozenset()
    unit_id: UUID | None = None
    county_ids: tuple[UUID, ...] = ()
    account_id: UUID | None = None
    login_hash: str = ""
    seen_at: int = 0  # when this login was last stamped as used
    phone: bool = False
    big_text: bool = False
    must_change: bool = False

    is_system = False
    is_authenticated = True  # Flask-Login's contract
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Flask-Login's contract."""
        return str(self.account_id)

    @property
    def actor(self) -> str:
        """How the history names this person: by id, the name is a row that may change."""
        return f"person:{self.person_id}"

    def has(self, permission: Permission) -> bool:
        return permission in self.permissions

    @property
    def is_unit(self) -> bool:
        """A liaison and nothing else: the narrowest sight wins over any other role a liaison may hold."""
        return Role.UNIT in self.roles

    @property
    def is_city(self) -> bool:
        return self.roles == {Role.CITY}

    @property
    def is_office(self) -> bool:
        return bool(self.roles & {Role.CLERK, Role.HEAD}) and not self.is_unit

    @property
    def is_head(self) -> bool:
        return Role.HEAD in self.roles and not self.is_unit

    @property
    def is_leadership(self) -> bool:
        return Role.LEADERSHIP in self.roles and not self.is_unit

    @property
    def sees_all_teams(self) -> bool:
        return self.is_office or (Role.ADMIN in self.roles and not self.is_unit)


def hash_token(token: str) -> str:
    """What the database holds of a bearer secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def viewer_of(token: str, limits: dict[bool, tuple[int, int]], session: Session) -> Viewer | None:
    """The viewer of a login token, or None when it is unknown, ended, idle or too old, or its account disabled.

    `limits` gives idle and absolute seconds by phone; `session` is a system session."""
    row = session.execute(
        sa.select(Login, Account, Person, County)
        .join(Account, Account.id == Login.account_id)
        .join(Person, Person.id == Account.person_id)
        .join(County, County.id == Account.county_id)
        .where(Login.token_hash == hash_token(token), Login.ended_at.is_(None), Account.disabled.is_(False))
    ).first()
    if row is None:
        return None
    login, account, person, county = row
    idle, absolute = limits[login.phone]
    if clock.now() > min(login.seen_at + idle * 1000, login.started_at + absolute * 1000):
        return None
    bare = viewer_of_person(person, county, session)
    return replace(
        bare,
        account_id=account.id,
        login_hash=login.token_hash,
        seen_at=login.seen_at,
        phone=login.phone,
        big_text=account.big_text,
        must_change=account.must_change,
    )


def viewer_of_person(person: Person, county: County, session: Session) -> Viewer:
    """The viewer a person is today; also used by the command line and the demo, which have no login."""
    today = clock.today()
    grants = session.scalars(
        sa.select(RoleGrant).where(
            RoleGrant.person_id == person.id, RoleGrant.starts <= today, RoleGrant.ends >= today
        )
    ).all()
    valid = [row for row in grants if Role(row.role) not in NEEDS_HEAD or row.confirmed_by]
    teams = session.scalars(
        sa.select(TeamMembership).where(TeamMembership.person_id == person.id, TeamMembership.starts <= today)
    ).all()
    roles = {Role(row.role) for row in valid} | _team_roles([row for row in teams if row.ends >= today])
    kept = frozenset({Role.UNIT} if Role.UNIT in roles else roles)
    return Viewer(
        person_id=person.id,
        county_id=county.id,
        name=person.name,
        county_name=county.name,
        roles=kept,
        permissions=permissions_of(kept) | {Permission.ENTER},
        team_ids=frozenset(row.team_id for row in teams),
        led_team_ids=frozenset(row.team_id for row in teams if row.leads),
        unit_id=next((row.unit_id for row in valid if row.role == Role.UNIT.value), None),
        county_ids=_counties_of_city(county, session) if kept == {Role.CITY} else (county.id,),
    )


def _team_roles(current: list[TeamMembership]) -> set[Role]:
    """Inspector and leader follow from the memberships of today; a past one gives no role any more."""
    roles = {Role.INSPECTOR} if current else set()
    return roles | ({Role.LEADER} if any(row.leads for row in current) else set())


def _counties_of_city(county: County, session: Session) -> tuple[UUID, ...]:
    return tuple(session.scalars(sa.select(County.id).where(County.city == county.city)))


def may(viewer: Any, permission: Permission) -> bool:
    """Whether the policy permits it; no viewer may do nothing."""
    return viewer is not None and viewer.has(permission)
