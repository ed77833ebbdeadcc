"""Editions as their readers see them: the unit its own, the office and the leading group the county's, a leader those
of what his team found. How one is made needs the closings: closing/views/telling.py."""

from typing import Any
from uuid import UUID

from flask import Blueprint, url_for

from fieldapp.access.permissions import Permission as P
from fieldapp.access.queries import has_liaison
from fieldapp.evidence.images import image
from fieldapp.publishing import models, queries  # noqa: F401
from fieldapp.web import menu
from fieldapp.web.beside import Beside, provide
from fieldapp.web.guard import needs
from fieldapp.web.render import render
from fieldapp.web.ui import day_text
from fieldapp.web.viewer import viewer

pages = Blueprint("publishing", __name__)
menu.entry(48, "publishing.index", "发出的反馈")
SHOWN = 3  # of a unit's editions on its list of problems


@pages.get("/editions")
@needs(P.READ_EDITIONS)
def index() -> Any:
    """Newest first."""
    page = "publishing/unit_index.html" if viewer().is_unit else "publishing/index.html"
    return render(page, rows=queries.editions())


@pages.get("/editions/<uuid:edition_id>")
@needs(P.READ_EDITIONS)
def show(edition_id: UUID) -> Any:
    """What was sent, word for word."""
    found = queries.edition(edition_id)
    if viewer().is_unit:
        return render("publishing/unit_show.html", **_sheet(found))
    return render("publishing/show.html", has_liaison=has_liaison(found.edition.unit_id), **_sheet(found))


@pages.get("/editions/<uuid:edition_id>/letter")
@needs(P.PUBLISH)
def letter(edition_id: UUID) -> Any:
    """The same on paper, for a unit without an account."""
    return render("publishing/letter.html", **_sheet(queries.edition(edition_id)))


@pages.get("/editions/<uuid:edition_id>/photos/<int:place>/<any(thumb, view):size>")
@needs(P.READ_EDITIONS)
def photo(edition_id: UUID, place: int, size: str) -> Any:
    """A released photo."""
    return image(queries.photo(edition_id, place), size)


def _sheet(found: queries.Sent) -> dict[str, Any]:
    def address(place: int, size: str) -> str:
        return url_for("publishing.photo", edition_id=found.edition.id, place=place, size=size)

    return {"edition": found.edition, "sheet": found.sheet, "photo_address": address}


def _link(found: queries.Sent, said: str) -> tuple[str, str]:
    words = f"第 {found.sheet.n} 期·{day_text(found.edition.day)}·{said}"
    return words, url_for("publishing.show", edition_id=found.edition.id)


def _about(problem_id: UUID, title: str) -> Beside | None:
    """Of each edition what it says of this problem: what is still to be done is read here, not one page further."""
    about = str(problem_id)
    rows = queries.editions(problem_id)
    links = [
        _link(row, line.in_short) for row in rows for line in row.sheet.lines if line.problem_id == about
    ]
    return Beside(title, tuple(links)) if links else None


def _of_problem(problem_id: UUID) -> Beside | None:
    return _about(problem_id, "告诉单位的") if viewer().has(P.READ_EDITIONS) else None


def _to_unit(problem_id: UUID) -> Beside | None:
    return _about(problem_id, "巡察办的反馈")


def _of_unit(_unit_id: UUID) -> Beside | None:
    rows = queries.editions()
    more = url_for("publishing.index") if len(rows) > SHOWN else ""
    return (
        Beside("巡察办的反馈", tuple(_link(row, row.sheet.in_short) for row in rows[:SHOWN]), more)
        if rows
        else None
    )


provide("problem", _of_problem)
provide("problem of the unit", _to_unit)
provide("unit", _of_unit)
