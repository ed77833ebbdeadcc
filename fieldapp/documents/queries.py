"""What each paper says, read for whoever may see the thing that it is of."""

import hashlib
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldapp import clock
from fieldapp.closing import queries as closings
from fieldapp.closing.models import Closing, PaperConfirmation, PaperSignature
from fieldapp.db import db
from fieldapp.deadlines.county_rules import LISTS
from fieldapp.documents import sheet
from fieldapp.documents.drafting import About, Draft, Seen, Words, draft
from fieldapp.errors import NotVisible, RuleBroken
from fieldapp.organisations.models import County, Unit
from fieldapp.organisations.queries import one
from fieldapp.problems import queries as problems
from fieldapp.problems.models import SEVERITIES, Problem
from fieldapp.problems.requesting import requests_of
from fieldapp.visits import people
from fieldapp.visits import queries as visits
from fieldapp.visits.briefing import problem_of
from fieldapp.visits.models import Visit
from fieldapp.visits.plain import conclusion_on
from fieldapp.visits.states import CHECKED, DONE
from fieldapp.web.qr import code_of

Plain = dict[str, Any]
PRINTED = ("signing", "closed", "reopened")  # a closing whose record is frozen


def office_of(county_id: UUID) -> str:
    """Whose paper it is."""
    return one(County, county_id).office


def visit_sheet(visit_id: UUID) -> Plain:
    """回访督查记录表 of a visit that everybody has signed; raises NotVisible."""
    found = visits.visit(visit_id)
    if found.state not in DONE:
        raise NotVisible
    names = visits.names_in(found)
    record = people.in_order(visits.record(found), names)
    return {
        "visit": found,
        "c": found.briefing,
        "r": record,
        "names": names,
        "spoiled": visits.spoiled(record),
        "number": visits.number(found),
        "was_recognised": sheet.was_recognised(record),
        "ways": sheet.ways(record, found.briefing),
        "tries": sheet.tries(record),
        "concluded": {row["id"]: conclusion_on(record, row["id"]) for row in found.briefing["problems"]},
        "office": office_of(found.county_id),
        "code": code_of(record.seal),
    }


def checked_visits(problem_id: UUID) -> list[Visit]:
    """Checked visits that went for this problem and that the viewer may see, oldest first."""
    about = str(problem_id)
    rows = sa.select(Visit).where(Visit.state.in_(CHECKED)).order_by(Visit.day, Visit.id)
    return [row for row in db.session.scalars(rows) if problem_of(row.briefing, about)]


def report(problem_id: UUID, say: Words) -> Plain:
    """回访情况报告 of a problem, from its checked visits; raises NotVisible while there are none."""
    found, rows = problems.problem(problem_id), checked_visits(problem_id)
    if not rows:
        raise NotVisible
    seen = [_seen(row) for row in rows]
    return {
        "row": found,
        "visits": seen,
        "seals": [each.record.seal for each in seen],
        "draft": _draft(found, seen, say),
        "office": office_of(found.county_id),
    }


def _seen(row: Visit) -> Seen:
    names = visits.names_in(row)
    record = people.in_order(visits.record(row), names)
    return Seen(row.day, row.team.name, row.briefing, record, names)


def _draft(found: Problem, seen: list[Seen], say: Words) -> Draft:
    asked = next(iter(requests_of(found.id)), None)
    about = About(
        id=str(found.id),
        number=found.number,
        text=found.text,
        severity=SEVERITIES[found.severity],
        unit=found.unit.name,
        found_by=found.inspection.team.name,
        feedback_on=found.inspection.feedback_on,
        due=found.due,
        criteria=tuple(found.criteria),
        asked_on=asked.day if asked else None,
        letter=asked.letter if asked else "",
    )
    return draft(about, seen, say)


def closings_of(problem_id: UUID) -> list[Closing]:
    """Closings of a problem whose record is frozen and that the viewer may see, newest first."""
    rows = sa.select(Closing).where(Closing.problem_id == problem_id, Closing.state.in_(PRINTED))
    return list(db.session.scalars(rows.order_by(Closing.frozen_at.desc(), Closing.id)))


def approval_form(closing_id: UUID) -> Plain:
    """销号申请审批表 from the frozen record; raises NotVisible while nothing is frozen."""
    found = one(Closing, closing_id)
    if found.state not in PRINTED:
        raise NotVisible
    if hashlib.sha256(found.record.encode()).hexdigest() != found.fingerprint:
        raise RuleBroken("记录和它的指纹对不上，先不要打印，请管理员运行检查")
    return {
        "closing": found,
        "d": closings.record_of(found),
        "sides": closings.sides(found),
        "compared": _compared(found),
        "objections": closings.objections(found),
        "office": office_of(found.county_id),
        "code": code_of(found.fingerprint),
    }


def _compared(found: Closing) -> dict[UUID, str]:
    """Who compared each signed page with its entry."""
    pages = sa.select(PaperSignature.id).where(PaperSignature.closing_id == found.id)
    rows = sa.select(PaperConfirmation).where(PaperConfirmation.paper_id.in_(pages))
    return {row.paper_id: row.by.name for row in db.session.scalars(rows)}


def checklist(unit_id: UUID, *, narrow: bool, viewer: Any) -> Plain:
    """A unit's ledger. A unit gets what it may see, and so does the office when it asks for the unit's own."""
    unit = one(Unit, unit_id)
    as_unit = narrow or viewer.is_unit
    issued = [
        line
        for line in problems.ledger({"unit": str(unit_id)}, clock.today())
        if line.problem.state != "draft"
    ]
    lines = sorted(
        issued, key=lambda line: line.problem.number
    )  # the ledger's order would tell which is closed
    names = {**LISTS, **dict(problems.county_rules(unit.county_id).lists)}
    return {
        "unit": unit,
        "as_unit": as_unit,
        "lines": [_line(line, as_unit) for line in lines],
        "list_name": names["unit"],
        "office": office_of(unit.county_id),
    }


def _line(line: problems.Line, as_unit: bool) -> tuple[problems.UnitProblem, str]:
    """The unit's own view of a problem, with the state that the reader may know."""
    row = problems.unit_view(line.problem, clock.today())
    return row, row.state if as_unit else line.problem.state
