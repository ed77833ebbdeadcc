"""编号 of a record: counted by county and year, given with the first hand-in and written into the visit's history."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import clock, history
from fieldapp.organisations.models import County
from fieldapp.visits.models import Visit


@dataclass(frozen=True)
class Number:
    """〔year〕第 n 号"""

    year: int
    n: int

    def __str__(self) -> str:
        return f"{self.year}-{self.n}"


def next_number(visit: Visit, at: int, session: Session) -> Number:
    """Of a visit that is handed in now, for the first time. The county's row is locked: no number is given twice."""
    county = sa.select(County.id).where(County.id == visit.county_id)
    session.execute(county.with_for_update(key_share=True))
    return Number(_year(at), _before(visit, at, session) + 1)


def number_of(visit: Visit, session: Session) -> Number | None:
    """What its history says; of what was handed in before numbers were given, its place among the others."""
    if visit.handed_in_at is None:
        return None
    for entry in history.entries(visit.stream, session):
        given = entry.fields["payload"].get("number") if entry.action == "hand_in" else None
        if given:
            year, n = given.split("-")
            return Number(int(year), int(n))
    at = visit.handed_in_at
    return Number(_year(at), _before(visit, at, session, Visit.handed_in_at < at) + 1)


def _before(visit: Visit, at: int, session: Session, *where: Any) -> int:
    """How many records of the county have been handed in that year."""
    year = _year(at)
    rows = sa.select(sa.func.count()).where(
        Visit.county_id == visit.county_id,
        Visit.id != visit.id,
        Visit.handed_in_at >= clock.at(year, 1, 1),
        Visit.handed_in_at < clock.at(year + 1, 1, 1),
        *where,
    )
    return session.scalar(rows) or 0


def _year(at: int) -> int:
    return clock.day_of(at).year
