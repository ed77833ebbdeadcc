"""Days to come, sealed for the phone that asks: what is ahead, what opens it on its day, and where digits are typed."""

from base64 import b64encode
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from flask import jsonify, request

from fieldapp import clock
from fieldapp.access import sessions
from fieldapp.access.queries import has_account
from fieldapp.db import system_reads
from fieldapp.outbox.keeping import keep_on_phone
from fieldapp.phones.models import Phone
from fieldapp.phones.queries import phone_here, phones_of
from fieldapp.visits import plans, sealed_days
from fieldapp.visits.plans import PlannedVisit
from fieldapp.visits.ready import Group, Wanted, version_of
from fieldapp.visits.sealed_days import Parcel
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
    """The version begins with which plans are on then: that alone is asked of it when it is to be opened."""
    made = [_start_of(day, going), *map(of_plan, going)]
    parcel = sealed_days.parcel_of(phone.id, day, [plan.id for plan in going])
    version = parcel.plans + version_of(phone.id, [each.group.version for each in made])
    if version in have:
        return {"v": version, "day": day.isoformat()}
    text = "".join(lines_of(made, {}, day))
    packed = "packed" in request.args
    return {"v": version, "day": day.isoformat(), **sealed_days.seal(text, parcel, packed=packed)}


def _start_of(day: date, going: list[PlannedVisit]) -> Making:
    """今日 as it will be."""
    version = version_of(day, [plan.id for plan in going], [plan.short_name for plan in going])
    today = {"/n/": partial(show_today, going, [], day)}
    return Making(Group(version, (Wanted("/n/"),), day.isoformat()), views=today)


@pages.get("/n/sealed/keys")
@needs(MAKE)
def sealed_keys() -> Any:
    """On the day and by network: what opens it, without digits. `days` names each with the version held, `day:version`:
    one of which something was taken away gets none, nor does a day on which this person goes no more."""
    phone, today = _phone(), clock.today()
    asked = map(_asked, request.args.get("days", "").split(",")) if phone else ()
    due = [(day, version) for day, version in asked if day and day <= today]
    going = plans.of_day(viewer(), today) if due else []
    on = [(day, version) for day, version in due if any(plan.first_day <= day for plan in going)]
    keys = {str(day): key for day, version in on if phone and (key := _key(phone, day, version))}
    return jsonify(person=str(viewer().person_id), keys=keys)


def _key(phone: Phone, day: date, version: str) -> str:
    """Of the version held; of the fullest when none is named."""
    granted = (parcel for parcel in _granted(phone, day) if not version or version.startswith(parcel.plans))
    return next((b64encode(sealed_days.key_of(parcel)).decode() for parcel in granted), "")


def _granted(phone: Phone, day: date) -> list[Parcel]:
    """What may be opened on this phone, of the parcels that were made for it; the fullest first."""
    with system_reads() as session:
        found = plans.granted(phone.person_id, day, session)
    return [sealed_days.parcel_of(phone.id, day, [plan.id for plan in of]) for of in found]


def _asked(text: str) -> tuple[date | None, str]:
    day, _, version = text.partition(":")
    return _day(day), version


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
    """Person, phone and digits to read out: from the plan's first day on, and to its last. A phone that had no network
    since another plan came to its day holds less: the digits for that stand below."""
    if not plan.early_days or not plan.first_day <= clock.today() <= plan.last_day:
        return []
    found = [(person, phone) for person in plan.people for phone in phones_of(UUID(person))]
    return [
        (person, f"{phone.label}，上面的不对才报" if n else phone.label, sealed_days.code_of(parcel))
        for person, phone in found
        if has_account(phone.person_id)
        for n, parcel in enumerate(_granted(phone, plan.first_day))
    ]
