"""What of handed-in visits waits for whom: named reads for a person's list."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa

from fieldapp.db import db
from fieldapp.visits.models import Visit
from fieldapp.visits.queries import record, running
from fieldapp.visits.waiting import is_to_sign


def to_countersign(person_id: UUID) -> list[Visit]:
    """One's own visits that everybody has handed in and whose record one has not signed as it is now."""
    return [row for row in _collected(person_id) if is_to_sign(record(row), person_id)]


def to_add(person_id: UUID) -> list[Visit]:
    """One's own visits that were sent back: something is to be added."""
    return [row for row in running(person_id) if row.state == "sent_back"]


def _collected(person_id: UUID) -> list[Visit]:
    return [row for row in running(person_id) if row.state in ("collected", "sent_back")]


def to_check(team_ids: Collection[UUID]) -> list[Visit]:
    """Visits of these teams that their leader has not checked, oldest first."""
    rows = sa.select(Visit).where(Visit.state == "handed_in", Visit.team_id.in_(team_ids))
    return list(db.session.scalars(rows.order_by(Visit.day, Visit.id)))
