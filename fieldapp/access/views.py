"""Login, own page, accounts and roles."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request

from fieldapp import clock
from fieldapp.access import actions, carry, devices, forms, queries, sessions
from fieldapp.access.models import Account
from fieldapp.access.permissions import Permission
from fieldapp.access.policy import LABELS, NEEDS_HEAD, Role, who_resets
from fieldapp.access.viewers import viewer_of
from fieldapp.db import apart
from fieldapp.organisations.models import Person, Unit
from fieldapp.organisations.queries import one, people_named, units
from fieldapp.web import cookies, menu
from fieldapp.web.forms import bound, has_errors, is_sent, offered, rows_offered, rules_beside
from fieldapp.web.guard import needs, open_to_everyone
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer
from fieldapp.writing import cleaned

pages = Blueprint("access", __name__)
LONGEST_PATH = 2000
pages.add_app_template_global(carry.left_out, "left_out")
pages.add_app_template_global(queries.roles_held)  # people's pages lie in organisations, which knows no role
menu.entry(80, "access.accounts", "账号")
menu.entry(81, "access.roles_to_confirm", "角色和密码")


@pages.get("/login")
@open_to_everyone("a login cannot need a login")
def login() -> Any:
    """The form; its fields are `username` and `password`."""
    return render(
        "access/login.html",
        next=_safe(request.args.get("next")),
        carried="",
        sentence="",
        username="",
        expired=viewer() is None and sessions.last_person() is not None,
    )


@pages.post("/login")
@open_to_everyone("a login cannot need a login")
def log_in() -> Any:
    """Check, set the cookie, go on; what an expired login kept is shown again."""
    username, carried = cleaned(request.form.get("username", "")), request.form.get("carried", "")
    phone = "Mobi" in request.headers.get("User-Agent", "")
    password, device = request.form.get("password", ""), devices.known_for(username)
    outcome = actions.log_in(username, password, phone=phone, at=clock.now(), device=device)
    if isinstance(outcome, actions.Refused):
        target = _safe(request.form.get("next"))
        context: dict[str, Any] = {"next": target, "carried": carried, "username": username, "expired": False}
        return render("access/login.html", status=422, sentence=outcome.sentence, **context)
    answer = _welcome(outcome, carried, phone)
    devices.remember(answer, username)
    return answer


def _welcome(token: str, carried: str, phone: bool) -> Any:
    with apart() as session:
        who = viewer_of(token, sessions.limits(), session)
    kept = carry.unseal(carried, who.person_id) if carried and who else None
    if kept:
        again = render("access/carried.html", kept=kept, carried=carried)
    elif who and who.must_change:
        again = see("access.me", said="must_change")
    else:
        again = see("todo.home")
        again.location = _safe(request.form.get("next")) or again.location
    cookies.put(again, "login", token, sessions.limits()[phone][1])
    return again


def _safe(target: str | None) -> str:
    """A path of our own, or nothing: an address from outside must not be followed."""
    path = target or ""
    inside = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if inside and path.isprintable() and len(path) <= LONGEST_PATH else ""


@pages.post("/logout")
@needs(Permission.ENTER)
def log_out() -> Any:
    """End this login; what waits unsent on the phone is not touched."""
    who = viewer()
    actions.end_login(who.login_hash, by=who, at=clock.now())
    gone = see("access.login", said="logged_out")
    gone.headers["Clear-Site-Data"] = '"cache"'  # never "storage" or "*": that would delete the unsent queue
    cookies.take_back(gone, "login")
    return gone


@pages.route("/me", methods=["GET", "POST"])
@needs(Permission.ENTER)
def me() -> Any:
    """One's own password, letters and logins."""
    who, form = viewer(), bound(forms.PasswordForm)
    account = queries.own_account(who.person_id)
    if is_sent(form):
        with rules_beside(form):
            actions.change_password(account, form.old.data, form.password.data, by=who, at=clock.now())
        if not has_errors(form):
            return see("access.me", said="password_changed")
    logins = queries.open_logins(who.person_id)
    roles = [LABELS[role] for role in sorted(who.roles, key=lambda role: role.value)]
    return render(
        "access/me.html",
        status=422 if has_errors(form) else 200,
        frame="layout.html" if who.is_unit or _is_on_foot(who) else "desk.html",
        form=form,
        account=account,
        logins=logins,
        roles=roles,
        pin_pause=sessions.settings().pin_pause,
        sees=one(Unit, who.unit_id).name if who.unit_id else who.place,
    )


def _is_on_foot(who: Any) -> bool:
    """Whether the phone's pages are where this person works."""
    return bool(who.has(Permission.MAKE_VISITS) and not who.is_office)


@pages.post("/me/sight")
@needs(Permission.ENTER)
def sight() -> Any:
    """Large letters on or off."""
    form = bound(forms.SightForm)
    if is_sent(form):
        queries.own_account(viewer().person_id).big_text = form.big_text.data
    return see("access.me")


@pages.post("/me/logins/<string:token_hash>/end")
@needs(Permission.ENTER)
def end_login(token_hash: str) -> Any:
    """End one of one's own logins elsewhere."""
    actions.end_login(cleaned(token_hash), by=viewer(), at=clock.now())
    return see("access.me", said="login_ended")


