"""资料核验 and 电话回访: the record by somebody who does not sign."""

from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.closing import actions
from fieldapp.closing.forms import VerifyForm
from fieldapp.closing.views import pages
from fieldapp.closing.views.pictures import kept
from fieldapp.db import keeping
from fieldapp.errors import NotVisible
from fieldapp.problems import queries as problems
from fieldapp.problems.models import NEEDS_VISIT, WAYS
from fieldapp.web.forms import bound, has_errors, is_sent, rules_beside
from fieldapp.web.guard import needs, only_reads
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer


@pages.route("/problems/<uuid:problem_id>/closure/verifications", methods=["GET", "POST"])
@needs(P.VERIFY)
@only_reads
def verify(problem_id: UUID) -> Any:
    """One more record, with photos; the transaction begins when they are on disk."""
    _asks_for_one(problem_id)
    form = bound(VerifyForm, data={"day": clock.today()})
    if is_sent(form):
        with keeping():
            photos = kept(form.photos)
            if not has_errors(form):
                with rules_beside(form):
                    said = _said(form, photos)
                    actions.verify(problem_id, said, key=form.key, by=viewer(), at=clock.now())
        if not has_errors(form):
            return see(
                "closing.show" if viewer().is_office else "problems.show", problem_id=problem_id, said="kept"
            )
    context: dict[str, Any] = {"row": problems.problem(problem_id), "form": form, "ways": WAYS}
    return render("closing/verify.html", status=422 if has_errors(form) else 200, **context)


def _asks_for_one(problem_id: UUID) -> None:
    found = problems.problem(problem_id)
    if found.state != "closure_requested" or found.verification in NEEDS_VISIT:
        raise NotVisible


def _said(form: VerifyForm, photos: list[str]) -> actions.Record:
    counts = (form.looked.data, form.good.data)
    return actions.Record(form.day.data, *counts, form.text.data, form.fixed.data == "yes", tuple(photos))
