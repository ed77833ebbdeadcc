"""The leader's page: who went on an unplanned visit of his team."""

from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.access.permissions import Permission
from fieldapp.visits import attendance, attending
from fieldapp.visits.forms import AttendanceForm
from fieldapp.visits.views import pages
from fieldapp.web import menu
from fieldapp.web.forms import bound, has_errors, is_sent, rules_beside
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

menu.entry(42, "visits.people_index", "临时回访的人")


@pages.get("/visits/people")
@needs(Permission.CONFIRM_PEOPLE)
def people_index() -> Any:
    """Whom the leader still has to speak of, then where his word may still be changed."""
    return render("visits/people.html", visits=attendance.led(viewer()), form=None, refused=None)


@pages.post("/visits/<uuid:visit_id>/people/<uuid:person_id>")
@needs(Permission.CONFIRM_PEOPLE)
def say_who_went(visit_id: UUID, person_id: UUID) -> Any:
    """The leader's word on one of them; a refusal stands beside that person."""
    attendance.led_visit(visit_id, viewer())
    form = bound(AttendanceForm)
    if is_sent(form):
        with rules_beside(form):
            attending.say_who_went(visit_id, person_id, form.went.data == "yes", by=viewer(), at=clock.now())
        if not has_errors(form):
            return see("visits.people_index", said="told")
    status = 422 if has_errors(form) else 200
    shown = attendance.led(viewer())
    return render("visits/people.html", status=status, visits=shown, form=form, refused=(visit_id, person_id))
