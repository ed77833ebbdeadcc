"""The checklist: the office's ledger, the unit's list, editing, issuing, receipt."""

from typing import Any
from uuid import UUID

from flask import Blueprint
from wtforms.fields import SelectChoice

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.access.queries import has_liaison
from fieldapp.deadlines.county_rules import LISTS
from fieldapp.deadlines.limits import Unit
from fieldapp.inspections.queries import inspection, inspections
from fieldapp.organisations.models import Unit as Place
from fieldapp.organisations.queries import one
from fieldapp.problems import actions, counting, forms, handover, queries
from fieldapp.problems.cells import NEUTRAL_NAME
from fieldapp.problems.journal import journal
from fieldapp.problems.models import CRITERION_TAGS, OPEN, SEVERITIES, STATE_LABELS, WAYS, Problem
from fieldapp.problems.request_forms import LetterForm, RequestForm
from fieldapp.problems.requesting import requests_of
from fieldapp.problems.states import problem_flow
from fieldapp.web import menu
from fieldapp.web.beside import beside
from fieldapp.web.forms import (
    bound,
    carry_out,
    from_query,
    has_errors,
    is_sent,
    offered,
    rules_beside,
    to_choose,
    version_of,
    with_ids,
)
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

pages = Blueprint("problems", __name__)
pages.add_app_template_global(STATE_LABELS.__getitem__, "problem_word")


def list_name() -> str:
    """What the viewer's county calls the list that this viewer has; the city reads several counties'."""
    who = viewer()
    names = LISTS if who.is_city else dict(queries.county_rules(who.county_id).lists)
    return names["unit" if who.is_unit else "problems"]


menu.entry(20, "problems.index", list_name, "/measures")
ASKS = ("unit", "state", "severity", "due", "q")
CITY_ASKS = ("county", "unit", "state", "due")  # a filter by what one may not see would tell it
CUTS = ("state", "due")  # what the figures above the list cut by; the rest of the filter holds for them too


@pages.get("/problems")
@needs(P.READ_PROBLEMS)
def index() -> Any:
    """The ledger; a unit gets its own list, the city number, unit, state and day only."""
    if viewer().is_unit:
        return _unit_list(queries.ledger({}, clock.today()))
    lines, shown = _asked_lines(CITY_ASKS if viewer().is_city else ASKS)
    if viewer().is_city:
        rows = [queries.city_view(line.problem, clock.today()) for line in lines]
        return render("problems/city.html", rows=rows, **shown)
    own = {"lines": lines, "list_name": list_name(), "waiting": _drafts_together(lines), **_words()}
    return render("problems/index.html", **own, **shown)


def _drafts_together(lines: list[queries.Line]) -> list[Any]:
    may = viewer().has(P.ISSUE_PROBLEMS)
    return handover.waiting(line.problem for line in lines) if may else []


def _asked_lines(names: tuple[str, ...]) -> tuple[list[queries.Line], dict[str, Any]]:
    """The lines that the filter asks for, and what the page says of it."""
    form = _filters()
    asked = {name: form.data[name] for name in names if form.data[name]}
    kept = {name: value for name, value in asked.items() if name not in CUTS}
    counted = queries.ledger(kept, clock.today())
    lines = counted if asked == kept else queries.ledger(asked, clock.today())
    shown = {"sums": queries.sums(counted), "kept": kept, "asked": asked, "told": form.told(names)}
    return lines, {"form": form, "names": names, **shown}


def _unit_list(lines: list[queries.Line]) -> Any:
    rows = [queries.unit_view(line.problem, clock.today()) for line in lines]
    first, others = queries.first_to_do(rows)
    also, name = beside("unit", viewer().unit_id), one(Place, viewer().unit_id).name
    shown: dict[str, Any] = {"list_name": list_name(), "unit_name": name, "beside": also}
    return render("problems/unit.html", first=first, others=others, **shown)


def _filters() -> forms.FilterForm:
    """What can be asked for is what is there: no unit without a problem, no drafts for those who never see one."""
    form, who = from_query(forms.FilterForm), viewer()
    form.county.choices, form.unit.choices = _places(who.is_city)
    states = {code: label for code, label in STATE_LABELS.items() if code != "draft" or who.sees_drafts}
    form.state.choices = offered([("", "全部"), ("working", "在单位手里（合计）"), *states.items()])
    form.severity.choices = offered([("", "全部"), *SEVERITIES.items()])
    form.due.choices = offered([("", "全部"), ("overdue", "已超期"), ("soon", "7 个工作日内")])
    return form


def _places(several: bool) -> tuple[list[SelectChoice], list[SelectChoice]]:
    """Counties and units, by name; a unit's with its county's before it where there are several."""
    found = queries.places()
    counties = {(row.county, str(row.county_id)) for row in found}
    units = {(f"{row.county}·{row.unit}" if several else row.unit, str(row.unit_id)) for row in found}
    both = ([("", "全部"), *((key, name) for name, key in sorted(each))] for each in (counties, units))
    first, second = (offered(each) for each in both)
    return first, second


