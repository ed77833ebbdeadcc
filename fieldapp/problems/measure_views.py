"""A problem's measures: the office writes and orders them, the unit reports on them."""

from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.problems import forms, measuring, queries
from fieldapp.problems.views import pages, saved, show_to_office
from fieldapp.web.forms import bound, carry_out, has_errors
from fieldapp.web.guard import needs
from fieldapp.web.render import render
from fieldapp.web.viewer import viewer


@pages.post("/problems/<uuid:problem_id>/measures")
@needs(P.EDIT_PROBLEMS)
def add_measure(problem_id: UUID) -> Any:
    """One measure more."""
    found, form = queries.problem(problem_id), bound(forms.MeasureForm)
    how = {"by": viewer(), "at": clock.now()}
    if carry_out(form, lambda: measuring.add_measure(found, form.text.data, **how)):
        return saved(problem_id)
    return show_to_office(found, status=422, measure_form=form)


@pages.route("/measures/<uuid:measure_id>/words", methods=["GET", "POST"])
@needs(P.EDIT_PROBLEMS)
def word_measure(measure_id: UUID) -> Any:
    """Other words for a measure that nobody has reported on."""
    found = queries.measure(measure_id)
    form = bound(forms.MeasureForm, data={"text": found.text})
    how = {"by": viewer(), "at": clock.now()}
    if carry_out(form, lambda: measuring.word_measure(found, form.text.data, **how)):
        return saved(found.problem_id)
    status = 422 if has_errors(form) else 200
    return render("problems/words.html", status=status, form=form, row=found.problem)


@pages.post("/measures/<uuid:measure_id>/earlier")
@needs(P.EDIT_PROBLEMS)
def raise_measure(measure_id: UUID) -> Any:
    """One place further up."""
    found = queries.measure(measure_id)
    measuring.raise_measure(found, by=viewer(), at=clock.now())
    return saved(found.problem_id)


@pages.route("/measures/<uuid:measure_id>", methods=["GET", "POST"])
@needs(P.REPORT_MEASURES)
def report(measure_id: UUID) -> Any:
    """The unit's own word on one measure."""
    found = queries.measure(measure_id)
    form = bound(forms.ProgressForm, data={"progress": found.progress, "done": found.done})
    how = {"by": viewer(), "at": clock.now()}
    if carry_out(form, lambda: measuring.report_measure(found, form.progress.data, form.done.data, **how)):
        return saved(found.problem_id)
    row = queries.unit_view(found.problem, clock.today())
    status = 422 if has_errors(form) else 200
    return render("problems/measure.html", status=status, form=form, measure_text=found.text, row=row)
