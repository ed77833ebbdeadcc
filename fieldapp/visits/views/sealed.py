"""Days to come, sealed for the phone that asks: what is ahead, what opens it on its day, and where digits are typed."""

from base64 import b64encode
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from flask import jsonify, request

from fieldapp import clock
from fieldapp.access import sessions
from fieldapp.outbox.keeping import keep_on_phone
from fieldapp.phones.models import Phone
from fieldapp.phones.queries import phone_here, phones_of
from fieldapp.visits import plans, sealed_days
from fieldapp.visits.plans import PlannedVisit
from fieldapp.visits.ready import Group, Wanted, version_of
from fieldapp.visits.views import pages
from fieldapp.visits.views.ahead import Making, of_plan
from fieldapp.visits.views.phone import MAKE, show_today
from fieldapp.visits.views.ready import lines_of
from fieldapp.web.guard import needs
from fieldapp.web.render import render
from fieldapp.web.viewer import viewer


def _phone() -> Phone | None:
    return phone_here(viewer().person_id, sessions.device())


@pages.get("/n/sealed")
@needs(MAKE)
def sealed() -> Any:
    """What this phone may hold of days to come; `have` names versions that it holds already, `packed` that it can
    unpack. A phone that is not bound gets nothing; what is not named here any more it drops."""
    phone, have = _phone(), request.args.get("have", "").split(",")
    told = [_told(phone, day, going, have) for day, going in _days_ahead()] if phone else []
    return jsonify(person=str(viewer().person_id), days=told)


def _days_ahead() -> list[tuple[date, list[PlannedVisit]]]:
    """Each day on which something begins that one may see already, with all that is on then."""
    today = clock.today()
    found = plans.of_day(viewer(), today)
    days = sorted({plan.first_day for plan in found if plan.first_day > today})
    return [(day, [plan for plan in found if plan.first_day <= day <= plan.last_day]) for day in days]


def _told(phone: Phone, day: date, going: list[PlannedVisit], have: list[str]) -> dict[str, Any]:
    made = [_start_of(day, going), *map(of_plan, going)]
    version = version_of(phone.id, [each.group.version for each in made])
    if version in have:
        return {"v": version, "day": day.isoformat()}
    text = "".join(lines_of(made, {}, day))
    packed = "packed" in request.args
    return {"v": version, "day": day.isoformat(), **sealed_days.seal(text, phone.id, day, packed=packed)}


def _start_of(day: date, going: list[PlannedVisit]) -> Making:
    """今日 as it will be."""
    version = version_of(day, [plan.id for plan in going], [plan.short_name for plan in going])
    today = {"/n/": partial(show_today, going, [], day)}
    return Making(Group(version, (Wanted("/n/"),), day.isoformat()), views=today)


@pages.get("/n/sealed/keys")
@needs(MAKE)
def sealed_keys() -> Any:
    """On the day and by network: what opens it, without digits; nothing for a day on which this person goes no more."""
    phone, today = _phone(), clock.today()
    asked = [_day(text) for text in request.args.get("days", "").split(",")]
    due = [day for day in asked if day and day <= today] if phone else []
    going = plans.of_day(viewer(), today) if due else []
    open_days = {day for day in due for plan in going if plan.first_day <= day}
    keys = {str(day): b64encode(sealed_days.key_of(phone.id, day)).decode() for day in open_days if phone}
    return jsonify(person=str(viewer().person_id), keys=keys)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@pages.get("/n/code")
@needs(MAKE)
def code() -> Any:
    """Where the digits are typed; it works with no network, so it is kept."""
    return keep_on_phone(render("visits/code.html"))


def codes_of(plan: PlannedVisit) -> list[tuple[str, str, str]]:
    """Person, phone and digits to read out: from the plan's first day on, and to its last."""
    if not plan.early_days or not plan.first_day <= clock.today() <= plan.last_day:
        return []
    found = ((person, phone) for person in plan.people for phone in phones_of(UUID(person)))
    return [(person, phone.label, sealed_days.code_of(phone.id, plan.first_day)) for person, phone in found]