def _words() -> dict[str, Any]:
    return {"severities": SEVERITIES, "states": STATE_LABELS, "ways": WAYS, "until": counting.until_words}


@pages.get("/problems/<uuid:problem_id>")
@needs(P.READ_PROBLEMS)
def show(problem_id: UUID) -> Any:
    """One problem; each kind of viewer its own page."""
    found, who = queries.problem(problem_id), viewer()
    if who.is_unit:
        return show_to_unit(found)
    if who.is_city:
        return render("problems/city_show.html", row=queries.city_view(found, clock.today()))
    return show_to_office(found)


def show_to_unit(found: Problem, status: int = 200, **sent: Any) -> Any:
    """The unit's page with the form that was sent, if any."""
    context = {
        "row": queries.unit_view(found, clock.today()),
        "steps": problem_flow.steps_open_to(found, viewer()),
        "measure_form": forms.MeasureForm(),
        "request_form": with_ids(RequestForm(), "request-"),
        "requests": requests_of(found.id),
        "beside": beside("problem of the unit", found.id),
        "until": counting.until_words,
        **sent,
    }
    return render("problems/unit_show.html", status=status, **context)


def show_to_office(found: Problem, status: int = 200, **sent: Any) -> Any:
    """The desk's page with the form that was sent, if any, and fresh ones for the rest."""
    forms_of = {**_fresh_forms(found), **sent}
    asked = forms_of["issue_form"].issued_on
    start = (None if asked.errors else asked.data) or found.inspection.feedback_on or clock.today()
    context = {
        "row": found,
        "standing": queries.standing_of(found, clock.today()),
        "waiting": queries.waiting_words(found, clock.today()),
        "requests": requests_of(found.id),
        "ahead": counting.prospect(found, start, clock.today()),
        "limit": counting.limit_words(found),
        "steps": problem_flow.steps_open_to(found, viewer()),
        "may_edit": viewer().has(P.EDIT_PROBLEMS) and found.state in OPEN,
        "has_liaison": has_liaison(found.unit_id),
        "journal": journal(found),
        "beside": beside("problem", found.id),
        "tags": [CRITERION_TAGS[tag] for tag in found.criterion_tags],
        "measures": [queries.measure_view(each) for each in found.measures],
        "takes_reports": queries.takes_reports(found, viewer()),
        **_words(),
        **forms_of,
    }
    return render("problems/show.html", status=status, **context)


def saved(problem_id: UUID, said: str) -> Any:
    """To the problem's page, which says what was done."""
    return see("problems.show", problem_id=problem_id, said=said)


def _fresh_forms(found: Problem) -> dict[str, Any]:
    fixed = {name: getattr(found, name) for name in ("verification", "visits_needed")}
    fixed["criteria"] = "\n".join(found.criteria)
    first_day = found.inspection.feedback_on or clock.today()
    return {
        "issue_form": forms.IssueForm(data={"issued_on": first_day}),
        "amend_form": forms.AmendForm(data={**fixed, "version": found.version}),
        "revise_form": with_ids(forms.ReviseForm(obj=found), "revise-"),
        "measure_form": forms.MeasureForm(),
        "request_form": with_ids(LetterForm(), "request-"),
    }


@pages.route("/problems/new", methods=["GET", "POST"])
@needs(P.EDIT_PROBLEMS)
def new() -> Any:
    """A draft."""
    form = bound(forms.NewForm, data={"short_name": NEUTRAL_NAME})
    form.inspection_id.choices, form.bare_day = inspection_choices(), bare_day()
    if is_sent(form):
        with rules_beside(form):
            of = inspection(UUID(form.inspection_id.data))
            made = actions.add_problem(draft_of(form), of, by=viewer(), at=clock.now())
        if not has_errors(form):
            return saved(made.id, said="drafted")
    return edit_page(form, None)


def bare_day() -> Unit | None:
    """What the viewer's county has settled of days without their unit."""
    return queries.county_rules(viewer().county_id).in_force.means


def edit_page(form: Any, row: Problem | None, **more: str) -> Any:
    """The page of a draft; `action` and `leave` are addresses of a feature that makes one."""
    start = (row.inspection.feedback_on if row else None) or clock.today()
    ahead = counting.prospect(row, start, clock.today()) if row and row.state == "draft" else None
    context = {
        "row": row,
        "ahead": ahead,
        "limit": counting.limit_words(row) if row else "",
        **_words(),
        **more,
    }
    return render("problems/edit.html", status=422 if has_errors(form) else 200, form=form, **context)


@pages.route("/problems/<uuid:problem_id>/edit", methods=["GET", "POST"])
@needs(P.EDIT_PROBLEMS)
def edit(problem_id: UUID) -> Any:
    """A draft fully; of an issued problem what issuing did not fix."""
    found = queries.problem(problem_id)
    form = _edit_form(found)
    if carry_out(form, lambda: _save(found, form)):
        return saved(problem_id, said="changed")
    return edit_page(form, found)


