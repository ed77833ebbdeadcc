"""Named reads of editions for whoever may see them."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from fieldapp.db import db
from fieldapp.errors import NotVisible
from fieldapp.organisations.queries import one
from fieldapp.publishing.editions import Sheet, sheet_of
from fieldapp.publishing.models import Edition, EditionPhoto, EditionProblem


@dataclass(frozen=True)
class Sent:
    """An edition and what it says."""

    edition: Edition
    sheet: Sheet


def editions(problem_id: UUID | None = None) -> list[Sent]:
    """Newest first; only those that speak of a problem, if one is given."""
    rows = sa.select(Edition).options(joinedload(Edition.unit)).order_by(Edition.at.desc(), Edition.n.desc())
    if problem_id is not None:
        of = sa.select(EditionProblem.edition_id).where(EditionProblem.problem_id == problem_id)
        rows = rows.where(Edition.id.in_(of))
    return [Sent(row, sheet_of(row.content)) for row in db.session.scalars(rows)]


def edition(edition_id: UUID) -> Sent:
    """One edition; raises NotVisible."""
    found = one(Edition, edition_id)
    return Sent(found, sheet_of(found.content))


def photo(edition_id: UUID, place: int) -> str:
    """The sum of a released photo; raises NotVisible."""
    of = EditionPhoto.edition_id == edition_id, EditionPhoto.n == place
    found = db.session.scalar(sa.select(EditionPhoto.sha256).where(*of))
    if found is None:
        raise NotVisible
    return str(found)
