"""A phone asks which of its taps are here."""

from typing import Any
from uuid import UUID

from flask import jsonify, request

from fieldapp import ids
from fieldapp.access.permissions import Permission
from fieldapp.db import apart
from fieldapp.errors import RuleBroken
from fieldapp.visits import knowing
from fieldapp.visits.views import pages
from fieldapp.web.guard import needs, only_reads
from fieldapp.web.viewer import viewer


@pages.post("/known")
@needs(Permission.MAKE_VISITS)
@only_reads
def known() -> Any:
    """Of a JSON list of tap ids: those stored, those safe to forget, and until when a backup holds all."""
    asked = _asked(_body())
    with apart() as session:
        found = knowing.known(asked, viewer().person_id, session)
    return jsonify(known=found.stored, safe=found.safe, verified_until=found.verified_until)


def _body() -> Any:
    try:
        return request.get_json(silent=True)
    except RecursionError:  # brackets by the thousand
        return None


def _asked(body: Any) -> list[UUID]:
    texts = body if isinstance(body, list) and len(body) <= knowing.MOST else [None]
    found = [ids.read_id(text) if isinstance(text, str) else None for text in texts]
    if None in found:
        raise RuleBroken(f"要一份记录编号的清单，最多 {knowing.MOST} 条")
    return [each for each in found if each is not None]
