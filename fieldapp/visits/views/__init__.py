"""Pages of a visit: the phone's under neutral addresses (/n/…), the office's under /visits and /plans."""

from flask import Blueprint

pages = Blueprint("visits", __name__)

from fieldapp.visits.views import (  # noqa: E402, F401
    desk,
    door,
    drawing,
    knowing,
    parked,
    people,
    phone,
    photos,
    planning,
    quarantine,
    ready,
    reviewing,
    scenarios,
    sealed,
)
