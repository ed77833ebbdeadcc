"""重启, by the head: what is to be done again, until when, and on what it rests. And the way here from a problem."""

from typing import Any
from uuid import UUID

from flask import url_for

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.closing import actions, queries, reviews
from fieldapp.closing.forms import ReopenForm
from fieldapp.closing.models import STATES
from fieldapp.closing.views import pages
from fieldapp.closing.views.reviewing import is_told, limited
from fieldapp.errors import NotVisible
from fieldapp.problems import queries as problems
from fieldapp.web import beside
from fieldapp.web.beside import Beside
from fieldapp.web.forms import carry_out, has_errors
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer


@pages.route("/problems/<uuid:problem_id>/closure/reopening", methods=["GET", "POST"])
@needs(P.REOPEN)
def reopen(problem_id: UUID) -> Any:
    """Told to the unit with the next edition; the old record stays as it was frozen."""
    found, row = queries.closing(problem_id), problems.problem(problem_id)
    if found.state != "closed":
        raise NotVisible
    form = limited(ReopenForm, row.county_id)
    if carry_out(form, lambda: _order(row, form)):
        return see("closing.show", problem_id=problem_id, said="reopening_ordered")
    return render(
        "closing/reopening.html", status=422 if has_errors(form) else 200, row=row, form=form, found=found
    )


def _order(row: Any, form: ReopenForm) -> None:
    is_told(form, row.county)
    said = (form.still.data, form.limit_text.data, form.basis.data)
    actions.order_reopening(row.id, *said, by=viewer(), at=clock.now())


def _beside_problem(problem_id: UUID) -> Beside | None:
    """What the problem's page lists for those who may see it."""
    who = viewer()
    if not who.has(P.READ_CLOSINGS):
        return None
    try:
        state = (
            reviews.review(problems.problem(problem_id)).state
            if who.is_office
            else queries.closing(problem_id).state
        )
    except NotVisible:
        return None
    links = [(f"申请和审核：{STATES[state]}", url_for("closing.show", problem_id=problem_id))]
    if state == "closed" and who.has(P.REOPEN):
        links.append(("重启", url_for("closing.reopen", problem_id=problem_id)))
    return Beside("销号", tuple(links))


beside.provide("problem", _beside_problem)
