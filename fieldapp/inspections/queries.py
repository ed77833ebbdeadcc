"""Named reads of inspections."""

from uuid import UUID

import sqlalchemy as sa

from fieldapp.db import db
from fieldapp.inspections.models import Inspection
from fieldapp.organisations.models import Team, Unit
from fieldapp.organisations.queries import one


def inspections() -> list[Inspection]:
    """Those that the viewer may see, newest feedback first, then by unit."""
    rows = (
        sa.select(Inspection)
        .join(Unit, Unit.id == Inspection.unit_id)
        .join(Team, Team.id == Inspection.team_id)
    )
    return list(db.session.scalars(rows.order_by(Inspection.feedback_on.desc(), Unit.name, Team.name)))


def inspection(inspection_id: UUID) -> Inspection:
    """One inspection; raises NotVisible."""
    return one(Inspection, inspection_id)
