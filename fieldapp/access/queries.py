"""Named reads of accounts, roles and logins."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldapp import clock
from fieldapp.access.models import Account, Login, RoleGrant
from fieldapp.access.policy import NEEDS_HEAD, Role, who_resets
from fieldapp.db import db, system_reads
from fieldapp.organisations.models import Person, TeamMembership
from fieldapp.organisations.queries import one


def own_account(person_id: UUID) -> Account:
    """The account of the person who asks."""
    return db.session.scalars(sa.select(Account).where(Account.person_id == person_id)).one()


def open_logins(person_id: UUID) -> list[Login]:
    """Logins not ended, newest first."""
    rows = sa.select(Login).where(Login.person_id == person_id, Login.ended_at.is_(None))
    return list(db.session.scalars(rows.order_by(Login.seen_at.desc())))


def accounts() -> list[Account]:
    """All accounts that the viewer manages, by name."""
    return list(db.session.scalars(sa.select(Account).join(Account.person).order_by(Person.name)))


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


def has_liaison(unit_id: UUID) -> bool:
    """Whether somebody can log in for this unit today; asked as system, it names nobody."""
    today = clock.today()
    rows = (
        sa.select(Account.id)
        .join(RoleGrant, RoleGrant.person_id == Account.person_id)
        .where(RoleGrant.role == "unit", RoleGrant.unit_id == unit_id, Account.disabled.is_(False))
        .where(RoleGrant.starts <= today, RoleGrant.ends >= today)
    )
    with system_reads() as session:
        return session.scalar(rows.limit(1)) is not None


def roles_ever(person_id: UUID) -> frozenset[Role]:
    """Every role that somebody holds, is proposed for or ever held, asked as system: an ended one has left its word."""
    grants = sa.select(RoleGrant.role).where(RoleGrant.person_id == person_id)
    teams = sa.select(TeamMembership.leads).where(TeamMembership.person_id == person_id)
    with system_reads() as session:
        held = {Role(role) for role in session.scalars(grants)}
        led = set(session.scalars(teams))
    return frozenset(held | {Role.LEADER if leads else Role.INSPECTOR for leads in led})


def may_reset(account: Account, viewer: Any) -> bool:
    """Whether this viewer may give the account a new password; one's own is changed with the old one."""
    needed = who_resets(roles_ever(account.person_id))
    return needed is not None and viewer.has(needed) and account.person_id != viewer.person_id
