"""Accounts from the command line: somebody must be the first."""

from datetime import timedelta

import sqlalchemy as sa

from fieldapp import clock, ids
from fieldapp.access import actions
from fieldapp.access.models import Account
from fieldapp.access.policy import Role
from fieldapp.db import SYSTEM, acting, db
from fieldapp.errors import RuleBroken
from fieldapp.organisations.actions import add_county, add_person
from fieldapp.organisations.models import County
from fieldapp.visits.scenarios import load_library

ROLE_YEARS = 5


def add_user(username: str, name: str, *, county: str, city: str, role: str) -> str:
    """Make the account and return the line with its temporary password."""
    password = ids.new_token()[:12]
    with acting(SYSTEM):
        home = db.session.scalars(sa.select(County).where(County.name == county)).one_or_none()
        if home is None:
            home = add_county(county, city)
            load_library(home.id, clock.now())
        person = add_person(home.id, name)
        actions.make_account(person.id, home.id, username, password, temporary=True)
        today = clock.today()
        grant = actions.grant_role(person.id, home.id, Role(role), today, today + timedelta(365 * ROLE_YEARS))
        if role == Role.HEAD.value:  # whoever holds the server installs the county's first head
            actions.install_role(grant, at=clock.now())
    return f"{username} 的初始密码是 {password}，第一次登录时要改"


def reset_user(username: str) -> str:
    """A new temporary password for a lost one."""
    with acting(SYSTEM):
        account = db.session.scalars(sa.select(Account).where(Account.username == username)).one_or_none()
        if account is None:
            raise RuleBroken("没有这个账号")
        password = actions.reset_password(account, by=SYSTEM, at=clock.now())
    return f"{username} 的新密码是 {password}，登录后要改"
