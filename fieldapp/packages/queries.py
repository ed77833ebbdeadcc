"""What can be packed, what was, and what the command line means by a number or a name."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from fieldapp.access import queries as access
from fieldapp.closing.models import Closure
from fieldapp.db import db
from fieldapp.errors import RuleBroken
from fieldapp.organisations.models import County, Unit
from fieldapp.packages.parcels import Parcel, parcel_of
from fieldapp.problems.models import Problem

EVENT = "exported"  # in the audit


@dataclass(frozen=True)
class Export:
    """A package that left."""

    at: int
    who: str  # "": by the command line
    originals: bool
    digest: str  # of its tagmanifest


def exports(kind: str, thing_id: UUID) -> list[Export]:
    """Newest first; for whoever may see the thing."""
    found = access.noted(EVENT, f"{kind}:{thing_id} ")
    return [_export(*each) for each in found]


def _export(at: int, who: str, told: str) -> Export:
    _thing, photos, digest = told.split()
    return Export(at, who, photos == "originals", digest)


def ready(kind: str, thing_id: UUID) -> tuple[Parcel | None, str]:
    """What would be packed, or why nothing can be."""
    try:
        return parcel_of(kind, thing_id), ""
    except RuleBroken as broken:
        return None, broken.sentence


def was_closed(problem_id: UUID) -> bool:
    """Whether there is a closed cycle of it, though it may have been reopened since."""
    rows = sa.select(Closure.closing_id).where(Closure.problem_id == problem_id)
    return db.session.scalar(rows.limit(1)) is not None


def closed_problems() -> list[Problem]:
    """Those once closed that the viewer sees, by unit and number."""
    rows = sa.select(Problem).join(Problem.unit).options(contains_eager(Problem.unit))
    return list(
        db.session.scalars(
            rows.where(Problem.id.in_(sa.select(Closure.problem_id))).order_by(
                Unit.name, Unit.id, Problem.number
            )
        )
    )


def problem_numbered(number: str, county: str) -> UUID:
    """For the command line; an empty county stands for the only one that has it. Raises RuleBroken."""
    return _the_one(f"问题“{number}”", Problem, Problem.number == number, county)


def unit_named(name: str, county: str) -> UUID:
    """Likewise."""
    return _the_one(f"单位“{name}”", Unit, Unit.name == name, county)


def _the_one(what: str, model: Any, is_meant: Any, county: str) -> UUID:
    rows = sa.select(model.id, County.name).join(County, County.id == model.county_id).where(is_meant)
    found = db.session.execute(rows.where(County.name == county) if county else rows).all()
    if not found:
        raise RuleBroken(f"{county}没有{what}")
    if len(found) > 1:
        raise RuleBroken(f"{what}不止一个县有，加上 --county：{'、'.join(sorted(row[1] for row in found))}")
    key: UUID = found[0][0]
    return key
