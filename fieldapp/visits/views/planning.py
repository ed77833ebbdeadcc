"""The office's pages of secret plans and draws. Addresses carry random ids only."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from wtforms.fields import SelectChoice

from fieldapp import clock
from fieldapp.access.permissions import Permission
from fieldapp.db import db
from fieldapp.errors import Conflict, RuleBroken
from fieldapp.organisations.models import Counter, Unit
from fieldapp.organisations.queries import counters, one, people, points, units
from fieldapp.problems.queries import county_rules
from fieldapp.visits import draws, planning, plans, queries, vault
from fieldapp.visits.assigning import Offer
from fieldapp.visits.days import GoingDay, days_of
from fieldapp.visits.forms import PlanForm, WhereForm
from fieldapp.visits.plan_queries import checkable_problems, office_people
from fieldapp.visits.scenario_queries import scenarios_by_system
from fieldapp.visits.views import pages
from fieldapp.visits.views.sealed import codes_of
from fieldapp.web import menu
from fieldapp.web.forms import (
    asked,
    bound,
    has_errors,
    is_sane,
    is_sent,
    offered,
    rows_offered,
    rules_beside,
    to_choose,
    version_of,
)
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

WRITE = Permission.PLAN_VISITS
menu.entry(30, "visits.plans_index", "回访安排", "/draws")


@pages.get("/plans")
@needs(WRITE)
def plans_index() -> Any:
    """Plans of this month, the last and the next two that this person knows of."""
    today = clock.today()
    months = vault.months(today - timedelta(31), today + timedelta(62))
    rows = plans.of_months(viewer(), months)
    names = {str(unit.id): unit.name for unit in units()}
    begun = {row.id for row in rows if queries.is_visible(UUID(row.visit_id))}
    unreadable = plans.has_unreadable(viewer(), months)
    return render(
        "visits/plans.html",
        rows=rows,
        names=names,
        teams=queries.team_names(),
        begun=begun,
        unreadable=unreadable,
    )


@pages.route("/plans/where", methods=["GET", "POST"])
@needs(WRITE)
def plan_where() -> Any:
    """First which unit and days: counters, problems and teams follow from them."""
    form = bound(WhereForm, data={"starts": clock.today(), "ends": clock.today()})
    form.unit_id.choices = rows_offered(units(), "选一个")
    if is_sent(form):
        span = {"starts": form.starts.data.isoformat(), "ends": form.ends.data.isoformat()}
        return see("visits.plan_new", unit=form.unit_id.data, **span)
    return render("visits/plan_where.html", status=422 if has_errors(form) else 200, form=form)


@pages.route("/plans/new", methods=["GET", "POST"])
@needs(WRITE)
def plan_new() -> Any:
    """A new plan for the unit and days in the address, or for a draw's result."""
    where = _where()
    if where is None:
        return see("visits.plan_where")
    return _plan_page(*where, changes=None, draw_id=asked("draw"))


@pages.route("/plans/<uuid:plan_id>/edit", methods=["GET", "POST"])
@needs(WRITE)
def plan_edit(plan_id: UUID) -> Any:
    """A new version of a plan; a visit already begun keeps the briefing it named."""
    version = plans.version_of(plan_id)  # before its content: what is written in between makes the form stale
    plan = plans.open_for(viewer(), plan_id)
    unit_id, starts, ends = UUID(plan.unit_id), plan.first_day, plan.last_day
    return _plan_page(unit_id, starts, ends, changes=plan, draw_id=plan.draw_id, version=version)


def _where() -> tuple[UUID, date, date] | None:
    try:
        unit, span = UUID(asked("unit")), [date.fromisoformat(asked(name)) for name in ("starts", "ends")]
    except ValueError:
        return None
    return (unit, span[0], span[1]) if all(is_sane(day) for day in span) else None


def _plan_page(
    unit_id: UUID, starts: date, ends: date, *, changes: Any, draw_id: str, version: int = 0
) -> Any:
    unit, drawn = one(Unit, unit_id), draws.draw_named(viewer(), draw_id, knows=changes is not None)
    form = bound(PlanForm, data={**_defaults(changes, unit), "version": version})
    if drawn:
        starts = ends = drawn.day
    problems = checkable_problems(unit_id)
    offers = planning.offers_for(unit_id, problems, starts, ends)
    _choices(form, counters(unit_id, on=ends), offers, problems)
    if drawn:  # a plan that names a draw goes where and when the draw said
        form.counter_id.choices = offered([(str(drawn.counter_id), drawn.place)])
    if is_sent(form):
        if changes:
            _refuse_overtaken(form, UUID(changes.id), unit)
        plan = _save(form, _wish(form, starts, ends, draw_id), changes)
        if plan:
            return see("visits.plan", plan_id=plan.id, said="rearranged" if changes else "arranged")
    context: dict[str, Any] = {
        "form": form,
        "offers": offers,
        "starts": starts,
        "ends": ends,
        "problems": problems,
    }
    return render(
        "visits/plan_edit.html",
        status=422 if has_errors(form) else 200,
        changes=changes,
        drawn=drawn,
        unit=unit,
        rest=_rest_days(starts, ends),
        hours=[f"{row.name} {row.hours}" for row in points(unit_id) if row.hours],
        may_override=viewer().has(Permission.OVERRIDE_TEAM),
        names={str(row.id): row.name for row in people()},
        **context,
    )


