"""The office's page of bound phones with the code to scan, and the phone's page that binds it."""

from base64 import b64encode
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, request, url_for

from fieldapp import clock
from fieldapp.access import sessions
from fieldapp.access.permissions import Permission
from fieldapp.organisations.models import Person
from fieldapp.organisations.queries import one
from fieldapp.phones import actions, queries
from fieldapp.phones.device_keys import device_key
from fieldapp.phones.forms import BindForm
from fieldapp.web import menu
from fieldapp.web.forms import bound, has_errors, is_sent, rows_offered
from fieldapp.web.guard import needs, open_to_everyone
from fieldapp.web.qr import code_of
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

pages = Blueprint("phones", __name__)
BIND, MAKE = Permission.BIND_PHONES, Permission.MAKE_VISITS
KINDS = (("iPhone", "苹果手机"), ("iPad", "平板"), ("Android", "安卓手机"))
menu.entry(55, "phones.index", "绑定的手机")


@pages.route("/phones", methods=["GET", "POST"])
@needs(BIND)
def index() -> Any:
    """Bound phones; POST makes a code for one person and shows it this once."""
    form, code = bound(BindForm), ""
    form.person_id.choices = rows_offered(queries.people_on_foot(), "选一个人")
    if is_sent(form):
        person = one(Person, UUID(form.person_id.data))
        code = actions.make_code(person, by=viewer(), at=clock.now())
    address = url_for("phones.phone", _external=True)
    return render(
        "phones/index.html",
        status=422 if has_errors(form) else 200,
        form=form,
        code=code,
        address=address,
        drawn=code_of(f"{address}#{code}") if code else None,
        phones=queries.bound_phones(),
    )


@pages.post("/phones/<uuid:phone_id>/end")
@needs(BIND, MAKE)
def end_phone(phone_id: UUID) -> Any:
    """One's own, or one that was lost."""
    actions.end_phone(queries.one_phone(phone_id), by=viewer(), at=clock.now())
    is_office = viewer().has(BIND)
    return see("phones.index" if is_office else "access.me", said="phone_ended")


@pages.get("/n/phone")
@open_to_everyone("what the camera opens: nobody need be logged in yet, and it holds nothing")
def phone() -> Any:
    """The code comes behind the #, which no server and no log sees; script takes it from there."""
    return render("phones/phone.html")


@pages.post("/n/phone")
@needs(MAKE)
def bind_phone() -> Any:
    """The phone's own key, or why not."""
    label = next((name for sign, name in KINDS if sign in request.headers.get("User-Agent", "")), "电脑")
    who, device = viewer(), sessions.device()
    made = actions.bind_phone(request.form.get("code", ""), device, label, by=who, at=clock.now())
    if isinstance(made, actions.Refused):
        return jsonify(said=made.sentence)
    return jsonify(person=str(who.person_id), phone=str(made.id), key=b64encode(device_key(made.id)).decode())


@pages.app_template_global()
def own_phones() -> Any:
    """For 我的, which lies below and knows no phones."""
    who = viewer()
    return queries.phones_of(who.person_id) if who.has(MAKE) else []


@pages.app_template_global()
def this_phone() -> str:
    """The binding of the phone that asks; empty when it has none."""
    who = viewer()
    found = queries.phone_here(who.person_id, sessions.device()) if who.has(MAKE) else None
    return str(found.id) if found else ""
