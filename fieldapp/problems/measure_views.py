"""A problem's measures: the office writes and orders them, the unit reports on them."""

from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.problems import forms, measuring, queries
from fieldapp.problems.views import pages, show_to_office
from fieldapp.web.forms import bound, has_errors, is_sent, rules_beside
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer


@pages.post("/problems/<uuid:problem_id>/measures")
@needs(P.EDIT_PROBLEMS)
def add_measure(problem_id: UUID) -> Any:
    """One measure more."""
    found, form = queries.problem(problem_id), bound(forms.MeasureForm)
    if is_sent(form):
        with rules_beside(form):
            measuring.add_measure(found, form.text.data, by=viewer(), at=clock.now())
        if not has_errors(form):
            return see("problems.show", problem_id=problem_id, said="added")
    return show_to_office(found, status=422, measure_form=form)


@pages.route("/measures/<uuid:measure_id>/words", methods=["GET", "POST"])
@needs(P.EDIT_PROBLEMS)
def word_measure(measure_id: UUID) -> Any:
    """Other words for a measure that nobody has reported on."""
    found = queries.measure(measure_id)
    form = bound(forms.MeasureForm, data={"text": found.text})
    if is_sent(form):
        with rules_beside(form):
            measuring.word_measure(found, form.text.data, by=viewer(), at=clock.now())
        if not has_errors(form):
            return see("problems.show", problem_id=found.problem_id, said="changed")
    status = 422 if has_errors(form) else 200
    return render("problems/words.html", status=status, form=form, row=found.problem)


@pages.post("/measures/<uuid:measure_id>/earlier")
@needs(P.EDIT_PROBLEMS)
def raise_measure(measure_id: UUID) -> Any:
    """One place further up."""
    found = queries.measure(measure_id)
    measuring.raise_measure(found, by=viewer(), at=clock.now())
    return see("problems.show", problem_id=found.problem_id, said="raised")


@pages.route("/measures/<uuid:measure_id>", methods=["GET", "POST"])
@needs(P.REPORT_MEASURES)
def report(measure_id: UUID) -> Any:
    """The unit's own word on one measure."""
    found = queries.measure(measure_id)
    form = bound(forms.ProgressForm, data={"progress": found.progress, "done": found.done})
    if is_sent(form):
        with rules_beside(form):
            measuring.report_measure(found, form.progress.data, form.done.data, by=viewer(), at=clock.now())
        if not has_errors(form):
            return see("problems.show", problem_id=found.problem_id, said="reported")
    row = queries.unit_view(found.problem, clock.today())
    status = 422 if has_errors(form) else 200
    return render("problems/measure.html", status=status, form=form, measure_text=found.text, row=row)
