"""Units with their counters, rounds with their teams, people and recusals."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.organisations import actions, correcting, forms, queries
from fieldapp.organisations.models import Round, ServicePoint, Team, TeamMembership, Unit
from fieldapp.web import menu
from fieldapp.web.forms import (
    bound,
    carry_out,
    has_errors,
    is_sent,
    rules_beside,
    to_choose,
    version_of,
    with_ids,
)
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

pages = Blueprint("organisations", __name__)
menu.entry(60, "organisations.units", "单位和窗口", "/points", "/counters")
menu.entry(61, "organisations.rounds", "轮次和组", "/teams")
menu.entry(62, "organisations.people", "人员和回避", "/recusals")


def _status(*forms_: Any) -> int:
    return 422 if any(has_errors(form) for form in forms_) else 200


@pages.get("/units")
@needs(P.READ_ORGANISATION)
def units() -> Any:
    """All units by name."""
    return render("organisations/units.html", rows=queries.units(), form=forms.UnitForm())


@pages.post("/units")
@needs(P.EDIT_ORGANISATION)
def add_unit() -> Any:
    """One more unit."""
    form = bound(forms.UnitForm)
    if is_sent(form):
        with rules_beside(form):
            made = actions.add_unit(
                viewer().county_id, form.name.data, form.party_org.data or "", form.phone_name.data
            )
        if not has_errors(form):
            return see("organisations.unit", unit_id=made.id, said="added")
    return render("organisations/units.html", status=422, rows=queries.units(), form=form)


@pages.get("/units/<uuid:unit_id>")
@needs(P.READ_ORGANISATION)
def unit(unit_id: UUID) -> Any:
    """A unit with its service points and counters."""
    return _unit_page(queries.one(Unit, unit_id))


def _unit_page(row: Unit, **own: Any) -> Any:
    points, sent = queries.points(row.id), own.pop("counter_forms", {})
    counter_forms = {each.id: with_ids(forms.CounterForm(), f"counter-{each.id}-") for each in points} | sent
    shown = {"form": forms.UnitForm(obj=row), "point_form": with_ids(forms.PointForm(), "point-"), **own}
    status = _status(*shown.values(), *counter_forms.values())
    context = {"row": row, "points": points, "counter_forms": counter_forms, **shown}
    return render("organisations/unit.html", status=status, **context)


@pages.post("/units/<uuid:unit_id>")
@needs(P.EDIT_ORGANISATION)
def edit_unit(unit_id: UUID) -> Any:
    """Change a unit's names."""
    row, form = queries.one(Unit, unit_id), bound(forms.UnitForm)
    if is_sent(form):
        with rules_beside(form):
            names = (form.name.data, form.party_org.data or "", form.phone_name.data)
            correcting.edit_unit(row, *names, version=version_of(form))
        if not has_errors(form):
            return see("organisations.unit", unit_id=unit_id, said="changed")
    return _unit_page(row, form=form)


@pages.post("/units/<uuid:unit_id>/points")
@needs(P.EDIT_ORGANISATION)
def add_point(unit_id: UUID) -> Any:
    """One more place where the unit serves."""
    row, form = queries.one(Unit, unit_id), with_ids(bound(forms.PointForm), "point-")
    if is_sent(form):
        with rules_beside(form):
            actions.add_point(row, form.name.data, form.hours.data or "", form.address.data or "")
        if not has_errors(form):
            return see("organisations.unit", unit_id=unit_id, said="added")
    return _unit_page(row, point_form=form)


@pages.post("/points/<uuid:point_id>/counters")
@needs(P.EDIT_ORGANISATION)
def add_counter(point_id: UUID) -> Any:
    """One more counter."""
    point = queries.one(ServicePoint, point_id)
    form = with_ids(bound(forms.CounterForm), f"counter-{point_id}-")
    if carry_out(form, lambda: actions.add_counter(point, form.name.data)):
        return see("organisations.unit", unit_id=point.unit_id, said="added")
    return _unit_page(point.unit, counter_forms={point_id: form})


@pages.get("/rounds")
@needs(P.READ_ORGANISATION)
def rounds() -> Any:
    """Rounds, newest first."""
    return render("organisations/rounds.html", rows=queries.rounds(), form=forms.RoundForm())


