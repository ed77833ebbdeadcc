"""县里的规定: what the county settles for itself, and the deadlines that are still estimates."""

from collections.abc import Callable
from typing import Any

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.deadlines.county_rules import CountyRules, read_days, rules_of
from fieldapp.problems import queries, rule_forms, ruling
from fieldapp.problems.views import pages
from fieldapp.web import menu
from fieldapp.web.forms import bound, carry_out, has_errors, version_of, with_ids
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

menu.entry(65, "problems.rules", "县里的规定")


@pages.get("/rules")
@needs(P.EDIT_RULES)
def rules() -> Any:
    """How the county counts, its own days, its names, and what was changed when."""
    return _page()


def _page(**sent: Any) -> Any:
    county = queries.county(viewer().county_id)
    now = rules_of(county.settings)
    fixed = {**vars(now.in_force), **dict(now.lists), "version": county.version}
    shown = {
        "counting_form": with_ids(rule_forms.CountingForm(data=fixed), "counting-"),
        "days_form": with_ids(rule_forms.DaysForm(data=fixed), "days-"),
        "lists_form": with_ids(rule_forms.ListsForm(data=fixed), "lists-"),
        "bodies_form": with_ids(rule_forms.BodiesForm(data={**fixed, "bodies": now.bodies}), "bodies-"),
        **sent,
    }
    status = 422 if any(has_errors(form) for form in shown.values()) else 200
    entries = queries.rule_changes(ruling.stream_of(county))
    context = {"rules": now, "county": county, "recounts": ruling.recounts(), "changes": entries, **shown}
    return render("problems/rules.html", status=status, **context)


def _settle(form: Any, name: str, change: Callable[[CountyRules], CountyRules], reason: str = "") -> Any:
    county = queries.county(viewer().county_id)
    how = {"version": version_of(form), "by": viewer(), "at": clock.now()}
    if carry_out(form, lambda: ruling.change_rules(county, change, reason=reason, **how)):
        return see("problems.rules", said="changed")
    return _page(**{name: form})


@pages.post("/rules/counting")
@needs(P.EDIT_RULES)
def settle_counting() -> Any:
    """Another way of counting, for deadlines set from now on."""
    form = with_ids(bound(rule_forms.CountingForm), "counting-")
    said = (form.first_day_counts.data, form.roll_forward.data, form.basis.data or "", form.bare_day.data)
    return _settle(form, "counting_form", lambda now: now.count_by(*said), form.reason.data or "")


@pages.post("/rules/days")
@needs(P.EDIT_RULES)
def settle_days() -> Any:
    """Days of the county's own, or a year's holiday notice."""
    form = with_ids(bound(rule_forms.DaysForm), "days-")

    def change(now: CountyRules) -> CountyRules:
        return now.with_days(read_days(form.lines.data or ""), form.year.data)

    return _settle(form, "days_form", change, form.reason.data or "")


@pages.post("/rules/days/removal")
@needs(P.EDIT_RULES)
def remove_day() -> Any:
    """A day goes by the calendar again."""
    form = with_ids(bound(rule_forms.RemoveForm), "removal-")
    item = form.item.data or ""
    return _settle(form, "removal_form", lambda now: now.without(item))


@pages.post("/rules/lists")
@needs(P.EDIT_RULES)
def settle_lists() -> Any:
    """Other names for the lists."""
    form = with_ids(bound(rule_forms.ListsForm), "lists-")
    names = {"problems": form.problems.data or "", "unit": form.unit.data or ""}
    return _settle(form, "lists_form", lambda now: now.call_lists(names))


@pages.post("/rules/bodies")
@needs(P.EDIT_RULES)
def settle_bodies() -> Any:
    """Which bodies sign a closing; a record that is being signed keeps those it was frozen with."""
    form = with_ids(bound(rule_forms.BodiesForm), "bodies-")
    chosen = form.bodies.data or []
    return _settle(form, "bodies_form", lambda now: now.signed_by(chosen), form.reason.data or "")


@pages.post("/rules/recounting")
@needs(P.EDIT_RULES)
def recount() -> Any:
    """Deadlines that were estimates, by the calendar as it is known now."""
    n = ruling.recount_deadlines(by=viewer(), at=clock.now())
    return see("problems.rules", said="recounted", n=n)
