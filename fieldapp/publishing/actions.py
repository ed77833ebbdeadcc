"""Sending an edition out. What may be in it, its caller has decided; it never changes afterwards."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import clock, ids
from fieldapp.organisations.models import County, Unit
from fieldapp.publishing.editions import Item, Released, content_of, fingerprint
from fieldapp.publishing.models import Edition, EditionPhoto, EditionProblem


def next_number(unit_id: UUID, session: Session) -> int:
    """第 n 期 of a unit, counted over all years; `session` is a system session."""
    return (session.scalar(sa.select(sa.func.max(Edition.n)).where(Edition.unit_id == unit_id)) or 0) + 1


def drafted(
    unit: Unit, items: Sequence[Item], photos: Sequence[Released], at: int, session: Session
) -> tuple[int, str]:
    """Number and content of what `send_out` would freeze at this instant."""
    county, n = session.get_one(County, unit.county_id), next_number(unit.id, session)
    return n, content_of(county.office, unit.name, n, clock.day_of(at), items, photos)


def send_out(
    unit: Unit, items: Sequence[Item], photos: Sequence[Released], *, by: Any, at: int, session: Session
) -> Edition:
    """Freeze the next edition of a unit. The unit's row is locked, so that no number is given twice."""
    session.execute(sa.select(Unit.id).where(Unit.id == unit.id).with_for_update())
    n, content = drafted(unit, items, photos, at, session)
    made = Edition(id=ids.new_id(), county_id=unit.county_id, unit_id=unit.id, n=n, content=content)
    made.day, made.sha256, made.by_id, made.at = clock.day_of(at), fingerprint(content), by.person_id, at
    session.add(made)
    session.flush()
    session.add_all(
        EditionProblem(edition_id=made.id, problem_id=UUID(item.problem_id), result=item.result)
        for item in items
    )
    session.add_all(
        EditionPhoto(edition_id=made.id, n=place, sha256=photo.sha256)
        for place, photo in enumerate(photos, 1)
    )
    session.flush()
    return made
