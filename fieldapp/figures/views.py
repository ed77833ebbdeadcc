"""Pages of figures: the county's or the city's, a unit's, and the rows behind each number."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.errors import NotVisible
from fieldapp.figures import charts, queries
from fieldapp.figures.defining import LISTS, figures, grouped, within
from fieldapp.ids import read_id
from fieldapp.web import menu
from fieldapp.web.forms import asked
from fieldapp.web.guard import needs
from fieldapp.web.render import render
from fieldapp.web.viewer import viewer

pages = Blueprint("figures", __name__)
menu.entry(25, "figures.index", "数据")


@pages.get("/figures")
@needs(P.READ_FIGURES)
def index() -> Any:
    """The county's figures and the same by unit; the city's and the same by county."""
    found, by = queries.things(viewer(), clock.today()), "county" if viewer().is_city else "unit"
    shown: dict[str, Any] = {"figures": figures(found), "groups": grouped(found, by), "by": by}
    return render("figures/index.html", spans=_spans(), **shown)


def _spans(unit_id: UUID | None = None) -> list[tuple[str, list[charts.Times], charts.Chart | None]]:
    """Nothing for whoever reads no visits: each label, its rows, its chart."""
    if not viewer().has(P.READ_VISITS):
        return []
    return [(label, rows, charts.lay(rows)) for label, rows in queries.times(unit_id).items()]


@pages.get("/figures/units/<uuid:unit_id>")
@needs(P.READ_FIGURES)
def unit(unit_id: UUID) -> Any:
    """One unit's."""
    row = queries.unit(unit_id, viewer())
    found = within(queries.things(viewer(), clock.today()), "unit", row.id)
    return render("figures/unit.html", unit=row, figures=figures(found), spans=_spans(row.id))


@pages.get("/figures/rows")
@needs(P.READ_FIGURES)
def rows() -> Any:
    """The rows behind a number, of all or of one unit or county."""
    what, unit_id, county_id = asked("of") or "issued", read_id(asked("unit")), read_id(asked("county"))
    found = within(within(queries.things(viewer(), clock.today()), "unit", unit_id), "county", county_id)
    if what not in found:
        raise NotVisible
    return render("figures/rows.html", rows=found[what], title=LISTS[what], several=viewer().is_city)
