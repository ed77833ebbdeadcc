"""The tap endpoint. Only the shape is judged; the tap is on disk before the answer leaves."""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from flask import Response, g, make_response, redirect, request, url_for

from fieldapp import clock, ids
from fieldapp.access import carry, sessions
from fieldapp.access.permissions import Permission
from fieldapp.db import db, keeping
from fieldapp.errors import NotVisible
from fieldapp.evidence import actions as evidence
from fieldapp.evidence.originals import Empty, Refused
from fieldapp.outbox import receipts
from fieldapp.visits import projecting, queries, taps
from fieldapp.visits.views import pages, phone
from fieldapp.web import handlers
from fieldapp.web.guard import tap_door
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

log = logging.getLogger("fieldapp")


@pages.post("/n/<uuid:visit_id>/taps")
@tap_door(Permission.MAKE_VISITS)
def tap(visit_id: UUID) -> Any:
    """Keep one tap. 401, 409 of another person, 413, 415 and 422 carry no `Outbox-Ack`: the phone keeps the tap."""
    who = viewer()
    if who is None:
        return _unknown()
    form, at = _fields(visit_id, who.person_id)
    try:
        sent = taps.read(form)
    except ValueError:
        return handlers.page(422, sentence="这一条没读懂，没有记下。返回再点一次")
    try:
        with keeping():
            receipt = _keep(sent, visit_id, who.person_id, at)
    except Refused as refused:  # nothing is stored, the phone keeps it
        return handlers.page(refused.status, sentence=refused.sentence)
    if receipt.acknowledged:
        _follow(sent, visit_id, who.person_id, at)
    return _answer(visit_id, receipt, form)


def _unknown() -> Any:
    """401; and to whoever holds the cookie of a stopped account, that logging in again would not help."""
    answer = make_response(sessions.ask_login())
    if sessions.is_stopped():
        answer.headers["Outbox-Why"] = "stopped"
    return answer


def _keep(sent: taps.Sent, visit_id: UUID, person: UUID, at: int) -> taps.Receipt:
    """Another person's photo stays in the phone, and leaves no bytes here."""
    stored = None if taps.is_foreign(sent, person) else _photo(sent.kind)
    return taps.take_in(sent, visit=visit_id, person=person, device=sessions.device(), at=at, file=stored)


def _follow(sent: taps.Sent, visit_id: UUID, person: UUID, at: int) -> None:
    """What the kept tap moves; a repeated one's too, whose first answer a crash between the two may have cost.
    A failure here must not cost the tap: the next one, or `fieldapp check`, finds the rest."""
    try:
        if projecting.concerns(visit_id, sent.kind):
            with keeping():
                projecting.project(visit_id, sent.kind, sent.payload, person, at)
    except Exception:
        log.exception("request %s: a tap is kept and could not be followed", g.get("request_id", ""))


def _fields(visit_id: UUID, person_id: UUID) -> tuple[Mapping[str, list[str]], int]:
    """The form; or what an expired login kept of it, with the instant at which it first came. After a hand-in, which
    opens the colleague's answers, what was held back is late like any other."""
    kept = carry.unseal(request.form.get("carried", ""), person_id) if "carried" in request.form else None
    if kept is None or kept.path != request.path:
        return request.form.to_dict(flat=False), clock.now()
    fields: dict[str, list[str]] = {}
    for name, value in kept.fields:
        fields.setdefault(name, []).append(value)
    return fields, clock.now() if taps.has_handin(visit_id, db.session()) else kept.at


def _photo(kind: str) -> dict[str, Any] | None:
    """What the store says of the photo's bytes; raises Refused when they cannot be evidence."""
    uploads = [file for _, file in request.files.items(multi=True) if file.filename]
    if len(uploads) > 1:
        raise Empty("一次只收一张照片，这几张都没有收下。一张一张传")
    upload = uploads[0] if uploads else None
    if upload is None:
        if kind == "photo":
            raise Empty("没有照片。再拍一张，或从相册选一张")
        return None
    if "carried" in request.form:
        raise Empty("照片不能和先前按的一起传。回去再拍，或从相册选")
    kept = evidence.keep(upload.stream, at=clock.now())
    return {"sha256": kept.sha256, "size": kept.size, "name": (upload.filename or "")[-120:]}


