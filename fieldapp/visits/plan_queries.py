"""Named reads for the one who plans."""

from uuid import UUID

import sqlalchemy as sa

from fieldapp import clock
from fieldapp.access.models import RoleGrant
from fieldapp.db import db
from fieldapp.organisations.models import Person
from fieldapp.problems.models import NEEDS_VISIT, Problem


def checkable_problems(unit_id: UUID) -> list[Problem]:
    """The unit's issued problems whose way of verification asks for somebody to go there."""
    rows = sa.select(Problem).where(
        Problem.unit_id == unit_id,
        Problem.verification.in_(NEEDS_VISIT),
        Problem.state.not_in(("draft", "closed")),
    )
    return list(db.session.scalars(rows.order_by(Problem.number)))


def office_people() -> list[Person]:
    """Clerks and heads of today, who may be put on a plan's list of names."""
    today = clock.today()
    grants = sa.select(RoleGrant.__table__.c.person_id).where(
        RoleGrant.__table__.c.role.in_(("clerk", "head")),
        RoleGrant.__table__.c.starts <= today,
        RoleGrant.__table__.c.ends >= today,
    )
    return list(db.session.scalars(sa.select(Person).where(Person.id.in_(grants)).order_by(Person.name)))
