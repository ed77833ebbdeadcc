"""The office's pages of draws: counter and day out of those that the clerk marks out."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.access.permissions import Permission
from fieldapp.organisations.queries import counters
from fieldapp.problems.queries import county_rules
from fieldapp.visits import draws
from fieldapp.visits.days import days_of, days_to_draw
from fieldapp.visits.forms import DrawForm
from fieldapp.visits.views import pages
from fieldapp.web.forms import asked, bound, has_errors, is_sent, offered, rules_beside
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer


@pages.route("/draws", methods=["GET", "POST"])
@needs(Permission.PLAN_VISITS)
def draws_index() -> Any:
    """A draw of counter and day, and one's earlier draws; `?again=` draws anew with a reason."""
    form = bound(DrawForm, data={"starts": clock.today(), "ends": clock.today() + timedelta(4)})
    names = _counter_names(form.ends.data or clock.today())
    form.counters.choices = offered(names.items())
    before = draws.draw_named(viewer(), asked("again"))
    if is_sent(form):
        with rules_beside(form):
            made = _draw(form, names, before)
        if not has_errors(form):
            return see("visits.drawn", draw_id=made.id)
    context: dict[str, Any] = {
        "form": form,
        "draws": draws.draws_of(viewer()),
        "before": before,
        "hours": _hours(),
    }
    return render("visits/draws.html", status=422 if has_errors(form) else 200, **context)


def _counter_names(day: date) -> dict[str, str]:
    """Unit, service point and counter, in the order of these words; what is in use on that day."""
    names = {str(row.id): f"{row.point.unit.name}·{row.point.name}·{row.name}" for row in counters(on=day)}
    return dict(sorted(names.items(), key=lambda pair: pair[1]))


def _hours() -> dict[str, str]:
    return {str(row.id): row.point.hours for row in counters() if row.point.hours}


def _draw(form: DrawForm, names: dict[str, str], before: draws.Draw | None) -> draws.Draw:
    chosen = {UUID(value): name for value, name in names.items() if value in form.counters.data}
    calendar = county_rules(viewer().county_id).overrides
    days = days_to_draw(form.starts.data, form.ends.data, form.rest_days.data, calendar)
    return draws.make_draw(
        chosen, days, by=viewer(), at=clock.now(), replaces=before, reason=form.reason.data or ""
    )


@pages.get("/draws/<uuid:draw_id>")
@needs(Permission.PLAN_VISITS)
def drawn(draw_id: UUID) -> Any:
    """What was drawn, and the hash of the seed; the seed itself only after the hand-in (on the plan's page)."""
    found = draws.draw_for(viewer(), draw_id)
    unit_id = next((row.unit_id for row in counters() if row.id == found.counter_id), None)
    (day,) = days_of(found.day, found.day, county_rules(viewer().county_id).overrides)
    hours = _hours().get(str(found.counter_id), "")
    return render("visits/drawn.html", d=found, unit_id=unit_id, day=day, hours=hours)
