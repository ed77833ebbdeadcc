"""Cookies and Flask-Login: an opaque token in a cookie, everything else on the server."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, Request, current_app, g, redirect, request, url_for
from flask_login import LoginManager, current_user

from fieldapp import clock, ids
from fieldapp.access import carry
from fieldapp.access.models import Account, Login
from fieldapp.access.viewers import Viewer, hash_token, viewer_of
from fieldapp.config import Settings
from fieldapp.db import apart, bind_viewer, if_possible
from fieldapp.web import cookies
from fieldapp.web.render import render

STAMP_MS = 60_000  # a login's last sight is written at most once a minute


def settings() -> Settings:
    """The running app's settings."""
    value: Settings = current_app.extensions["settings"]
    return value


def install(app: Flask) -> None:
    """Tell Flask-Login where our login lies."""
    # not in every template: an error's page would load the user once more, who may be the reason for it
    manager = LoginManager(app, add_context_processor=False)
    manager.session_protection = None
    manager.request_loader(_load)


def limits() -> dict[bool, tuple[int, int]]:
    """Idle and absolute seconds by phone."""
    s = settings()
    return {False: (s.desk_idle, s.desk_absolute), True: (s.phone_idle, s.phone_absolute)}


def _load(req: Request) -> Viewer | None:
    token = req.cookies.get(cookies.name_of("login"))
    if not token:
        return None
    with apart() as session:
        viewer = viewer_of(token, limits(), session)
    if viewer and clock.now() - viewer.seen_at > STAMP_MS:
        with if_possible() as session:
            session.execute(
                sa.update(Login).where(Login.token_hash == viewer.login_hash).values(seen_at=clock.now())
            )
    return viewer


def load_viewer() -> Viewer | None:
    """The viewer of the request; binds the session to it."""
    user: Any = current_user._get_current_object()
    if not isinstance(user, Viewer):
        return None
    bind_viewer(user)
    return user


def device() -> str:
    """This phone's name for itself: a random cookie that outlives logins."""
    if "device" not in g:
        known = request.cookies.get(cookies.name_of("device"), "")
        g.device_is_new = not (known.isascii() and known.isalnum() and len(known) <= 64)
        g.device = ids.new_id().hex if g.device_is_new else known
    return str(g.device)


def last_person() -> UUID | None:
    """Whose expired login this cookie was; what was typed is sealed to that person."""
    token = request.cookies.get(cookies.name_of("login"))
    if not token:
        return None
    with apart() as session:
        return session.scalar(sa.select(Login.person_id).where(Login.token_hash == hash_token(token)))


def is_stopped() -> bool:
    """Whether the login of this cookie ended because its account was disabled."""
    token = request.cookies.get(cookies.name_of("login"))
    whose = sa.select(Account.disabled).join(Login, Login.account_id == Account.id)
    with apart() as session:
        return bool(token and session.scalar(whose.where(Login.token_hash == hash_token(token))))


def ask_login() -> Any:
    """The login form: a redirect for a page, 401 for everything else with what was typed riding along."""
    if request.method in ("GET", "HEAD") and not request.headers.get("HX-Request"):
        path = request.full_path.rstrip("?")
        return redirect(url_for("access.login", next=path) if path != "/" else url_for("access.login"), 303)
    sealed = ""
    if request.method == "POST":
        fields = [(name, value) for name, values in request.form.lists() for value in values]
        sealed = carry.seal(request.full_path.rstrip("?"), fields, last_person(), clock.now())
    return render(
        "access/login.html", status=401, carried=sealed, next="", sentence="", expired=True, username=""
    )
