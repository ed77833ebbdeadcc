"""What is known of originals, for a feature that has asked who may see them."""

from collections.abc import Collection

import sqlalchemy as sa
from flask import current_app

from fieldapp.db import system_reads
from fieldapp.evidence.models import Original
from fieldapp.evidence.originals import FolderStore


def undecodable(keys: Collection[str]) -> frozenset[str]:
    """Those that somebody tried to look at and no decoder could open."""
    if not keys:
        return frozenset()
    with system_reads() as session:
        rows = sa.select(Original.sha256).where(Original.sha256.in_(keys), Original.undecodable.is_(True))
        return frozenset(session.scalars(rows))


def intact(keys: Collection[str]) -> frozenset[str]:
    """Those whose stored bytes were read just now and are what they are called by."""
    store: FolderStore = current_app.extensions["originals"]
    return frozenset(key for key in keys if store.exists(key) and store.is_intact(key))


def formats(keys: Collection[str]) -> dict[str, str]:
    """By sum, what the first bytes said."""
    if not keys:
        return {}
    with system_reads() as session:
        rows = sa.select(Original.sha256, Original.format).where(Original.sha256.in_(keys))
        return {row.sha256: row.format for row in session.execute(rows)}
