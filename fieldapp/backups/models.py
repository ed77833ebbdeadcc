"""Verified backups: a row each, written when the copy had been reopened and found sound."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from fieldapp import heads
from fieldapp.db import Base, Id, Instant


class Backup(Base):
    """`upto` is the highest arrival number of a tap that the copy holds: it holds every tap up to it, whatever the
    clock said. `name` is the folder's own, never where it lies."""

    __tablename__ = "backups"
    __table_args__ = (sa.CheckConstraint("upto >= 0", name="upto_counts"),)
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(sa.String(60))
    taken_at: Mapped[Instant]
    upto: Mapped[int] = mapped_column(sa.BigInteger)
    verified_at: Mapped[Instant]
    manifest: Mapped[str] = mapped_column(sa.String(64))  # sha256 of its list of files

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        """Nobody: a phone is told what follows for its own taps."""
        return sa.false()


heads.grows(Backup)
