"""The checklist: the office's ledger, the unit's list, editing, issuing, measures."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.inspections.queries import inspection, inspections
from fieldapp.organisations.queries import units
from fieldapp.problems import actions, forms, queries
from fieldapp.problems.models import SEVERITIES, STATE_LABELS, WAYS, Problem
from fieldapp.problems.states import problem_flow
from fieldapp.web import menu
from fieldapp.web.forms import bound, has_errors, is_sent, rules_beside
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

pages = Blueprint("problems", __name__)
menu.entry(20, "problems.index", "问题清单")


@pages.get("/problems")
@needs(P.READ_PROBLEMS)
def index() -> Any:
    """The ledger; a unit gets its own list, the city number, unit, state and day only."""
    today, who = clock.today(), viewer()
    if who.is_unit:
        rows = [queries.unit_view(line.problem, today) for line in queries.ledger({}, today)]
        return render("problems/unit.html", rows=_most_urgent_first(rows))
    form = forms.FilterForm(request.args)
    _choices(form)
    filters = {**form.data, **({"q": ""} if who.is_city else {})}
    page = "problems/city.html" if who.is_city else "problems/index.html"
    lines = queries.ledger(filters, today)
    return render(
        page, lines=lines, sums=queries.sums(today), form=form, filtered=any(filters.values()), **_words()
    )


def _most_urgent_first(rows: list[queries.UnitProblem]) -> list[queries.UnitProblem]:
    return sorted(
        rows, key=lambda row: (row.state == "closed", row.standing is None, row.due or clock.today())
    )


def _choices(form: forms.FilterForm) -> None:
    form.unit.choices = [("", "全部"), *((str(unit.id), unit.name) for unit in units())]
    form.state.choices = [("", "全部"), *STATE_LABELS.items()]
    form.severity.choices = [("", "全部"), *SEVERITIES.items()]
    form.due.choices = [("", "全部"), ("overdue", "已超期"), ("soon", "7 个工作日内")]


def _words() -> dict[str, Any]:
    return {"severities": SEVERITIES, "states": STATE_LABELS, "ways": WAYS}


@pages.get("/problems/<uuid:problem_id>")
@needs(P.READ_PROBLEMS)
def show(problem_id: UUID) -> Any:
    """One problem; each kind of viewer its own page."""
    found, who = queries.problem(problem_id), viewer()
    if who.is_unit:
        steps = problem_flow.steps_open_to(found, who)
        return render("problems/unit_show.html", row=queries.unit_view(found, clock.today()), steps=steps)
    return _show(found)


def _show(found: Problem, status: int = 200, **extra: Any) -> Any:
    page = "problems/city_show.html" if viewer().is_city else "problems/show.html"
    context = {
        "row": found,
        "standing": queries.standing_of(found, clock.today()),
        "steps": problem_flow.steps_open_to(found, viewer()),
        "issue_form": forms.IssueForm(data={"issued_on": found.inspection.feedback_on or clock.today()}),
        "amend_form": forms.AmendForm(
            data={"criteria": "\n".join(found.criteria), "verification": found.verification}
        ),
        **_words(),
        **extra,
    }
    return render(page, status=status, **context)


@pages.route("/problems/new", methods=["GET", "POST"])
@needs(P.EDIT_PROBLEMS)
def new() -> Any:
    """A draft."""
    form = _problem_form({"short_name": "镇上办事", "limit_text": "1 个月"})
    if is_sent(form):
        with rules_beside(form):
            of = inspection(UUID(form.inspection_id.data))
            made = actions.add_problem(_draft(form), of, by=viewer(), at=clock.now())
        if not has_errors(form):
            return see("problems.show", problem_id=made.id, said="saved")
    return render("problems/edit.html", status=422 if has_errors(form) else 200, form=form, row=None)


@pages.route("/problems/<uuid:problem_id>/edit", methods=["GET", "POST"])
@needs(P.EDIT_PROBLEMS)
def edit(problem_id: UUID) -> Any:
    """A draft fully; of an issued problem what issuing did not fix."""
    found = queries.problem(problem_id)
    form = _problem_form(_data(found))
    if is_sent(form):
        with rules_beside(form):
            version = int(form.version.data or 0)
            actions.edit_problem(found, _draft(form), version=version, by=viewer(), at=clock.now())
        if not has_errors(form):
            return see("problems.show", problem_id=problem_id, said="saved")
    return render("problems/edit.html", status=422 if has_errors(form) else 200, form=form, row=found)


def _problem_form(data: dict[str, Any]) -> forms.ProblemForm:
    form = bound(forms.ProblemForm, data=data)
    form.inspection_id.choices = [
        (str(row.id), f"{row.unit.name}·{row.team.round.name}{row.team.name}") for row in inspections()
    ]
    return form


def _data(row: Problem) -> dict[str, Any]:
    names = ("number", "text", "short_name", "severity", "criterion_tags", "verification", "department")
    return {
        **{name: getattr(row, name) for name in (*names, "responsible", "limit_text", "version")},
        "inspection_id": str(row.inspection_id),
        "criteria": "\n".join(row.criteria),
        "measures": "\n".join(each.text for each in row.measures),
    }


def _draft(form: forms.ProblemForm) -> actions.Draft:
    return actions.Draft(
        number=form.number.data,
        text=form.text.data,
        short_name=form.short_name.data,
        severity=form.severity.data,
        criteria=tuple(forms.lines(form.criteria.data)),
        criterion_tags=tuple(form.criterion_tags.data or ()),
        verification=form.verification.data,
        department=form.department.data or "",
        responsible=form.responsible.data or "",
        limit_text=form.limit_text.data,
        measures=tuple(forms.lines(form.measures.data)),
    )


@pages.post("/problems/<uuid:problem_id>/issue")
@needs(P.ISSUE_PROBLEMS)
def issue(problem_id: UUID) -> Any:
    """Hand it over; criterion and way freeze, the deadline is counted."""
    found, form = queries.problem(problem_id), bound(forms.IssueForm)
    if is_sent(form):
        with rules_beside(form):
            actions.issue_problem(found, form.issued_on.data, by=viewer(), at=clock.now())
        if not has_errors(form):
            return see("problems.show", problem_id=problem_id, said="saved")
    return _show(found, status=422, issue_form=form)


@pages.post("/problems/<uuid:problem_id>/amendments")
@needs(P.CHANGE_ISSUED)
def amend(problem_id: UUID) -> Any:
    """The head changes criterion or way, with a reason."""
    found, form = queries.problem(problem_id), bound(forms.AmendForm)
    if is_sent(form):
        with rules_beside(form):
            criteria, way = forms.lines(form.criteria.data), form.verification.data
            actions.amend_problem(found, criteria, way, form.reason.data, by=viewer(), at=clock.now())
        if not has_errors(form):
            return see("problems.show", problem_id=problem_id, said="saved")
    return _show(found, status=422, amend_form=form)


@pages.post("/problems/<uuid:problem_id>/receipt")
@needs(P.RECEIVE_PROBLEMS, P.EDIT_PROBLEMS)
def receive(problem_id: UUID) -> Any:
    """The unit's receipt, or the office's entry of it."""
    actions.receive_problem(queries.problem(problem_id), by=viewer(), at=clock.now())
    return see("problems.show", problem_id=problem_id, said="saved")


@pages.post("/problems/<uuid:problem_id>/start")
@needs(P.REPORT_MEASURES, P.EDIT_PROBLEMS)
def start(problem_id: UUID) -> Any:
    """Rectification begins."""
    actions.start_work(queries.problem(problem_id), by=viewer(), at=clock.now())
    return see("problems.show", problem_id=problem_id, said="saved")


@pages.route("/measures/<uuid:measure_id>", methods=["GET", "POST"])
@needs(P.REPORT_MEASURES)
def report(measure_id: UUID) -> Any:
    """The unit's own word on one measure."""
    found = queries.measure(measure_id)
    form = bound(forms.MeasureForm, data={"progress": found.progress, "done": found.done})
    if is_sent(form):
        with rules_beside(form):
            actions.report_measure(found, form.progress.data, form.done.data, by=viewer(), at=clock.now())
        if not has_errors(form):
            return see("problems.show", problem_id=found.problem_id, said="saved")
    row = queries.unit_view(found.problem, clock.today())
    status = 422 if has_errors(form) else 200
    return render("problems/measure.html", status=status, form=form, measure_text=found.text, row=row)


from fieldapp.problems import import_views  # noqa: E402, F401
