"""The newest verified backup."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.backups.models import Backup


def newest(session: Session) -> Backup | None:
    """The one that holds most; asked as system."""
    return session.scalars(
        sa.select(Backup).order_by(Backup.upto.desc(), Backup.taken_at.desc()).limit(1)
    ).first()
