"""The key to a person's own queue, the service worker, and the page of what waits."""

import hashlib
import hmac
from base64 import b64encode
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template

from fieldapp.access.permissions import Permission
from fieldapp.web.guard import needs, open_to_everyone
from fieldapp.web.render import render
from fieldapp.web.viewer import viewer

pages = Blueprint("outbox", __name__)
MAKE = Permission.MAKE_VISITS


def key_of(person_id: UUID) -> bytes:
    """32 bytes, the same at each login: what waits is readable again after one."""
    return hmac.new(current_app.extensions["keys"].phones, person_id.bytes, hashlib.sha256).digest()


@pages.get("/outbox/key")
@needs(MAKE)
def key() -> Any:
    """For whom, and the key: a page of another person's, left open, must not take it."""
    who = viewer().person_id
    return jsonify(person=str(who), key=b64encode(key_of(who)).decode())


@pages.get("/outbox")
@needs(MAKE)
def index() -> Any:
    """待传. The phone fills it in: the server knows nothing of what it has not received."""
    return render("outbox/index.html")


@pages.get("/n/pin")
@open_to_everyone("asks for the number that opens this phone's own store; the same for everybody")
def pin() -> Any:
    """接着用. Every phone keeps it: it works with no network."""
    return render("outbox/pin.html")


@pages.get("/sw.js")
@open_to_everyone("script holds no data")
def worker() -> Response:
    """At the root, so that it covers every page. Asked anew at each visit: a fault in it must be mended at once."""
    response = make_response(render_template("outbox/worker.js"))
    response.mimetype = "text/javascript"
    response.headers["Cache-Control"] = "no-cache"
    return response


@pages.app_template_global()
def outbox_person() -> str:
    """Whose taps this page may hold on the phone; empty for whoever makes no visits."""
    who = viewer()
    return str(who.person_id) if who and who.has(MAKE) else ""
