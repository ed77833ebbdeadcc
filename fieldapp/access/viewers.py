"""Who is asking: the viewer of a request, read anew each time so that a changed role applies at once."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import clock
from fieldapp.access.models import Account, Login, RoleGrant
from fieldapp.access.permissions import Permission
from fieldapp.access.policy import LABELS, NEEDS_HEAD, POLICY, Role, permissions_of
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
    signs_of: frozenset[tuple[UUID, UUID | None]] = frozenset()  # named today: round, and of one team only
    unit_id: UUID | None = None
    county_ids: tuple[UUID, ...] = ()
    city: str = ""
    account_id: UUID | None = None
    login_hash: str = field(default="", compare=False)
    seen_at: int = field(default=0, compare=False)  # when this login was last stamped as used
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
    def place(self) -> str:
        """Where this person belongs, for the head of a page: the city's office is of no one county."""
        return f"{LABELS[Role.CITY]}·{self.city}" if self.is_city else self.county_name

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
    def sees_drafts(self) -> bool:
        """The office, and whoever may have found a problem: not yet what unit, city and leadership read."""
        return not (self.is_unit or self.is_city or (self.is_leadership and not self.is_office))

    @property
    def sees_all_teams(self) -> bool:
        return self.is_office or (Role.ADMIN in self.roles and not self.is_unit)


def hash_token(token: str) -> str:
    """What the database holds of a bearer secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def viewer_of(token: str, limits: dict[bool, tuple[int, int]], session: Session) -> Viewer | None:
    """The viewer of a login token, or None when it is unknown, ended, idle or too old, or its account disabled.

    `limits` gives idle and absolute seconds by phone; `session` is a system session."""
    token_hash = hash_token(token)
    row = session.execute(_LOGIN, {"token_hash": token_hash}).first()
    if row is None:
        return None
    idle, absolute = limits[row.phone]
    if clock.now() > min(row.seen_at + idle * 1000, row.started_at + absolute * 1000):
        return None
    bare = _viewer(row.person_id, row.name, row.county_id, row.county_name, row.city, session)
    return replace(
        bare,
        account_id=row.id,
        login_hash=token_hash,
        seen_at=row.seen_at,
        phone=row.phone,
        big_text=row.big_text,
        must_change=row.must_change,
    )


def viewer_of_person(person: Person, county: County, session: Session) -> Viewer:
    """The viewer a person is today; also used by the command line and the demo, which have no login."""
    return _viewer(person.id, person.name, county.id, county.name, county.city, session)


def _viewer(
    person_id: UUID, name: str, county_id: UUID, county_name: str, city: str, session: Session
) -> Viewer:
    today = clock.today()
    rows = session.execute(_STANDING, {"person": person_id, "today": today}).all()
    grants = [row for row in rows if row.role and (Role(row.role) not in NEEDS_HEAD or row.confirmed)]
    teams = [row for row in rows if not row.role]
    roles = {Role(row.role) for row in grants} | _team_roles([row for row in teams if row.ends >= today])
    roles = _with_signing(roles, has_led=any(row.confirmed for row in teams))
    kept = frozenset({Role.UNIT} if Role.UNIT in roles else roles)
    return Viewer(
        person_id=person_id,
        county_id=county_id,
        name=name,
        county_name=county_name,
        roles=kept,
        permissions=permissions_of(kept) | {Permission.ENTER},
        team_ids=frozenset(row.place for row in teams),
        led_team_ids=frozenset(row.place for row in teams if row.confirmed),
        signs_of=frozenset((row.round, row.place) for row in rows if row.round),
        unit_id=next((row.place for row in grants if row.role == Role.UNIT.value), None),
        county_ids=_counties_of_city(city, session) if kept == {Role.CITY} else (county_id,),
        city=city,
    )


_LOGIN = (
    sa.select(
        Login.phone,
        Login.started_at,
        Login.seen_at,
        Account.id,
        Account.big_text,
        Account.must_change,
        Account.person_id,
        Person.name,
        Account.county_id,
        County.name.label("county_name"),
        County.city,
    )
    .join(Account, Account.id == Login.account_id)
    .join(Person, Person.id == Account.person_id)
    .join(County, County.id == Account.county_id)
    .where(
        Login.token_hash == sa.bindparam("token_hash"), Login.ended_at.is_(None), Account.disabled.is_(False)
    )
)

# Whom the head named as a signer for a round (feature closing); the newest word on a person and a body counts.
_NAMED = ("county_id", "round_id", "body", "team_id", "person_id")
_signers: Any = sa.table(
    "signers",
    *(sa.column(name, sa.String() if name == "body" else sa.Uuid()) for name in _NAMED),
    sa.column("starts", sa.Date()),
    sa.column("ends", sa.Date()),
    sa.column("at", sa.BigInteger()),
)
_newer: Any = _signers.alias("newer")
_IS_OUTDATED: Any = sa.exists().where(
    *(_newer.c[name].is_not_distinct_from(_signers.c[name]) for name in _NAMED),
    _newer.c.at > _signers.c.at,
)

_NO_ROUND: Any = sa.cast(sa.null(), sa.Uuid()).label("round")

# Standing roles and memberships come in one statement: it runs before every request. A membership has no role, its
# place is the team and `confirmed` says whether it leads; a past one stays, for what one found or led stays in sight.
_STANDING: Any = sa.union_all(
    sa.select(
        RoleGrant.role,
        RoleGrant.unit_id.label("place"),
        RoleGrant.confirmed_by.is_not(None).label("confirmed"),
        RoleGrant.ends,
        _NO_ROUND,
    ).where(
        RoleGrant.person_id == sa.bindparam("person"),
        RoleGrant.starts <= sa.bindparam("today"),
        RoleGrant.ends >= sa.bindparam("today"),
    ),
    sa.select(
        sa.literal(""), TeamMembership.team_id, TeamMembership.leads, TeamMembership.ends, _NO_ROUND
    ).where(
        TeamMembership.person_id == sa.bindparam("person"), TeamMembership.starts <= sa.bindparam("today")
    ),
    sa.select(
        sa.literal(Role.SIGNER.value), _signers.c.team_id, sa.true(), _signers.c.ends, _signers.c.round_id
    ).where(
        _signers.c.person_id == sa.bindparam("person"),
        _signers.c.starts <= sa.bindparam("today"),
        _signers.c.ends >= sa.bindparam("today"),
        ~_IS_OUTDATED,
    ),
)


def _with_signing(roles: set[Role], has_led: bool) -> set[Role]:
    """A signer by name or by the team one led; said only of whom no other role lets sign."""
    others = roles - {Role.SIGNER}
    if any(Permission.SIGN_CLOSINGS in POLICY[role] for role in others):
        return others
    return others | {Role.SIGNER} if has_led or Role.SIGNER in roles else others


def _team_roles(current: list[Any]) -> set[Role]:
    """Inspector and leader follow from the memberships of today; a past one gives no role any more."""
    roles = {Role.INSPECTOR} if current else set()
    return roles | ({Role.LEADER} if any(row.confirmed for row in current) else set())


def _counties_of_city(city: str, session: Session) -> tuple[UUID, ...]:
    return tuple(session.scalars(sa.select(County.id).where(County.city == city)))


def may(viewer: Any, permission: Permission) -> bool:
    """Whether the policy permits it; no viewer may do nothing."""
    return viewer is not None and viewer.has(permission)
