"""Logging in and out, accounts and standing roles."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import clock, ids
from fieldapp.access import passwords, queries
from fieldapp.access.models import Account, Attempt, Audit, Login, RoleGrant
from fieldapp.access.policy import NEEDS_HEAD, Role
from fieldapp.access.viewers import hash_token
from fieldapp.db import apart, db, if_possible, insert
from fieldapp.db import table as bare
from fieldapp.errors import RuleBroken
from fieldapp.organisations.actions import add_person
from fieldapp.organisations.models import Person


@dataclass(frozen=True)
class Refused:
    """A login that failed; returned, not raised, because the failure must stay in the database."""

    sentence: str


@dataclass(frozen=True)
class Newcomer:
    """Somebody who is not on the list of people yet."""

    county_id: UUID
    name: str = ""
    home: str = ""


def log_in(username: str, password: str, *, phone: bool, at: int, device: str = "") -> str | Refused:
    """Check a password and begin a login; returns its token. Runs in a transaction of its own. `device` is the secret
    of one on which this name has logged in before."""
    key = passwords.name_hash(username, device)
    with apart() as session:
        attempt = session.get(Attempt, key)
        wait = passwords.wait_left(attempt.failures, at - attempt.last_at) if attempt else 0
        account = session.scalar(sa.select(Account).where(Account.username == username.strip().lower()))
        stored = None if account is None or account.disabled else account.password_hash
    if wait > 0:
        return Refused(f"试得太多了，{_wait_text(wait)}后再试")
    right = passwords.is_password(stored, password)
    with apart(writes=True) as session:
        if not right or account is None:
            _count_failure(key, at, session)
            _audit(session, "login_failed", at, account)
            return Refused("账号或密码不对")
        session.execute(sa.delete(Attempt).where(Attempt.username_hash == key))
        _audit(session, "login", at, account)
        return start_login(account, phone=phone, at=at, session=session)


def password_refusal(viewer: Any, password: str, *, at: int) -> str:
    """Why a signature asked by this password is not taken; empty when it is this person's own. Wrong ones are counted
    as at the login. Transactions of its own: call it before the request's first statement."""
    with apart() as session:
        account = session.get(Account, viewer.account_id)
        if account is None or account.disabled:
            return "这个账号不能签"
        key, stored = passwords.name_hash(account.username, "sign"), account.password_hash
        attempt = session.get(Attempt, key)
        wait = passwords.wait_left(attempt.failures, at - attempt.last_at) if attempt else 0
    if wait > 0:
        return f"密码试得太多了，{_wait_text(wait)}后再试"
    if passwords.is_password(stored, password):
        return ""
    with apart(writes=True) as session:
        _count_failure(key, at, session)
        _audit(session, "signing_refused", at, account)
    return "密码不对，没有签"


def start_login(account: Account, *, phone: bool, at: int, session: Session) -> str:
    """A new login with a fresh token."""
    token = ids.new_token()
    session.add(
        Login(
            token_hash=hash_token(token),
            account_id=account.id,
            person_id=account.person_id,
            phone=phone,
            started_at=at,
            seen_at=at,
        )
    )
    return token


def _count_failure(key: str, at: int, session: Session) -> None:
    made = insert(bare(Attempt)).values(username_hash=key, failures=0, last_at=at)
    session.execute(made.on_conflict_do_nothing())
    attempt = session.get_one(Attempt, key, with_for_update=True)
    attempt.failures = passwords.standing(attempt.failures, at - attempt.last_at) + 1
    attempt.last_at = at


