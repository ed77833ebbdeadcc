"""Default deny. An endpoint without a declared access stops the start; a request to one is answered 404."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, request

View = TypeVar("View", bound=Callable[..., Any])
SAFE = ("GET", "HEAD", "OPTIONS")


def needs(*permissions: Any) -> Callable[[View], View]:
    """Only viewers with one of these permissions; everybody else gets a 404."""

    def declare(view: View) -> View:
        view.access = permissions  # type: ignore[attr-defined]
        return view

    return declare


def open_to_everyone(reason: str) -> Callable[[View], View]:
    """No login needed, for the reason given."""

    def declare(view: View) -> View:
        view.access = ()  # type: ignore[attr-defined]
        view.open_because = reason  # type: ignore[attr-defined]
        return view

    return declare


def tap_door(*permissions: Any) -> Callable[[View], View]:
    """As `needs`, but a missing login is the view's own answer: it must say 401 without an acknowledgement."""

    def declare(view: View) -> View:
        view.access = permissions  # type: ignore[attr-defined]
        view.is_tap_door = True  # type: ignore[attr-defined]
        return view

    return declare


def only_reads(view: View) -> View:
    """A post that shows and keeps nothing: it must not hold SQLite's one write lock while the taps wait."""
    view.only_reads = True  # type: ignore[attr-defined]
    return view


def is_tap_door() -> bool:
    """Whether the request goes to the tap's door."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), "is_tap_door", False)


def is_writing() -> bool:
    """Whether what the request goes to writes in the request's own transaction; the tap's door begins its own."""
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method not in SAFE and not getattr(view, "only_reads", False) and not is_tap_door()


def refuse_undeclared(app: Flask) -> None:
    """Raise RuntimeError when an endpoint declares no access."""
    bare = [name for name, view in app.view_functions.items() if not hasattr(view, "access")]
    if bare:
        raise RuntimeError("endpoints without declared access: " + ", ".join(sorted(bare)))


def is_same_origin() -> bool:
    """Whether an unsafe request came from our own pages. SameSite=Lax cookies stand beside it; no token is needed,
    since a tap may be sent days after its page was made. Old phones lack Sec-Fetch-Site; Origin is there on POST."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site:
        return site in ("same-origin", "none")
    if not origin:
        return True
    scheme = "https" if current_app.extensions["settings"].https else request.scheme
    return origin.lower() == f"{scheme}://{request.host}".lower()


def install(
    app: Flask,
    load_viewer: Callable[[], Any],
    may: Callable[[Any, Any], bool],
    on_denied: Callable[[Any, str], None],
    ask_login: Callable[[], Any],
) -> None:
    """Put the guard before every request."""

    @app.before_request
    def _guard() -> Any:
        g.viewer = None
        view: Any = app.view_functions.get(request.endpoint or "")
        if view is None:
            return None  # Flask's own 404 or 405
        if request.method not in SAFE and not is_same_origin():
            abort(403)
        access = getattr(view, "access", None)
        if access is None:
            abort(404)
        if request.endpoint == "static":
            return None
        g.viewer = load_viewer()
        if hasattr(view, "open_because"):
            return None
        if g.viewer is None:
            return None if is_tap_door() else ask_login()
        if not any(may(g.viewer, permission) for permission in access):
            on_denied(g.viewer, request.endpoint or "")
            abort(404)
        return None