@pages.post("/rounds")
@needs(P.EDIT_ORGANISATION)
def add_round() -> Any:
    """One more round."""
    form = bound(forms.RoundForm)
    if is_sent(form):
        with rules_beside(form):
            made = actions.add_round(viewer().county_id, form.name.data, form.starts.data, form.ends.data)
        if not has_errors(form):
            return see("organisations.round_", round_id=made.id, said="added")
    return render("organisations/rounds.html", status=422, rows=queries.rounds(), form=form)


@pages.get("/rounds/<uuid:round_id>")
@needs(P.READ_ORGANISATION)
def round_(round_id: UUID) -> Any:
    """A round's teams."""
    row = queries.one(Round, round_id)
    return render("organisations/round.html", row=row, teams=queries.teams(round_id), form=forms.TeamForm())


@pages.post("/rounds/<uuid:round_id>")
@needs(P.EDIT_ORGANISATION)
def add_team(round_id: UUID) -> Any:
    """One more team of the round."""
    row, form = queries.one(Round, round_id), bound(forms.TeamForm)
    if is_sent(form):
        with rules_beside(form):
            made = actions.add_team(row, form.name.data)
        if not has_errors(form):
            return see("organisations.team", team_id=made.id, said="added")
    return render("organisations/round.html", status=422, row=row, teams=queries.teams(round_id), form=form)


@pages.get("/teams/<uuid:team_id>")
@needs(P.EDIT_TEAMS)
def team(team_id: UUID) -> Any:
    """A team's people with their days."""
    row = queries.one(Team, team_id)
    return _team_page(row, bound(forms.MemberForm, data={"starts": row.round.starts, "ends": row.round.ends}))


def _team_page(row: Team, form: forms.MemberForm) -> Any:
    form.person_id.choices = to_choose(queries.people_named())
    rows = queries.memberships(row.id)
    return render("organisations/team.html", status=_status(form), row=row, rows=rows, form=form)


@pages.post("/teams/<uuid:team_id>")
@needs(P.EDIT_TEAMS)
def join_team(team_id: UUID) -> Any:
    """Somebody joins for a span of days."""
    row, form = queries.one(Team, team_id), bound(forms.MemberForm)
    form.person_id.choices = to_choose(queries.people_named())
    if is_sent(form):
        with rules_beside(form):
            person, span = UUID(form.person_id.data), (form.starts.data, form.ends.data)
            actions.join_team(row, person, *span, leads=form.leads.data, by=viewer(), at=clock.now())
        if not has_errors(form):
            return see("organisations.team", team_id=team_id, said="added")
    return _team_page(row, form)


@pages.post("/memberships/<uuid:membership_id>/end")
@needs(P.EDIT_TEAMS)
def end_membership(membership_id: UUID) -> Any:
    """Somebody leaves the team today."""
    row = queries.one(TeamMembership, membership_id)
    actions.end_membership(row, clock.today())
    return see("organisations.team", team_id=row.team_id, said="left_team")


@pages.get("/people")
@needs(P.EDIT_TEAMS)
def people() -> Any:
    """People with what they are today, and who must keep away from which unit."""
    return _people_page()


def _people_page(**own: Any) -> Any:
    shown = {"form": forms.PersonForm(), "recusal_form": forms.RecusalForm(), **own}
    _recusal_choices(shown["recusal_form"])
    return render(
        "organisations/people.html",
        status=_status(*shown.values()),
        rows=queries.people(),
        recusals=queries.recusals(),
        **shown,
    )


def _recusal_choices(form: Any) -> None:
    form.person.choices = to_choose(queries.people_named())
    form.unit.choices = to_choose((str(row.id), row.name) for row in queries.units())


@pages.post("/people")
@needs(P.EDIT_TEAMS)
def add_person() -> Any:
    """Somebody more."""
    form = bound(forms.PersonForm)
    if is_sent(form):
        actions.add_person(viewer().county_id, form.name.data, form.home.data or "")
        return see("organisations.people", said="added")
    return _people_page(form=form)


@pages.post("/recusals")
@needs(P.EDIT_TEAMS)
def add_recusal() -> Any:
    """Somebody must keep away from a unit."""
    form = bound(forms.RecusalForm)
    _recusal_choices(form)
    if is_sent(form):
        with rules_beside(form):
            person, unit_id = UUID(form.person.data), UUID(form.unit.data)
            actions.add_recusal(viewer().county_id, person, unit_id, form.reason.data)
        if not has_errors(form):
            return see("organisations.people", said="recused")
    return _people_page(recusal_form=form)


from fieldapp.organisations import place_views  # noqa: E402, F401
