"""Inspections: list, add, change."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from fieldapp.access.permissions import Permission as P
from fieldapp.inspections import actions, forms, queries
from fieldapp.organisations.models import Team, Unit
from fieldapp.organisations.queries import one, teams, units
from fieldapp.web import menu
from fieldapp.web.forms import (
    bound,
    carry_out,
    has_errors,
    rows_offered,
    to_choose,
    version_of,
)
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see

pages = Blueprint("inspections", __name__)
menu.entry(55, "inspections.index", "巡察")


@pages.get("/inspections")
@needs(P.READ_INSPECTIONS)
def index() -> Any:
    """Those that the viewer may see."""
    return render("inspections/index.html", rows=queries.inspections())


def _new_form() -> forms.InspectionForm:
    form = bound(forms.InspectionForm)
    form.team_id.choices = to_choose((str(row.id), f"{row.round.name}·{row.name}") for row in teams())
    form.unit_id.choices = rows_offered(units(), "选一个")
    return form


def _days(form: forms.DaysForm) -> actions.Days:
    return form.entered_on.data, form.left_on.data, form.feedback_on.data


@pages.route("/inspections/new", methods=["GET", "POST"])
@needs(P.EDIT_INSPECTIONS)
def new() -> Any:
    """A team inspects a unit."""
    form = _new_form()
    if carry_out(form, lambda: _add(form)):
        return see("inspections.index", said="added")
    return render("inspections/edit.html", status=422 if has_errors(form) else 200, form=form, row=None)


def _add(form: forms.InspectionForm) -> None:
    team, unit = one(Team, UUID(form.team_id.data)), one(Unit, UUID(form.unit_id.data))
    actions.add_inspection(team, unit, _days(form))


@pages.route("/inspections/<uuid:inspection_id>/edit", methods=["GET", "POST"])
@needs(P.EDIT_INSPECTIONS)
def edit(inspection_id: UUID) -> Any:
    """Change its days."""
    row = queries.inspection(inspection_id)
    form = bound(forms.DaysForm, obj=row)
    if carry_out(form, lambda: actions.edit_inspection(row, _days(form), version=version_of(form))):
        return see("inspections.index", said="changed")
    return render("inspections/edit.html", status=422 if has_errors(form) else 200, form=form, row=row)
