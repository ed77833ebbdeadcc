"""Named reads of accounts, roles and logins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from fieldapp import clock
from fieldapp.access.models import Account, Audit, Login, RoleGrant
from fieldapp.access.permissions import Permission
from fieldapp.access.policy import LABELS, NEEDS_HEAD, Role, who_resets
from fieldapp.db import db, system_reads
from fieldapp.organisations.models import Person, TeamMembership
from fieldapp.organisations.queries import one, teams_by_person


def own_account(person_id: UUID) -> Account:
    """The account of the person who asks."""
    return db.session.scalars(sa.select(Account).where(Account.person_id == person_id)).one()


def noted(event: str, about: str) -> list[tuple[int, str, str]]:
    """When, by whom, and what exactly: events whose words begin so, newest first. No person stands for the command."""
    with system_reads() as session:
        rows = sa.select(Audit.at, Person.name, Audit.about).join(
            Person, Person.id == Audit.person_id, isouter=True
        )
        rows = rows.where(Audit.event == event, Audit.about.startswith(about, autoescape=True))
        return [(at, name or "", told) for at, name, told in session.execute(rows.order_by(Audit.at.desc()))]


def open_logins(person_id: UUID) -> list[Login]:
    """Logins not ended, newest first."""
    rows = sa.select(Login).where(Login.person_id == person_id, Login.ended_at.is_(None))
    return list(db.session.scalars(rows.order_by(Login.seen_at.desc())))


def accounts() -> list[Account]:
    """All accounts that the viewer manages, by name."""
    return list(db.session.scalars(sa.select(Account).join(Account.person).order_by(Person.name)))


def without_account() -> list[Person]:
    """People who cannot log in, by name."""
    rows = sa.select(Person).where(Person.id.not_in(sa.select(Account.person_id)))
    return list(db.session.scalars(rows.order_by(Person.name)))


def is_listed(name: str, home: str) -> bool:
    """Whether just this person is on the list of people without an account."""
    return any((row.name, row.home) == (name.strip(), home.strip()) for row in without_account())


def account(account_id: UUID) -> Account:
    """One account; raises NotVisible."""
    return one(Account, account_id)


def grants_of(person_id: UUID) -> list[RoleGrant]:
    """A person's standing roles, newest first."""
    rows = sa.select(RoleGrant).where(RoleGrant.person_id == person_id)
    return list(db.session.scalars(rows.order_by(RoleGrant.starts.desc())))


def grant(grant_id: UUID) -> RoleGrant:
    """One standing role; raises NotVisible."""
    return one(RoleGrant, grant_id)


def unconfirmed_grants() -> list[RoleGrant]:
    """Roles that wait for the head's word."""
    named = [role.value for role in NEEDS_HEAD]
    rows = sa.select(RoleGrant).where(RoleGrant.role.in_(named), RoleGrant.confirmed_by.is_(None))
    return list(db.session.scalars(rows.order_by(RoleGrant.starts)))


def to_confirm(viewer: Any) -> list[RoleGrant]:
    """Those of them that this viewer may confirm: nobody his own."""
    return [row for row in unconfirmed_grants() if row.person_id != viewer.person_id]


def has_account(person_id: UUID) -> bool:
    """Whether this person can log in at all; asked as system."""
    rows = sa.select(Account.id).where(Account.person_id == person_id, Account.disabled.is_(False))
    with system_reads() as session:
        return session.scalar(rows) is not None


def has_liaison(unit_id: UUID) -> bool:
    """Whether somebody can log in for this unit today; asked as system, it names nobody."""
    today = clock.today()
    rows = (
        sa.select(Account.id)
        .join(RoleGrant, RoleGrant.person_id == Account.person_id)
        .where(RoleGrant.role == "unit", RoleGrant.unit_id == unit_id, Account.disabled.is_(False))
        .where(RoleGrant.starts <= today, RoleGrant.ends >= today, RoleGrant.confirmed_by.is_not(None))
    )
    with system_reads() as session:
        return session.scalar(rows.limit(1)) is not None


@dataclass(frozen=True)
class Held:
    """A role that counts on a day, and the team or unit it is of."""

    role: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.role}·{self.place}" if self.place else self.role


def roles_held(on: date | None = None) -> dict[UUID, list[Held]]:
    """By person, today's if no day is given: from the teams first, then the standing ones; a clerk or head once
    confirmed."""
    day = on or clock.today()
    found: dict[UUID, list[Held]] = {}
    for person, memberships in teams_by_person(day).items():
        found[person] = [
            Held(LABELS[Role.LEADER if each.leads else Role.INSPECTOR], each.team.name)
            for each in memberships
        ]
    rows = sa.select(RoleGrant).where(RoleGrant.starts <= day, RoleGrant.ends >= day).order_by(RoleGrant.role)
    for row in db.session.scalars(rows.options(joinedload(RoleGrant.unit))):
        if Role(row.role) not in NEEDS_HEAD or row.confirmed_by:
            held = Held(LABELS[Role(row.role)], row.unit.name if row.unit else "")
            found.setdefault(row.person_id, []).append(held)
    return found


def last_seen(account_ids: Iterable[UUID]) -> dict[UUID, int]:
    """When each account was last used, by any of its logins; the page says the day of it and no more."""
    rows = sa.select(Login.account_id, sa.func.max(Login.seen_at)).group_by(Login.account_id)
    with system_reads() as session:
        found = session.execute(rows.where(Login.account_id.in_(list(account_ids))))
        return dict(found.all())


def roles_ever(person_id: UUID) -> frozenset[Role]:
    """Every role that somebody holds, is proposed for or ever held, asked as system: an ended one has left its word."""
    grants = sa.select(RoleGrant.role).where(RoleGrant.person_id == person_id)
    teams = sa.select(TeamMembership.leads).where(TeamMembership.person_id == person_id)
    with system_reads() as session:
        held = {Role(role) for role in session.scalars(grants)}
        led = set(session.scalars(teams))
    return frozenset(held | {Role.LEADER if leads else Role.INSPECTOR for leads in led})


def head_gives_password(person_id: UUID) -> bool:
    """Whether somebody reads content, or once did: no administrator knows a password of his."""
    return who_resets(roles_ever(person_id)) is not Permission.MANAGE_ACCOUNTS


def may_reset(account: Account, viewer: Any) -> bool:
    """Whether this viewer may give the account a new password; one's own is changed with the old one."""
    needed = who_resets(roles_ever(account.person_id))
    return needed is not None and viewer.has(needed) and account.person_id != viewer.person_id
