"""What was just done is said once, on the next page. It waits in a cookie, not in the address: an address is read again
by a reload, by Back and by whoever it is sent to, and stands in the server's log."""

from typing import Any

from flask import Flask, Response, current_app, g, request
from werkzeug.http import dump_cookie

SECONDS = 60  # the next page is on its way already; later it would speak of something else


def _cookie() -> str:
    return "__Host-said" if current_app.extensions["settings"].https else "said"


def leave(response: Response, name: str, n: int = 0) -> None:
    """Have the next page say the sentence of templates/ui/said.html that has this name, with its number if any."""
    cookie = dump_cookie(
        _cookie(),
        f"{name}.{n}",
        max_age=SECONDS,
        secure=current_app.extensions["settings"].https,
        httponly=True,
        samesite="Lax",
        path="/",
        sync_expires=False,  # a date by the machine's clock, which two equal answers would not share
    )
    response.headers.add("Set-Cookie", cookie)


def take() -> tuple[str, int]:
    """For the template that says it: name and number; the cookie goes with that answer."""
    g.said = True
    name, _, n = request.cookies.get(_cookie(), "").partition(".")
    return name, int(n) if n.isdecimal() and len(n) < 7 else 0


def install(app: Flask) -> None:
    """Give the templates `said`, and take the cookie back when one has used it."""
    app.jinja_env.globals["said"] = take

    @app.after_request
    def _take_back(response: Response) -> Response:
        if g.get("said") and _cookie() in request.cookies:
            settings: Any = current_app.extensions["settings"]
            response.delete_cookie(_cookie(), path="/", secure=settings.https, httponly=True, samesite="Lax")
        return response