def _wait_text(ms: int) -> str:
    seconds = -(-ms // 1000)
    return f"{seconds} 秒" if seconds < 60 else f"{-(-seconds // 60)} 分钟"


def _audit(session: Session, event: str, at: int, account: Account | None, about: str = "") -> None:
    session.add(
        Audit(
            at=at,
            event=event,
            about=about,
            county_id=account.county_id if account else None,
            person_id=account.person_id if account else None,
        )
    )


def note_denied(viewer: Any, endpoint: str) -> None:
    """Remember a request that the policy refused (ASVS 16.3.3): person and endpoint, never the address asked for."""
    with if_possible() as session:
        session.add(
            Audit(
                at=clock.now(),
                event="denied",
                about=endpoint,
                county_id=viewer.county_id,
                person_id=viewer.person_id,
            )
        )


def note(event: str, about: str, *, by: Any, at: int) -> None:
    """Remember what somebody did, in a transaction of its own: for a request that otherwise only reads, and for the
    command line, which is nobody. Raises when it cannot be remembered."""
    with apart(writes=True) as session:
        said = {"event": event, "about": about, "county_id": by.county_id, "person_id": by.person_id}
        session.add(Audit(at=at, **said))


def end_login(token_hash: str, *, by: Any, at: int) -> None:
    """End one of one's own logins."""
    db.session.execute(
        sa.update(Login)
        .where(Login.token_hash == token_hash, Login.person_id == by.person_id)
        .values(ended_at=at)
    )


def end_logins_of(account_id: UUID, *, at: int, but: str = "") -> None:
    """End an account's logins: on a new password, or when it is disabled."""
    table = bare(Login)
    db.session.execute(
        sa.update(table)
        .where(table.c.account_id == account_id, table.c.ended_at.is_(None), table.c.token_hash != but)
        .values(ended_at=at)
    )


def end_phone_logins(person_id: UUID, *, at: int) -> None:
    """End somebody's logins on phones: one of them is lost."""
    table = bare(Login)
    db.session.execute(
        sa.update(table)
        .where(table.c.person_id == person_id, table.c.phone.is_(True), table.c.ended_at.is_(None))
        .values(ended_at=at)
    )


def change_password(account: Account, old: str, new: str, *, by: Any, at: int) -> None:
    """One's own password; every other login of the account ends."""
    if not passwords.is_password(account.password_hash, old):
        raise RuleBroken("现在的密码不对", "old")
    passwords.check_new_password(new, account.username)
    account.password_hash = passwords.hash_password(new)
    account.must_change = False
    end_logins_of(account.id, at=at, but=by.login_hash)


def make_account(
    person_id: UUID, county_id: UUID, username: str, password: str, *, temporary: bool
) -> Account:
    """An account for a person; a temporary password must be changed at the first login."""
    name = username.strip().lower()
    if not name:
        raise RuleBroken("写一个账号名", "username")
    with apart() as session:
        if session.scalar(sa.select(Account.id).where(Account.username == name)):
            raise RuleBroken("这个账号名已经有人用", "username")
    passwords.check_new_password(password, name)
    account = Account(
        person_id=person_id,
        county_id=county_id,
        username=name,
        password_hash=passwords.hash_password(password),
        must_change=temporary,
    )
    db.session.add(account)
    db.session.flush()
    return account


def open_account(person: Person | None, new: Newcomer, username: str, password: str) -> Account:
    """An account for somebody on the list of people, or for somebody new. Whoever gives a password could use it: where
    the head gives it, the administrator's does not count, and nobody knows the one that stands there till then."""
    if person is None:
        if queries.is_listed(new.name, new.home):
            raise RuleBroken("名单上有这个人，还没有账号：在上面选他", "name")
        person = add_person(new.county_id, new.name, new.home)
    if queries.head_gives_password(person.id):
        password = ids.new_token()
    return make_account(person.id, new.county_id, username, password, temporary=True)


def reset_password(account: Account, *, by: Any, at: int) -> str:
    """A new temporary password, returned once to be handed over; all logins of the account end. Whoever gave it could
    use it himself, so of an account that reads content the head gives it, of another kind the administrator."""
    if not by.is_system:
        if not queries.may_reset(account, by):
            raise RuleBroken("这个账号的密码不由你换")
        _audit(db.session(), "password_reset", at, account, about=by.actor)
    password = ids.new_token()[:12]
    account.password_hash = passwords.hash_password(password)
    account.must_change = True
    end_logins_of(account.id, at=at)
    return password


def disable_account(account: Account, *, by: Any, at: int) -> None:
    """Nobody logs in with it any more and every login ends at once."""
    if account.person_id == by.person_id:
        raise RuleBroken("不能停用自己的账号")
    account.disabled = True
    end_logins_of(account.id, at=at)


def enable_account(account: Account, *, by: Any, at: int) -> None:
    """Takes a disabled account into use again."""
    account.disabled = False


def grant_role(
    person_id: UUID, county_id: UUID, role: Role, starts: date, ends: date, *, unit_id: UUID | None = None
) -> RoleGrant:
    """Give a standing role; one that reads content counts only after a head's confirmation."""
    if starts > ends:
        raise RuleBroken("结束的日子不能早于开始", "ends")
    if role is Role.UNIT and unit_id is None:
        raise RuleBroken("联络员要选一个单位", "unit_id")
    grant = RoleGrant(
        person_id=person_id,
        county_id=county_id,
        role=role.value,
        unit_id=unit_id if role is Role.UNIT else None,
        starts=starts,
        ends=ends,
    )
    db.session.add(grant)
    db.session.flush()
    return grant


def confirm_role(grant: RoleGrant, *, by: Any, at: int) -> None:
    """The head's word, without which a role that reads content does not count; nobody confirms himself."""
    if Role(grant.role) not in NEEDS_HEAD or grant.confirmed_by:
        raise RuleBroken("这一条不用确认")
    if grant.person_id == by.person_id:
        raise RuleBroken("不能确认自己的角色")
    _confirm(grant, by.person_id, "role_confirmed", at)


def install_role(grant: RoleGrant, *, at: int) -> None:
    """A county's first clerk or head: confirmed by nobody but whoever holds the server."""
    _confirm(grant, grant.person_id, "role_installed", at)


def _confirm(grant: RoleGrant, by_id: UUID, event: str, at: int) -> None:
    grant.confirmed_by, grant.confirmed_at = by_id, at
    said = {"event": event, "about": grant_text(grant), "county_id": grant.county_id, "person_id": by_id}
    db.session.add(Audit(at=at, **said))


def grant_text(grant: RoleGrant, *, names_unit: bool = True) -> str:
    """What was confirmed, as the audit has it: the last day stands at the end, since a role may end sooner. Rows of
    before, and those that 0005 writes, do not name a liaison's unit."""
    unit = f" {grant.unit_id}" if grant.unit_id and names_unit else ""
    return f"{grant.id} {grant.role} {grant.person_id}{unit} {grant.starts} {grant.ends}"


def end_role(grant: RoleGrant, *, by: Any, at: int) -> None:
    """The role ends yesterday; a role never used from today on keeps its row."""
    grant.ends = max(grant.starts, date.fromordinal(clock.day_of(at).toordinal() - 1))
    if grant.ends >= clock.day_of(at):
        db.session.delete(grant)
