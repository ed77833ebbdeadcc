"""Errors to pages or fragments in the app's own look; nothing internal shows, nothing typed is lost."""

import logging
import re
from typing import Any

from flask import Flask, g, make_response, request
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from fieldapp.errors import Conflict, NotVisible, RuleBroken
from fieldapp.web.render import render
from fieldapp.web.storage import UNSTORED, status_of

log = logging.getLogger("fieldapp")
_PAGES = (403, 404, 409, 413, 415, 422, 500)
_FREE_TEXT = re.compile(
    r"(.+\.)?text|answers\..+"
)  # what a phone's form calls what is written and not chosen


def install(app: Flask) -> None:
    """Give each error its answer."""

    @app.errorhandler(NotVisible)
    def _not_visible(_error: NotVisible) -> Any:
        return page(404)

    @app.errorhandler(RuleBroken)
    def _rule(error: RuleBroken) -> Any:
        return page(422, sentence=error.sentence)

    @app.errorhandler(Conflict)
    def _conflict(error: Conflict) -> Any:
        return page(409, sentence=error.sentence, yours=error.yours, theirs=error.theirs)

    @app.errorhandler(StaleDataError)
    def _overtaken(_error: StaleDataError) -> Any:
        return page(409)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Any:
        code = error.code or 500
        if code in (301, 302, 303, 307, 308):
            return error
        code = 404 if code == 405 else code  # a method that does not exist is a page that does not exist
        return page(code if code in _PAGES else 422 if 400 <= code < 500 else 500)

    for kind in UNSTORED:
        app.register_error_handler(kind, _unstored)

    @app.errorhandler(Exception)
    def _last_resort(_error: Exception) -> Any:
        log.exception("request %s failed at %s", g.get("request_id", ""), request.endpoint)
        return page(500)


def _unstored(error: Exception) -> Any:
    """The database or the disk did not take it: full, busy, or broken. No page of ours asks it for anything."""
    status = status_of(error)
    log.error("request %s: %s at %s", g.get("request_id", ""), status, request.endpoint, exc_info=error)
    response = page(status)
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


def page(status: int, **context: Any) -> Any:
    """The error's page, with what was written on a phone, so that it can be copied and sent again; for the phone's
    outbox a failure of ours is its number alone."""
    if request.headers.get("X-Outbox"):
        answer = make_response(str(context.get("sentence", "")), status)
        answer.mimetype = "text/plain"
        return answer
    number = g.get("request_id", "") if status >= 500 else ""
    return render(f"errors/{status}.html", status=status, request_id=number, written=written(), **context)


def written() -> list[str]:
    """What free text the form holds, to be copied."""
    form = request.__dict__.get("form", {})  # only one that was read: reading may be what failed
    return [value for name, value in form.items() if value.strip() and _FREE_TEXT.fullmatch(name)]
