"""What came in with an exported file and is no tap yet: it waits for the office."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from fieldapp import heads
from fieldapp.access.permissions import Permission
from fieldapp.db import Base, Instant, Text
from fieldapp.organisations.models import same_county

REASONS = ("stopped", "unentitled", "failed", "refused", "unreadable")


def _seen(cls: Any, viewer: Any) -> sa.ColumnElement[bool]:
    return same_county(cls.county_id, viewer) if viewer.has(Permission.SEE_PARKED) else sa.false()


class Quarantined(Base):
    """A request as a phone would have sent it. Its photo lies among the originals, unless it was refused there or the
    whole could not be read: then `raw` has every byte."""

    __tablename__ = "quarantined"
    __table_args__ = (
        sa.CheckConstraint(f"reason IN {REASONS}", name="reason_is_known"),
        sa.Index("ix_quarantined_visit_person", "visit", "person_id"),
    )
    tap: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # of the whole request
    visit: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    device: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.String(20))
    said: Mapped[Text]  # the sentence with which a photo was refused
    fields: Mapped[Text]  # JSON: the form's, each a list
    file_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    file_size: Mapped[int | None] = mapped_column(sa.BigInteger)
    file_name: Mapped[Text]
    content_type: Mapped[Text]
    raw: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    made_at: Mapped[Instant]  # by the phone's clock
    at: Mapped[Instant]

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _seen(cls, viewer)


class QuarantineDecision(Base):
    """The office's word on one person's in one visit; the last one counts. `records` is how many there were: what
    comes later is open again."""

    __tablename__ = "quarantine_decisions"
    __table_args__ = (sa.CheckConstraint("outcome IN ('taken', 'aside')", name="outcome"),)
    visit: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    outcome: Mapped[str] = mapped_column(sa.String(10))
    reason: Mapped[Text]
    records: Mapped[int]
    taken: Mapped[int]  # how many of them became taps
    by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[Instant]

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _seen(cls, viewer)


heads.grows(Quarantined, by=("visit", "person_id"))
heads.grows(QuarantineDecision, by=("visit",))
