"""What is known of a stored original."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from fieldapp.db import Base, Instant
from fieldapp.evidence.originals import FORMATS

_FORMATS = ", ".join(f"'{name}'" for name in sorted(FORMATS))


class Original(Base):
    """One row for each different file, however many taps name it."""

    __tablename__ = "originals"
    __table_args__ = (
        sa.CheckConstraint("length(sha256) = 64", name="sha256_is_hex"),
        sa.CheckConstraint("size > 0", name="is_not_empty"),
        sa.CheckConstraint(f"format IN ({_FORMATS})", name="format_is_known"),
    )
    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    format: Mapped[str] = mapped_column(sa.String(8))
    undecodable: Mapped[bool | None] = mapped_column(sa.Boolean)  # None until somebody looks at it
    received_at: Mapped[Instant]

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        """Nobody: it is reached only through the photo tap that names it; visits/ then asks as system."""
        return sa.false()
