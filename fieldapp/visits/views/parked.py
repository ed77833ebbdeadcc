"""Taps that fit no visit: the office sees whose and why, reads them as sentences, and decides."""

from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.access.permissions import Permission
from fieldapp.visits import parked as groups
from fieldapp.visits import parking, quarantine
from fieldapp.visits.forms import ParkedForm
from fieldapp.visits.views import pages
from fieldapp.web import menu
from fieldapp.web.forms import bound, carry_out, has_errors, offered
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

ADOPT, ASIDE = ("adopt", "收进来"), ("aside", "不采用，留存")
menu.entry(44, "visits.parked", "没对上的记录")


@pages.get("/visits/parked")
@needs(Permission.SEE_PARKED)
def parked() -> Any:
    """By visit and person: the open ones, then those decided upon; besides what exported files brought."""
    waiting, decided = groups.lists(viewer().county_id)
    from_files, files_decided = quarantine.lists(viewer().county_id)
    return render(
        "visits/parked.html",
        waiting=waiting,
        decided=decided,
        from_files=from_files,
        files_decided=files_decided,
    )


@pages.get("/visits/parked/<uuid:visit_id>/<uuid:person_id>")
@needs(Permission.SEE_PARKED)
def parked_taps(visit_id: UUID, person_id: UUID) -> Any:
    """One group as sentences, with the decisions on it and the form for the next."""
    group = groups.group(visit_id, person_id, viewer().county_id)
    return _page(group, _form(group))


@pages.post("/visits/parked/<uuid:visit_id>/<uuid:person_id>/decisions")
@needs(Permission.DECIDE_PARKED)
def decide_parked(visit_id: UUID, person_id: UUID) -> Any:
    """Take in or keep aside, with a reason."""
    group = groups.group(visit_id, person_id, viewer().county_id)
    form = _form(group)
    adopt, how = form.decision.data == ADOPT[0], {"by": viewer(), "at": clock.now()}
    if carry_out(form, lambda: parking.decide(visit_id, person_id, adopt, form.reason.data, **how)):
        return see("visits.parked", said="adopted" if adopt else "set_aside")
    return _page(group, form, 422 if has_errors(form) else 200)


def _form(group: groups.Group) -> ParkedForm:
    """Taking in is offered only where it can work."""
    form = bound(ParkedForm)
    form.decision.choices = offered([ADOPT, ASIDE] if group.is_adoptable else [ASIDE])
    return form


def _page(group: groups.Group, form: ParkedForm, status: int = 200) -> Any:
    return render("visits/parked_taps.html", status=status, group=group, told=groups.told(group), form=form)
