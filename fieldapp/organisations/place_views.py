"""What is put right on a page of its own: a service point, a counter, a person. A place is closed here too."""

from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.organisations import correcting, forms, queries
from fieldapp.organisations.models import Counter, Person, ServicePoint
from fieldapp.organisations.views import pages
from fieldapp.web.forms import bound, carry_out, has_errors, is_sent, version_of, with_ids
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer


@pages.route("/points/<uuid:point_id>", methods=["GET", "POST"])
@needs(P.EDIT_ORGANISATION)
def point(point_id: UUID) -> Any:
    """Its name, address and hours."""
    row = queries.one(ServicePoint, point_id)
    form = bound(forms.PointForm, data=_as_written(row))
    said, version = (form.name.data, form.address.data or "", form.hours.data or ""), version_of(form)
    if carry_out(form, lambda: correcting.edit_point(row, *said, version=version)):
        return see("organisations.unit", unit_id=row.unit_id, said="changed")
    return _place_page("organisations/point.html", row, form)


@pages.route("/counters/<uuid:counter_id>", methods=["GET", "POST"])
@needs(P.EDIT_ORGANISATION)
def counter(counter_id: UUID) -> Any:
    """Its name."""
    row = queries.one(Counter, counter_id)
    form = bound(forms.CounterNameForm, obj=row)
    if carry_out(form, lambda: correcting.edit_counter(row, form.name.data, version=version_of(form))):
        return see("organisations.unit", unit_id=row.unit_id, said="changed")
    return _place_page("organisations/counter.html", row, form)


def _as_written(row: ServicePoint) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("name", "address", "hours", "version")}


def _place_page(page: str, row: Any, form: Any, closing: Any = None) -> Any:
    fresh = forms.ClosureForm(data={"closed_on": clock.today(), "version": row.version})
    closing = closing or with_ids(fresh, "closure-")
    status = 422 if has_errors(form) or has_errors(closing) else 200
    return render(page, status=status, row=row, form=form, closing=closing)


@pages.post("/points/<uuid:point_id>/closure")
@needs(P.EDIT_ORGANISATION)
def close_point(point_id: UUID) -> Any:
    """Out of use from a day on, all its counters with it."""
    row = queries.one(ServicePoint, point_id)
    return _close(row, "organisations/point.html", forms.PointForm(data=_as_written(row)))


@pages.post("/counters/<uuid:counter_id>/closure")
@needs(P.EDIT_ORGANISATION)
def close_counter(counter_id: UUID) -> Any:
    """Out of use from a day on."""
    row = queries.one(Counter, counter_id)
    return _close(row, "organisations/counter.html", forms.CounterNameForm(obj=row))


def _close(row: ServicePoint | Counter, page: str, form: Any) -> Any:
    closing = with_ids(bound(forms.ClosureForm), "closure-")
    day, version = closing.closed_on.data, version_of(closing)
    if carry_out(closing, lambda: correcting.close_place(row, day, version=version)):
        return see("organisations.unit", unit_id=row.unit_id, said="place_closed")
    return _place_page(page, row, form, closing)


@pages.post("/points/<uuid:point_id>/reopening")
@needs(P.EDIT_ORGANISATION)
def reopen_point(point_id: UUID) -> Any:
    """In use again; counters that were closed by themselves stay so."""
    return _reopen(queries.one(ServicePoint, point_id))


@pages.post("/counters/<uuid:counter_id>/reopening")
@needs(P.EDIT_ORGANISATION)
def reopen_counter(counter_id: UUID) -> Any:
    """In use again."""
    return _reopen(queries.one(Counter, counter_id))


def _reopen(row: ServicePoint | Counter) -> Any:
    form = bound(forms.VersionForm)
    if is_sent(form):
        correcting.close_place(row, None, version=version_of(form))
    return see("organisations.unit", unit_id=row.unit_id, said="place_open")


@pages.route("/people/<uuid:person_id>", methods=["GET", "POST"])
@needs(P.EDIT_TEAMS, P.MANAGE_ACCOUNTS)
def person(person_id: UUID) -> Any:
    """Name and where from; the teams somebody is and was in, and what must be kept away from."""
    row = queries.one(Person, person_id)
    form = bound(forms.PersonForm, obj=row)
    said, version = (form.name.data, form.home.data or ""), version_of(form)
    if carry_out(form, lambda: correcting.edit_person(row, *said, version=version)):
        return see("organisations.person", person_id=person_id, said="changed")
    return render(
        "organisations/person.html",
        status=422 if has_errors(form) else 200,
        row=row,
        form=form,
        teams=queries.teams_of(person_id),
        recusals=queries.recusals(person_id),
        may_edit_teams=viewer().has(P.EDIT_TEAMS),
    )
