"""What is tried and what is looked at: lists, versions, and the editor that makes the next version."""

from typing import Any
from uuid import UUID

from flask import request

from fieldapp import clock
from fieldapp.access.permissions import Permission
from fieldapp.organisations.queries import one, people
from fieldapp.visits import library, scenario_queries
from fieldapp.visits.forms import ItemForm, ScenarioForm
from fieldapp.visits.scenario_content import SHOWN_AT_MOST, limit_text
from fieldapp.visits.scenario_lines import content_of, typed_from
from fieldapp.visits.scenario_models import Item, Scenario, ScenarioVersion
from fieldapp.visits.scenarios import newest_item_versions, newest_version, revise_item, revise_scenario
from fieldapp.visits.views import pages
from fieldapp.web import menu
from fieldapp.web.forms import bound, has_errors, is_sent, offered, rules_beside
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

READ, EDIT = Permission.READ_SCENARIOS, Permission.EDIT_SCENARIOS
menu.entry(50, "visits.scenarios", "事项和看什么")


@pages.get("/scenarios")
@needs(READ)
def scenarios() -> Any:
    """Every scenario in use with its newest version."""
    return _page("scenarios", rows=scenario_queries.open_scenarios())


@pages.get("/scenarios/<uuid:scenario_id>")
@needs(READ)
def scenario(scenario_id: UUID) -> Any:
    """One scenario; `?n=` shows an older version."""
    found = one(Scenario, scenario_id)
    versions = scenario_queries.versions_of(found)
    shown = next((row for row in versions if row.n == request.args.get("n", type=int)), versions[0])
    names = {row.id: row.name for row in people()}
    return _page("scenario", scenario=found, versions=versions, version=shown, c=shown.content, names=names)


@pages.route("/scenarios/<uuid:scenario_id>/edit", methods=["GET", "POST"])
@needs(EDIT)
def scenario_edit(scenario_id: UUID) -> Any:
    """The newest version as a form; saving makes the next one."""
    found = one(Scenario, scenario_id)
    last = newest_version(found)
    form, items = _form(last), newest_item_versions(found.county_id)
    form.items.choices = form.more.choices = offered((code, row.text) for code, row in items.items())
    if is_sent(form):
        with rules_beside(form):
            content = content_of(form.data, last.content)
            revise_scenario(found, content, by=viewer(), at=clock.now(), based_on=form.based_on.data)
        if not has_errors(form):
            return see("visits.scenario", scenario_id=found.id, said="new_version")
    return _page("scenario_edit", form=form, scenario=found, version=last, items=items)


def _form(last: ScenarioVersion) -> ScenarioForm:
    form = bound(ScenarioForm, data=typed_from(last.content, last.n))
    form.sim_depth.choices = offered(library.labels("depths").items())
    form.certainty.choices = offered(library.labels("certainties").items())
    form.roles.choices = offered(library.labels("roles").items())
    units = offered([("", "没有规定"), *library.labels("limit_units").items()])
    form.legal_unit.choices = form.promised_unit.choices = units
    return form


@pages.get("/scenarios/items")
@needs(READ)
def items() -> Any:
    """What is looked at, by group, in the words in force."""
    return _page("items", items=newest_item_versions(viewer().county_id))


@pages.route("/scenarios/items/<uuid:item_id>/edit", methods=["GET", "POST"])
@needs(EDIT)
def item_edit(item_id: UUID) -> Any:
    """New words for one item; a scenario's saved versions keep the old."""
    found = one(Item, item_id)
    last = newest_item_versions(found.county_id)[found.code]
    form = bound(ItemForm, data={"text": last.text, "tags": last.tags})
    form.tags.choices = offered(library.labels("criterion_tags").items())
    if is_sent(form):
        with rules_beside(form):
            revise_item(found, form.text.data, tags=form.tags.data, at=clock.now())
        if not has_errors(form):
            return see("visits.items", said="new_version")
    return _page("item_edit", form=form, item=found, version=last)


def _page(name: str, form: Any = None, **context: Any) -> Any:
    status = 422 if form is not None and has_errors(form) else 200
    words = {"label": library.labels, "limit_text": limit_text, "note": library.words()["sample_note"]}
    context.update(words, may_edit=viewer().has(EDIT), most=SHOWN_AT_MOST, form=form)
    return render(f"visits/{name}.html", status=status, **context)
