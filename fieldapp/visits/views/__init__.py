"""Pages of a visit: the phone's under neutral addresses (/n/…), the office's under /visits and /plans."""

from flask import Blueprint

pages = Blueprint("visits", __name__)

from fieldapp.visits.views import desk, door, parked, people, phone, photos, planning, scenarios  # noqa: E402, F401