def _save(form: PlanForm, wish: planning.Wish, changes: Any) -> plans.PlannedVisit | None:
    """The saved plan, or the form's errors."""
    plan, others = None, []
    with rules_beside(form):
        plan = planning.save_plan(wish, by=viewer(), at=clock.now(), changes=changes)
        others = [] if form.again.data else planning.at_same_place(wish, by=viewer(), changes=changes)
        planning.refuse_double(others)
    plans.note_shown(viewer(), others)  # the attempt is undone, that somebody was shown them is not
    return None if has_errors(form) else plan


def _rest_days(first: date, last: date) -> list[GoingDay]:
    if (last - first).days >= planning.LONGEST_SPAN:  # refused when it is saved
        return []
    known = days_of(first, last, county_rules(viewer().county_id).overrides)
    return [each for each in known if each.is_rest]


def _refuse_overtaken(form: PlanForm, plan_id: UUID, unit: Unit) -> None:
    """Raise Conflict with both versions when somebody else has written the plan since the form was shown."""
    if plans.version_of(plan_id, held=True) == version_of(form):
        return
    theirs = PlanForm(data=_defaults(plans.at_begin(plan_id, db.session()), unit))
    raise Conflict("别人刚改过这次安排，对照后再存", _told(form, form), _told(theirs, form))


def _told(of: PlanForm, form: PlanForm) -> dict[str, str]:
    """Each field as people read it; what may be chosen is in `form`."""
    told = {}
    for field in of:
        labels = {each.value: str(each.label) for each in getattr(form[field.name], "choices", None) or ()}
        values = field.data if isinstance(field.data, list) else [field.data]
        if field.name != "version":
            told[str(field.label.text)] = "、".join(
                labels.get(str(each), "—" if labels else str(each or "")) for each in values
            )
    return told


def _defaults(plan: Any, unit: Unit) -> dict[str, Any]:
    if plan is None:
        return {"short_name": unit.phone_name, "early_days": 0}
    fields = (
        "counter_id",
        "scenario_version_id",
        "short_name",
        "approval",
        "problem_ids",
        "team_id",
        "people",
    )
    return {name: getattr(plan, name) for name in (*fields, "knowers", "early_days", "override_reason")}


def _choices(form: PlanForm, places: list[Counter], offers: list[Offer], problems: Any) -> None:
    names = {row.id: row.name for row in people()}
    form.counter_id.choices = to_choose((str(row.id), f"{row.point.name}·{row.name}") for row in places)
    form.scenario_version_id.choices = _scenarios_by_system()
    form.problem_ids.choices = offered((str(row.id), f"{row.number} {row.text}") for row in problems)
    form.team_id.choices = offered((str(offer.team_id), offer.name) for offer in offers)
    free = sorted({person for offer in offers for person in offer.free}, key=lambda each: names.get(each, ""))
    form.people.choices = offered((str(person), names.get(person, "—")) for person in free)
    form.knowers.choices = rows_offered(office_people())


def _scenarios_by_system() -> list[SelectChoice]:
    rows = (
        SelectChoice(str(version.id), f"{scenario.name}（第 {version.n} 版）", optgroup=system)
        for system, found in scenarios_by_system().items()
        for scenario, version in found
    )
    return [*to_choose([]), *rows]


def _wish(form: PlanForm, starts: date, ends: date, draw_id: str) -> planning.Wish:
    return planning.Wish(
        counter_id=UUID(form.counter_id.data),
        scenario_version_id=UUID(form.scenario_version_id.data),
        team_id=UUID(form.team_id.data) if form.team_id.data else None,
        people=tuple(UUID(each) for each in form.people.data or ()),
        problem_ids=tuple(UUID(each) for each in form.problem_ids.data or ()),
        starts=starts,
        ends=ends,
        early_days=form.early_days.data,
        approval=form.approval.data,
        short_name=form.short_name.data,
        knowers=tuple(UUID(each) for each in form.knowers.data or ()),
        override_reason=form.override_reason.data or "",
        draw_id=draw_id,
    )


@pages.get("/plans/<uuid:plan_id>")
@needs(WRITE)
def plan(plan_id: UUID) -> Any:
    """A plan with its briefing versions, its list of names, its draw and who looked."""
    found = plans.open_for(viewer(), plan_id)
    drawn = draws.draw_named(viewer(), found.draw_id, knows=True)
    return render(
        "visits/plan.html",
        plan=found,
        c=found.briefing["content"],
        drawn=drawn,
        seed_open=drawn is not None and queries.is_handed_in(UUID(found.visit_id)),
        begun=queries.is_visible(UUID(found.visit_id)),
        codes=codes_of(found),
        rest=_rest_days(found.first_day, found.last_day),
        hours=next((row.hours for row in points() if str(row.id) == found.point_id), ""),
        reads=plans.reads_of(plan_id),
        names={str(row.id): row.name for row in people()},
        teams={str(key): name for key, name in queries.team_names().items()},
    )


@pages.post("/plans/<uuid:plan_id>/cancellation")
@needs(WRITE)
def cancel_plan(plan_id: UUID) -> Any:
    """The visit will not be made; what phones send for it all the same is kept."""
    found = plans.open_for(viewer(), plan_id)
    if queries.is_visible(UUID(found.visit_id)):
        raise RuleBroken("已经开始了，不能取消")
    planning.cancel_plan(found, by=viewer(), at=clock.now())
    return see("visits.plans_index", said="called_off")
