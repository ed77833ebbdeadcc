"""What exported files brought and waits for the office: as sentences, with the form that decides."""

from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.access.permissions import Permission
from fieldapp.visits import quarantine as groups
from fieldapp.visits import releasing
from fieldapp.visits.forms import ParkedForm
from fieldapp.visits.views import pages
from fieldapp.web.forms import bound, carry_out, has_errors, offered
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

TAKE, ASIDE = ("take", "收进记录"), ("aside", "不采用，留存")


@pages.get("/visits/parked/files/<uuid:visit_id>/<uuid:person_id>")
@needs(Permission.SEE_PARKED)
def quarantined(visit_id: UUID, person_id: UUID) -> Any:
    """One group as sentences, with the decisions on it and the form for the next."""
    return _page(groups.group(visit_id, person_id, viewer().county_id), _form())


@pages.post("/visits/parked/files/<uuid:visit_id>/<uuid:person_id>/decisions")
@needs(Permission.DECIDE_PARKED)
def decide_quarantined(visit_id: UUID, person_id: UUID) -> Any:
    """Into the log or aside, with a reason."""
    group = groups.group(visit_id, person_id, viewer().county_id)
    form = _form()
    adopt, how = form.decision.data == TAKE[0], {"by": viewer(), "at": clock.now()}
    if carry_out(form, lambda: releasing.decide(visit_id, person_id, adopt, form.reason.data, **how)):
        return see("visits.parked", said="adopted" if adopt else "set_aside")
    return _page(group, form, 422 if has_errors(form) else 200)


def _form() -> ParkedForm:
    form = bound(ParkedForm)
    form.decision.choices = offered([TAKE, ASIDE])
    return form


def _page(group: groups.Group, form: ParkedForm, status: int = 200) -> Any:
    return render("visits/quarantined.html", status=status, group=group, told=groups.told(group), form=form)