def _edit_form(found: Problem) -> forms.DraftForm | forms.IssuedForm:
    if found.state != "draft":
        return bound(forms.IssuedForm, obj=found)
    names = [name for name in actions.LABELS if name not in ("criteria", "measures")]
    data = {name: getattr(found, name) for name in (*names, "version")}
    data["inspection_id"] = str(found.inspection_id)
    data["criteria"] = "\n".join(found.criteria)
    data["measures"] = "\n".join(each.text for each in found.measures)
    form = bound(forms.DraftForm, data=data)
    form.inspection_id.choices, form.bare_day = inspection_choices(), bare_day()
    return form


def _save(found: Problem, form: forms.DraftForm | forms.IssuedForm) -> None:
    how = {"version": version_of(form), "by": viewer(), "at": clock.now()}
    if isinstance(form, forms.DraftForm):
        of = inspection(UUID(form.inspection_id.data))
        actions.edit_draft(found, draft_of(form), of, **how)
    else:
        actions.edit_issued(found, form.data, **how)


def inspection_choices() -> list[Any]:
    """Those of the viewer, by unit and team."""
    rows = inspections()
    return to_choose((str(row.id), f"{row.unit.name}·{row.team.round.name}{row.team.name}") for row in rows)


def draft_of(form: forms.NewForm) -> actions.Draft:
    """What the form says of a problem."""
    return actions.Draft(
        number=form.number.data,
        text=form.text.data,
        short_name=form.short_name.data or NEUTRAL_NAME,
        severity=form.severity.data,
        criteria=tuple(forms.lines(form.criteria.data)),
        criterion_tags=tuple(form.criterion_tags.data or ()),
        verification=form.verification.data,
        department=form.department.data or "",
        responsible=form.responsible.data or "",
        limit_text=form.limit_text.data,
        measures=tuple(forms.lines(form.measures.data)),
        visits_needed=form.visits_needed.data or 1,
    )


@pages.post("/problems/<uuid:problem_id>/issue")
@needs(P.ISSUE_PROBLEMS)
def issue(problem_id: UUID) -> Any:
    """Hand it over; criterion and way freeze, the deadline is counted as it was shown."""
    found, form = queries.problem(problem_id), bound(forms.IssueForm)
    how = {"by": viewer(), "at": clock.now(), "shown": form.shown.data or "", "knows_past": form.past.data}
    if carry_out(form, lambda: actions.issue_problem(found, form.issued_on.data, **how)):
        return saved(problem_id, said="issued")
    return show_to_office(found, status=422, issue_form=form)


@pages.post("/problems/<uuid:problem_id>/amendments")
@needs(P.CHANGE_ISSUED)
def amend(problem_id: UUID) -> Any:
    """The head changes criterion or way, with a reason."""
    found, form = queries.problem(problem_id), bound(forms.AmendForm)
    fixed = (forms.lines(form.criteria.data), form.verification.data, form.reason.data)
    how = {"version": version_of(form), "by": viewer(), "at": clock.now()}
    how["visits_needed"] = form.visits_needed.data
    if carry_out(form, lambda: actions.amend_problem(found, *fixed, **how)):
        return saved(problem_id, said="changed")
    return show_to_office(found, status=422, amend_form=form)


@pages.post("/problems/<uuid:problem_id>/revisions")
@needs(P.CHANGE_ISSUED)
def revise(problem_id: UUID) -> Any:
    """The head corrects deadline or responsibility, with a reason."""
    found, form = queries.problem(problem_id), with_ids(bound(forms.ReviseForm), "revise-")
    form.bare_day = bare_day()
    new = {name: form[name].data or "" for name in actions.REVISED}
    said = (new, form.reason.data)
    how = {"version": version_of(form), "by": viewer(), "at": clock.now(), "knows_past": form.past.data}
    if carry_out(form, lambda: actions.revise_problem(found, *said, **how)):
        return saved(problem_id, said="changed")
    return show_to_office(found, status=422, revise_form=form)


@pages.post("/problems/<uuid:problem_id>/receipt")
@needs(P.RECEIVE_PROBLEMS, P.EDIT_PROBLEMS)
def receive(problem_id: UUID) -> Any:
    """The unit's receipt, or the office's entry of it."""
    actions.receive_problem(queries.problem(problem_id), by=viewer(), at=clock.now())
    return saved(problem_id, said="received")


@pages.post("/problems/<uuid:problem_id>/start")
@needs(P.REPORT_MEASURES, P.EDIT_PROBLEMS)
def start(problem_id: UUID) -> Any:
    """Rectification begins."""
    actions.start_work(queries.problem(problem_id), by=viewer(), at=clock.now())
    return saved(problem_id, said="started")


from fieldapp.problems import handover_views, import_views, measure_views, request_views, rule_views  # noqa: E402, F401
