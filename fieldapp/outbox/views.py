"""The key to a person's own queue, the service worker, and the page of what waits."""

from base64 import b64encode
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template

from fieldapp.access import sessions
from fieldapp.access.permissions import Permission
from fieldapp.outbox import receipts, sealing, switch
from fieldapp.outbox.keeping import keep_on_phone
from fieldapp.web.guard import needs, open_to_everyone
from fieldapp.web.render import render
from fieldapp.web.viewer import viewer

pages = Blueprint("outbox", __name__)
MAKE = Permission.MAKE_VISITS


@pages.get("/outbox/key")
@needs(MAKE)
def key() -> Any:
    """For whom, and the key: a page of another person's, left open, must not take it. Besides by what to know our
    receipts, and the phone's name for the head of an exported file."""
    who = viewer().person_id
    key = b64encode(sealing.key_of(who)).decode()
    phone = sealing.seal_name(who, sessions.device())
    return jsonify(person=str(who), key=key, receipts=receipts.public_key(), phone=phone)


@pages.get("/outbox")
@needs(MAKE)
def index() -> Any:
    """待传. The phone fills it in: the server knows nothing of what it has not received."""
    return keep_on_phone(make_response(render("outbox/index.html")))


@pages.get("/n/pin")
@open_to_everyone("asks for the number that opens this phone's own store; the same for everybody")
def pin() -> Any:
    """接着用. Every phone keeps it: it works with no network."""
    return render("outbox/pin.html")


@pages.get("/sw.js")
@open_to_everyone("script holds no data")
def worker() -> Response:
    """At the root, so that it covers every page. Asked anew at each visit: a fault in it must be mended at once."""
    response = make_response(render_template(f"outbox/{'retired' if switch.is_off() else 'worker'}.js"))
    response.mimetype = "text/javascript"
    response.headers["Cache-Control"] = "no-cache"
    return response


@pages.get("/outbox/mend")
@open_to_everyone("mends the phone and holds no data")
def mend() -> Any:
    """重新装一遍: for a phone whose pages do not open or stay old."""
    return render("outbox/mend.html")


@pages.app_template_global()
def outbox_is_off() -> bool:
    """Whether pages are to leave the service worker alone."""
    return switch.is_off()


@pages.app_template_global()
def outbox_person() -> str:
    """Whose taps this page may hold on the phone; empty for whoever makes no visits."""
    who = viewer()
    return str(who.person_id) if who and who.has(MAKE) else ""
