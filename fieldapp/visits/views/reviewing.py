"""The leader checks a handed-in record; the leader or the office sends it back to its people."""

from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.access.permissions import Permission
from fieldapp.visits import queries, reviewing
from fieldapp.visits.forms import CheckForm, ReturnForm
from fieldapp.visits.views import pages
from fieldapp.visits.views.desk import page_of
from fieldapp.web.forms import bound, carry_out
from fieldapp.web.guard import needs
from fieldapp.web.render import see
from fieldapp.web.viewer import viewer


@pages.post("/visits/<uuid:visit_id>/check")
@needs(Permission.CHECK_VISITS)
def check_visit(visit_id: UUID) -> Any:
    """核过."""
    found, form = queries.visit(visit_id), bound(CheckForm)
    shown = form.seal.data or ""
    if carry_out(form, lambda: reviewing.check(found, by=viewer(), at=clock.now(), shown=shown)):
        return see("visits.show_visit", visit_id=visit_id, said="checked")
    return page_of(found, status=422, check_form=form)


@pages.post("/visits/<uuid:visit_id>/returns")
@needs(Permission.SEND_BACK_VISITS)
def send_back_visit(visit_id: UUID) -> Any:
    """退回补充: what is missing."""
    found, form = queries.visit(visit_id), bound(ReturnForm)
    if carry_out(form, lambda: reviewing.send_back(found, form.missing.data, by=viewer(), at=clock.now())):
        return see("visits.show_visit", visit_id=visit_id, said="sent_back")
    return page_of(found, status=422, return_form=form)
