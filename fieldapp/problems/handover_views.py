"""Handing over several drafts of an inspection at once."""

from datetime import date
from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.inspections.queries import inspection
from fieldapp.problems import actions, forms, handover
from fieldapp.problems.views import pages
from fieldapp.web.forms import bound, carry_out, from_query, has_errors
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

PAGE = "problems/handover.html"


@pages.route("/problems/handovers/<uuid:inspection_id>", methods=["GET", "POST"])
@needs(P.ISSUE_PROBLEMS)
def hand_over(inspection_id: UUID) -> Any:
    """All or none of the chosen ones, each with the deadline that the page showed for it."""
    of, today = inspection(inspection_id), clock.today()
    form, asked = bound(forms.HandOverForm), from_query(forms.FromDayForm)
    usual = of.feedback_on or today
    on: date = form.issued_on.data or (asked.on.data if asked.validate() else None) or usual
    drafts, keys = handover.drafts_of(of.id), form.drafts.data or []
    if carry_out(form, lambda: actions.hand_over(drafts, keys, on, by=viewer(), at=clock.now())):
        return see("problems.index", unit=str(of.unit_id), said="handed_over", n=len(keys))
    if not asked.errors:
        asked.on.data = on
    context: dict[str, Any] = {"of": of, "on": on, "asked": asked, "lines": handover.lines(drafts, on, today)}
    kept = {key.partition(" ")[0] for key in keys} if has_errors(form) else None
    return render(PAGE, status=422 if has_errors(form) else 200, form=form, kept=kept, **context)
