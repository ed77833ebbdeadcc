"""What of the closing waits for whom. Read as the viewer, so that nobody's list holds what he may not see."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldapp import clock
from fieldapp.closing import signing
from fieldapp.closing.dismissing import dismissals
from fieldapp.closing.fact_models import Fact, FactProblem, FactReply
from fieldapp.closing.models import Closing, PaperConfirmation, PaperSignature
from fieldapp.closing.telling import TELLABLE
from fieldapp.db import db, system_reads
from fieldapp.organisations.models import Unit
from fieldapp.problems.models import Problem


def to_review() -> list[Problem]:
    """Requests that the office has not decided, the longest waiting first. A closing begins with the first step on it,
    so what has none waits too; one that is signed, or turned down and not yet told, does not."""
    not_told = sa.and_(Closing.state == "returned", Closing.edition_id.is_(None))
    decided = sa.select(Closing.problem_id).where(sa.or_(Closing.state == "signing", not_told))
    rows = sa.select(Problem).where(Problem.state == "closure_requested", Problem.id.not_in(decided))
    return list(db.session.scalars(rows.order_by(Problem.requested_on, Problem.number)))


def to_sign(viewer: Any) -> list[tuple[Closing, tuple[str, ...]]]:
    """Closings that this person can sign now, with the bodies that he can sign for."""
    rows = sa.select(Closing).where(Closing.state == "signing").order_by(Closing.frozen_at, Closing.id)
    found = list(db.session.scalars(rows))
    with system_reads() as session:
        desks = signing.desks_of(found, clock.today(), session)
    asked = [(row, desks[row.id].bodies_for(viewer.person_id)) for row in found]
    return [(row, bodies) for row, bodies in asked if bodies]


def to_compare(viewer: Any) -> list[tuple[Closing, PaperSignature]]:
    """Signed pages that another has entered and nobody has compared."""
    rows = sa.select(Closing, PaperSignature).join(PaperSignature, PaperSignature.closing_id == Closing.id)
    rows = rows.where(
        Closing.state == "signing",
        PaperSignature.frozen_n == Closing.frozen_n,
        PaperSignature.entered_by != viewer.person_id,
        PaperSignature.id.not_in(sa.select(PaperConfirmation.paper_id)),
    )
    found = db.session.execute(rows.order_by(PaperSignature.entered_at, PaperSignature.id))
    return [(closing, page) for closing, page in found]


def to_tell() -> list[tuple[UUID, str, int]]:
    """Units that have not been told of decisions: id, name and how many, by name."""
    rows = sa.select(Unit.id, Unit.name, sa.func.count()).join(Closing, Closing.unit_id == Unit.id)
    rows = rows.where(Closing.edition_id.is_(None), Closing.state.in_(TELLABLE))
    found = db.session.execute(rows.group_by(Unit.id, Unit.name).order_by(Unit.name))
    return [(unit_id, name, n) for unit_id, name, n in found]


def facts_to_answer() -> list[Fact]:
    """What was put before the viewer's unit and it has not answered, oldest first."""
    rows = sa.select(Fact).where(Fact.id.not_in(sa.select(FactReply.fact_id)))
    return list(db.session.scalars(rows.order_by(Fact.at, Fact.id)))


def facts_answered() -> list[Fact]:
    """Answered ones that are neither a problem nor dismissed, oldest first; for the office."""
    rows = sa.select(Fact).join(FactReply, FactReply.fact_id == Fact.id)
    rows = rows.where(Fact.id.not_in(sa.select(FactProblem.fact_id)))
    found = list(db.session.scalars(rows.order_by(Fact.at, Fact.id)))
    said = dismissals({row.visit_id for row in found})
    return [row for row in found if (row.visit_id, row.tap_id) not in said]
