"""Our cookies: HttpOnly, Lax, for the whole host. They have an age and no date: a date by the machine's clock would
differ between two answers that are otherwise equal."""

from flask import Response, current_app
from werkzeug.http import dump_cookie


def _is_https() -> bool:
    return bool(current_app.extensions["settings"].https)


def name_of(kind: str) -> str:
    """__Host- on https; a plain name on a LAN's http, where the prefix would make browsers drop it."""
    return f"__Host-{kind}" if _is_https() else kind


def put(response: Response, kind: str, value: str, max_age: int) -> None:
    """Give the browser a cookie for so many seconds."""
    cookie = dump_cookie(
        name_of(kind),
        value,
        max_age=max_age,
        secure=_is_https(),
        httponly=True,
        samesite="Lax",
        path="/",
        sync_expires=False,
    )
    response.headers.add("Set-Cookie", cookie)


def take_back(response: Response, kind: str) -> None:
    """Have the browser forget it."""
    response.delete_cookie(name_of(kind), path="/", secure=_is_https(), httponly=True, samesite="Lax")
