"""The start page: the first door that the viewer's roles open."""

from typing import Any

from flask import Blueprint, redirect, url_for

from fieldapp.access.permissions import Permission
from fieldapp.web.guard import needs
from fieldapp.web.render import render
from fieldapp.web.viewer import viewer

pages = Blueprint("todo", __name__)

_DOORS = (
    (Permission.MAKE_VISITS, "visits.today"),
    (Permission.READ_PROBLEMS, "problems.index"),
    (Permission.MANAGE_ACCOUNTS, "access.accounts"),
    (Permission.SIGN_CLOSINGS, "closing.signing"),
    (Permission.SIGN_CLOSINGS, "closing.signing"),
)


@pages.get("/")
@needs(Permission.ENTER)
def home() -> Any:
    """To the page of the viewer's main work; without a role it says so."""
    for permission, endpoint in _DOORS:
        if viewer().has(permission):
            return redirect(url_for(endpoint), 303)
    return render("todo/nothing.html")