def _answer(visit_id: UUID, receipt: taps.Receipt, form: Mapping[str, list[str]]) -> Any:
    if receipt.answer is taps.Answer.FOREIGN:
        return _foreign(form)
    if request.headers.get("X-Outbox") and not request.headers.get("X-Outbox-Show"):
        response: Any = make_response("", 409 if receipt.answer is taps.Answer.RIVAL else 200)
    elif receipt.answer is taps.Answer.RIVAL:
        response = make_response(handlers.page(409, sentence="两次记的不一样，都存下了，组长会来定"))
    else:
        response = _shown(visit_id, form)
    if request.headers.get("X-Outbox") and response.status_code == 303:
        response = make_response("")  # script sees no header of a redirect: no acknowledgement
    response.headers["Outbox-Ack"] = str(receipt.id)
    response.headers["Received-At"] = str(receipt.received_at)
    response.headers[receipts.HEADER] = receipts.sign(receipt.id, receipt.digest, receipt.received_at)
    return response


def _foreign(form: Mapping[str, list[str]]) -> Any:
    """Nothing is stored. The phone's outbox has it still; a form that came without is sealed to whose page it was, who
    may log in here and go on with it."""
    if request.headers.get("X-Outbox"):
        return handlers.page(409, sentence="这一条是别人登录时记的，留在手机里，等他登录再传")
    owner = ids.read_id((form.get("person") or [""])[0])
    if owner is None or owner == viewer().person_id:
        return handlers.page(409, sentence="这一条没有记上，手机里也没有留。回到那一页，刷新后再按一次")
    fields = [(name, value) for name, values in form.items() for value in values]
    sealed = carry.seal(request.full_path.rstrip("?"), fields, owner, clock.now())
    return render("visits/foreign.html", status=409, carried=sealed, written=handlers.written())


def _shown(visit_id: UUID, form: Mapping[str, list[str]]) -> Response:
    """The page to go on with. The tap is on disk: a page that cannot be made says so and takes nothing back."""
    try:
        return _next_page(visit_id, form)
    except NotVisible:
        return make_response(redirect(url_for("visits.memo", visit_id=visit_id), 303))
    except Exception:
        log.exception("request %s: a tap is kept, its page failed", g.get("request_id", ""))
        db.session.rollback()
        return make_response(render("visits/kept.html", "visits/_kept.html"))


def _next_page(visit_id: UUID, form: Mapping[str, list[str]]) -> Response:
    """Where the form says to go on (`to`), as a redirect or, for htmx, as that page's fragment."""
    target = (form.get("to") or ["memo"])[0]
    if not queries.takes_part(visit_id, viewer().person_id):
        return see("visits.today", said="kept")
    subject = (form.get("to_subject") or [""])[0]
    if target == "judged":  # back to the list, unless the conclusion wants one more word
        target = phone.after_judging(visit_id, subject)
    wanted = ids.read_id(subject) if target in phone.OF_A_SUBJECT else None
    if target not in phone.SCREENS or (target in phone.OF_A_SUBJECT and wanted is None):
        target = "memo"
    values: dict[str, Any] = {"subject": wanted} if wanted else {}
    address = url_for(f"visits.{target}", visit_id=visit_id, **values)
    if request.headers.get("HX-Request"):
        response = make_response(phone.SCREENS[target](visit_id, **values))
        response.headers["HX-Replace-Url"] = address  # a reload shows the same page again
        is_another = urlsplit(request.headers.get("HX-Current-URL", "")).path != address
        if is_another or target in phone.BEGINS_ANEW:  # these open at their top
            response.headers["HX-Reswap"] = "outerHTML show:window:top"
        return response
    # without script the page opens where one was; with it, it never left
    place = f"#{quote(subject)}" if subject and target in phone.WITH_PLACES else ""
    return make_response(redirect(address + place, 303))
