"""The start page, and the one list of what waits for the person who asks."""

from typing import Any

from flask import Blueprint, g, redirect, url_for

from fieldapp.access.permissions import Permission
from fieldapp.todo import queries
from fieldapp.web import menu
from fieldapp.web.guard import needs
from fieldapp.web.render import render
from fieldapp.web.viewer import viewer

pages = Blueprint("todo", __name__)

_DOORS = (
    (Permission.MAKE_VISITS, "visits.today"),
    (Permission.READ_CLOSINGS, "todo.index"),  # the office, the leading group, a named signer
    (Permission.READ_PROBLEMS, "problems.index"),
    (Permission.MANAGE_ACCOUNTS, "access.accounts"),
)


@pages.get("/")
@needs(Permission.ENTER)
def home() -> Any:
    """To the page of the viewer's main work; without a role it says so."""
    for permission, endpoint in _DOORS:
        if viewer().has(permission):
            return redirect(url_for(endpoint), 303)
    return render("todo/nothing.html")


def _groups() -> list[queries.Group]:
    """Asked once a request: by the sidebar and by the page itself."""
    if "waiting" not in g:
        g.waiting = queries.waiting_for(viewer())
    return list(g.waiting)


def how_many() -> int:
    """For the sidebar and for a unit's own page."""
    return queries.count(_groups())


menu.entry(5, "todo.index", "等我办的", waiting=how_many)
pages.add_app_template_global(how_many, "waiting_for_me")


@pages.get("/todo")
@needs(Permission.ENTER)
def index() -> Any:
    """等我办的."""
    page = "todo/unit.html" if viewer().is_unit else "todo/index.html"
    return render(page, groups=_groups(), total=how_many())
