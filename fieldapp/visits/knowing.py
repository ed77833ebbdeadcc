"""What a phone may ask of its own taps: are they stored here, and does a verified backup hold them.

A phone forgets a tap only when one answer says both: a server that was put back to last night says of what came since
that it knows nothing, whatever it said before.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.backups.models import Backup
from fieldapp.backups.queries import newest
from fieldapp.visits.models import TapRow

MOST = 500  # ids in one question


@dataclass(frozen=True)
class Known:
    """`stored` of the ids that were asked; `safe`, those of them that need not be kept on the phone any more."""

    stored: list[UUID]
    safe: list[UUID]
    verified_until: int


def known(asked: Collection[UUID], person: UUID, session: Session) -> Known:
    """Of this person's own taps; another's are as unknown as those that never came. The session is the system's."""
    wanted = sa.select(TapRow.id, sa.func.max(TapRow.arrival).label("arrival")).group_by(TapRow.id)
    rows = session.execute(
        wanted.where(TapRow.person == person, TapRow.id.in_(asked)).order_by(TapRow.id)
    ).all()
    backup = newest(session)
    safe = [row.id for row in rows if backup is not None and (row.arrival or 0) <= backup.upto]
    return Known([row.id for row in rows], safe, _held_until(backup, person, session))


def verified_until(person: UUID, session: Session) -> int:
    """Every tap of this person that was acknowledged before this moment and was received up to this instant (ms, the
    receipt's Received-At) is in a verified backup; 0 when there is none.

    A tap may be stored long after the instant it counts as received at (an expired login, a clock put back): of those
    that the backup does not hold, the earliest bounds the answer. Own taps only: another's must not show in it."""
    return _held_until(newest(session), person, session)


def _held_until(backup: Backup | None, person: UUID, session: Session) -> int:
    if backup is None:
        return 0
    later = sa.select(sa.func.min(TapRow.received_at)).where(
        TapRow.person == person, TapRow.arrival > backup.upto
    )
    first = session.scalar(later)
    return backup.taken_at if first is None else min(backup.taken_at, first - 1)
