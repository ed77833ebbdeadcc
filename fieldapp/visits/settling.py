"""A leader's word on a conflict: corrections that move every rival to one value, the first values kept."""

from typing import Any

from fieldapp.db import db
from fieldapp.errors import RuleBroken
from fieldapp.visits.log import JUDGEMENTS
from fieldapp.visits.models import Visit
from fieldapp.visits.record import Conflict
from fieldapp.visits.taps import Receipt, system_tap

_FIELDS = {"answer": "value", "conclusion": "conclusion"}


def settle(
    visit: Visit, conflict: Conflict, value: str, reason: str, *, by: Any, device: str, at: int
) -> Receipt:
    """Make the correcting taps. `value` is one of the rivals' values; for two contents of one id, a digest."""
    # alone, before its taps share the row: two leaders at once
    db.session.refresh(visit, with_for_update=True)
    rivals = [rival for rival in conflict.rivals if value in (rival.value, rival.digest)]
    if not rivals:
        raise RuleBroken("选一个以哪个为准", "value")
    receipt: Receipt | None = None
    for target, change in _changes(conflict, rivals[0], value):
        payload = {"tap": str(target), "reason": reason.strip(), **change}
        receipt = system_tap("correct", payload, visit=visit.id, person=by.person_id, device=device, at=at)
    assert receipt is not None
    return receipt


def _changes(conflict: Conflict, chosen: Any, value: str) -> list[tuple[Any, dict[str, Any]]]:
    if conflict.kind == "same_id":
        return [(chosen.tap, {"digest": chosen.digest})]
    if conflict.kind == "countersign":
        return [(rival.tap, {}) for rival in conflict.rivals]
    field = _FIELDS.get(conflict.kind) or JUDGEMENTS[conflict.kind][1]
    return [(rival.tap, {"payload": {field: value}}) for rival in conflict.rivals]
