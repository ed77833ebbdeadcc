"""A problem's measures: unit and office write them, the office orders them, the unit reports on them."""

from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.problems import forms, measuring, queries
from fieldapp.problems.views import pages, saved, show_to_office, show_to_unit
from fieldapp.web.forms import bound, carry_out, has_errors, version_of
from fieldapp.web.guard import needs
from fieldapp.web.render import render
from fieldapp.web.viewer import viewer


def _claim(form: forms.MeasureForm) -> measuring.Claim:
    return measuring.Claim(form.text.data, form.responsible.data or "", form.planned_on.data)


@pages.post("/problems/<uuid:problem_id>/measures")
@needs(P.ADD_MEASURES)
def add_measure(problem_id: UUID) -> Any:
    """One measure more."""
    found, form = queries.problem(problem_id), bound(forms.MeasureForm)
    how = {"key": form.key, "by": viewer(), "at": clock.now()}
    if carry_out(form, lambda: measuring.add_measure(found, _claim(form), **how)):
        return saved(problem_id, said="added")
    show = show_to_unit if viewer().is_unit else show_to_office
    return show(found, status=422, measure_form=form)


@pages.route("/measures/<uuid:measure_id>/words", methods=["GET", "POST"])
@needs(P.EDIT_PROBLEMS)
def word_measure(measure_id: UUID) -> Any:
    """Other words, person or day for a measure that nobody has reported on."""
    found = queries.measure(measure_id)
    form = bound(forms.WordsForm, obj=found)
    how = {"version": version_of(form), "by": viewer(), "at": clock.now()}
    if carry_out(form, lambda: measuring.word_measure(found, _claim(form), **how)):
        return saved(found.problem_id, said="changed")
    status = 422 if has_errors(form) else 200
    return render("problems/words.html", status=status, form=form, row=found.problem)


@pages.post("/measures/<uuid:measure_id>/earlier")
@needs(P.EDIT_PROBLEMS)
def raise_measure(measure_id: UUID) -> Any:
    """One place further up."""
    found = queries.measure(measure_id)
    measuring.raise_measure(found, by=viewer(), at=clock.now())
    return saved(found.problem_id, said="raised")


@pages.route("/measures/<uuid:measure_id>", methods=["GET", "POST"])
@needs(P.REPORT_MEASURES, P.ENTER_REPORTS)
def report(measure_id: UUID) -> Any:
    """What the unit says of one measure: what it said before, and a form for what it says now."""
    found, who = queries.measure(measure_id), viewer()
    said = queries.measure_view(found)
    form = bound(forms.ProgressForm, data={"done": said.done})
    how = {"key": form.key, "by": who, "at": clock.now()}
    if carry_out(form, lambda: measuring.report_measure(found, form.progress.data, form.done.data, **how)):
        return saved(found.problem_id, said="reported" if who.is_unit else "entered")
    page = "problems/measure.html" if who.is_unit else "problems/measure_entry.html"
    open_ = queries.takes_reports(found.problem, who)
    context: dict[str, Any] = {"row": found.problem, "measure": said, "takes_reports": open_}
    return render(page, status=422 if has_errors(form) else 200, form=form, **context)
