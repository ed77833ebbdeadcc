"""An inspection of one unit by one team in one round."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp.db import Base, Id, Versioned
from fieldapp.organisations.models import Team, Unit, same_county


class Inspection(Versioned, Base):
    """Entry and exit are days; feedback may fall on a rest day (the story's 2018-05-06 was a Sunday)."""

    __tablename__ = "inspections"
    __table_args__ = (sa.UniqueConstraint("team_id", "unit_id"),)
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    team_id: Mapped[UUID] = mapped_column(sa.ForeignKey("teams.id"))
    unit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("units.id"))
    entered_on: Mapped[date | None]
    left_on: Mapped[date | None]
    feedback_on: Mapped[date | None]
    team: Mapped[Team] = relationship()
    unit: Mapped[Unit] = relationship()

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        if viewer.is_unit:
            return sa.and_(cls.unit_id == viewer.unit_id)
        if viewer.is_office or viewer.is_leadership or viewer.is_city:
            return same_county(cls.county_id, viewer)
        return sa.and_(cls.team_id.in_(viewer.team_ids)) if viewer.team_ids else sa.false()