@pages.route("/accounts", methods=["GET", "POST"])
@needs(Permission.MANAGE_ACCOUNTS)
def accounts() -> Any:
    """The county's accounts, and a new person with one."""
    form = _account_form()
    if is_sent(form):
        with rules_beside(form):
            person = one(Person, UUID(form.person_id.data)) if form.person_id.data else None
            new = actions.Newcomer(viewer().county_id, form.name.data or "", form.home.data or "")
            made = actions.open_account(person, new, form.username.data, form.password.data or "")
        if not has_errors(form):
            to_head = queries.head_gives_password(made.person_id)
            page, of = "access.account", made.id
            return see(page, said="account_opened" if to_head else "person_added", account_id=of)
    rows = queries.accounts()
    seen = queries.last_seen(row.id for row in rows)
    status = 422 if has_errors(form) else 200
    return render("access/accounts.html", status=status, form=form, accounts=rows, seen=seen)


def _account_form() -> forms.AccountForm:
    form, free = bound(forms.AccountForm), {str(row.id) for row in queries.without_account()}
    named = [(key, name) for key, name in people_named() if key in free]
    form.person_id.choices = offered([("", "名单上没有的人"), *named])
    return form


@pages.route("/accounts/<uuid:account_id>", methods=["GET", "POST"])
@needs(Permission.MANAGE_ACCOUNTS)
def account(account_id: UUID) -> Any:
    """One account: its standing roles; POST gives one more."""
    found, form = queries.account(account_id), _role_form()
    if is_sent(form):
        with rules_beside(form):
            unit_id = UUID(form.unit_id.data) if form.unit_id.data else None
            role, span = Role(form.role.data), (form.starts.data, form.ends.data)
            actions.grant_role(found.person_id, found.county_id, role, *span, unit_id=unit_id)
        if not has_errors(form):
            return see("access.account", account_id=account_id, said="role_given")
    return _account_page(found, form)


def _role_form() -> forms.RoleForm:
    form = bound(forms.RoleForm)
    form.unit_id.choices = rows_offered(units(), "—")
    return form


def _account_page(found: Account, form: forms.RoleForm, password: str = "") -> Any:
    return render(
        "access/account.html",
        status=422 if has_errors(form) else 200,
        form=form,
        account=found,
        grants=queries.grants_of(found.person_id),
        labels=LABELS,
        unit_names={str(row.id): row.name for row in units()},
        password=password,
        needs_head=[role.value for role in NEEDS_HEAD],
        may_reset=queries.may_reset(found, viewer()),
        who_resets=who_resets(queries.roles_ever(found.person_id)),
    )


@pages.post("/accounts/<uuid:account_id>/password")
@needs(Permission.MANAGE_ACCOUNTS, Permission.CONFIRM_ROLES)
def reset_password(account_id: UUID) -> Any:
    """A temporary password, shown this once."""
    found = queries.account(account_id)
    password = actions.reset_password(found, by=viewer(), at=clock.now())
    if viewer().has(Permission.MANAGE_ACCOUNTS):
        return _account_page(found, _role_form(), password)
    return _roles_page(found, password)


@pages.post("/accounts/<uuid:account_id>/disabled")
@needs(Permission.MANAGE_ACCOUNTS)
def disable_account(account_id: UUID) -> Any:
    """Stop the account and end its logins."""
    actions.disable_account(queries.account(account_id), by=viewer(), at=clock.now())
    return see("access.account", account_id=account_id, said="account_stopped")


@pages.post("/accounts/<uuid:account_id>/enabled")
@needs(Permission.MANAGE_ACCOUNTS)
def enable_account(account_id: UUID) -> Any:
    """Take a stopped account into use again."""
    actions.enable_account(queries.account(account_id), by=viewer(), at=clock.now())
    return see("access.account", account_id=account_id, said="account_enabled")


@pages.post("/roles/<uuid:grant_id>/end")
@needs(Permission.MANAGE_ACCOUNTS)
def end_role(grant_id: UUID) -> Any:
    """A standing role ends."""
    found = queries.grant(grant_id)
    actions.end_role(found, by=viewer(), at=clock.now())
    return see("access.accounts", said="role_ended")


@pages.get("/roles")
@needs(Permission.CONFIRM_ROLES)
def roles_to_confirm() -> Any:
    """Roles that an administrator proposed, and passwords that he may not set."""
    return _roles_page()


def _roles_page(reset: Account | None = None, password: str = "") -> Any:
    return render(
        "access/roles.html",
        grants=queries.unconfirmed_grants(),
        labels=LABELS,
        accounts=[row for row in queries.accounts() if queries.may_reset(row, viewer())],
        reset=reset,
        password=password,
    )


@pages.post("/roles/<uuid:grant_id>/confirmation")
@needs(Permission.CONFIRM_ROLES)
def confirm_role(grant_id: UUID) -> Any:
    """The head's word."""
    actions.confirm_role(queries.grant(grant_id), by=viewer(), at=clock.now())
    return see("access.roles_to_confirm", said="role_confirmed")
