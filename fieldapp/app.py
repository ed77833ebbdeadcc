"""create_app: configuration, database, walls, features in order, start-up checks."""

import logging
import time
from importlib import import_module
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, g, request
from htmx_flask import Htmx
from werkzeug.middleware.proxy_fix import ProxyFix

from fieldapp import clock, config, db, ids, keys
from fieldapp.access import sessions, visibility
from fieldapp.access.actions import note_denied
from fieldapp.access.viewers import may
from fieldapp.evidence.originals import FolderStore
from fieldapp.web import cookies, forms, guard, handlers, menu, packing, said, secure, ui
from fieldapp.web.render import see
from fieldapp.workflow import Workflow

FEATURES = (
    "access", "organisations", "inspections", "problems", "publishing", "visits", "closing", "documents", "figures",
    "packages", "todo", "outbox", "phones",
)  # fmt: skip
CSP = "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
_BEFORE_CHANGE = ("access.me", "access.log_out", "visits.tap", "static")
FORM_LIMIT = 2 * 1024 * 1024


class FieldApp(Flask):
    """Flask whose views run in one transaction, committed before the answer leaves; the tap's door begins its own."""

    def dispatch_request(self) -> Any:
        writes = guard.is_writing() and not forms.is_again()
        with db.request_transaction(writes):
            return super().dispatch_request()


def create_app(settings: config.Settings | None = None) -> Flask:
    """The whole app; raises RuntimeError when an endpoint has no declared access."""
    settings = settings or config.from_environment()
    app = FieldApp(
        "fieldapp",
        template_folder=str(config.part("templates")),
        static_folder=str(config.part("static")),
    )
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        MAX_CONTENT_LENGTH=settings.max_photo + FORM_LIMIT,
        MAX_FORM_MEMORY_SIZE=FORM_LIMIT,
        SEND_FILE_MAX_AGE_DEFAULT=31536000,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.extensions["settings"] = settings
    app.extensions["keys"] = keys.load(settings.keys)
    app.extensions["originals"] = FolderStore(settings.photos)
    _database(app)
    _features(app)
    _walls(app)
    _behind(app, settings.hops)
    return app


def _database(app: Flask) -> None:
    db.db.init_app(app)
    db.listen(app)
    visibility.install()


def _features(app: Flask) -> None:
    Htmx(app)
    for name in FEATURES:
        views = import_module(f"fieldapp.{name}.views")
        app.register_blueprint(views.pages)
    ui.install(app)
    menu.install(app)
    said.install(app)
    secure.install(app)
    sessions.install(app)
    handlers.install(app)


def _walls(app: Flask) -> None:
    static: Any = app.view_functions["static"]
    static.access, static.open_because = (), "style and script hold no data"
    Workflow.may = staticmethod(may)
    guard.refuse_undeclared(app)
    app.before_request(_name_request)  # first: what fails in the guard has its number too
    guard.install(app, sessions.load_viewer, may, note_denied, sessions.ask_login)
    app.before_request(_change_first)
    app.after_request(packing.pack)  # the first is called last
    app.after_request(_headers)
    app.after_request(_device_cookie)


def _behind(app: Flask, hops: int) -> None:
    """Gateways say which host and scheme the phone asked for; each adds its word at the end, and so many are read."""
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _name_request() -> None:
    g.request_id = ids.new_id().hex[:12]  # all that a log line says of a request


def _change_first() -> Any:
    """A temporary password opens one's own page only. Taps are let in: they must never wait for anything."""
    who = g.get("viewer")
    if who is None or not who.must_change or request.endpoint in _BEFORE_CHANGE:
        return None
    return see("access.me", said="must_change")


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    if request.endpoint != "static":
        response.headers["Server-Now"] = str(clock.now())  # and that it is ours, not a gateway's
    if sessions.settings().https and not sessions.settings().own_authority:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def _device_cookie(response: Response) -> Response:
    if g.get("device_is_new"):
        cookies.put(response, "device", g.device, 3 * 365 * 86400)
    return response


def move_clock(settings: config.Settings) -> None:
    """FIELDAPP_CLOCK starts a test server's clock elsewhere; it goes on ticking. Refused outside tests."""
    if not settings.clock:
        return
    if not settings.testing:
        raise RuntimeError("FIELDAPP_CLOCK needs FIELDAPP_TESTING=1")
    shift = int(settings.clock) - clock.now()
    clock.set_source(lambda: time.time_ns() // 1_000_000 + shift)
    logging.getLogger("fieldapp").warning("the clock is moved for a test")


def is_migrated(app: Flask) -> bool:
    """Whether the database has its tables."""
    with app.app_context():
        return sa.inspect(db.db.engine).has_table("counties")
