"""The record that two bodies sign: frozen at the end of the review as canonical JSON, before any signature.

Its SHA-256 is the fingerprint on the printed form (data.md); signatures, signed pages, editions and later history
stand outside.
"""

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.clock import utc_text
from fieldapp.closing.models import Closing, Verification
from fieldapp.evidence.models import Original
from fieldapp.history import canonical
from fieldapp.organisations.models import Person
from fieldapp.problems.models import SEVERITIES, WAYS, ClosureRequest, Problem
from fieldapp.visits.models import Visit
from fieldapp.visits.plain import plain_record
from fieldapp.visits.record import Record

FORMAT = "fieldapp-record/1"
Plain = dict[str, Any]


def freeze(
    closing: Closing,
    problem: Problem,
    request: ClosureRequest,
    visits: Iterable[tuple[Visit, Record]],
    verified: Iterable[Verification],
    *,
    frozen_n: int,
    at: int,
    session: Session,
) -> tuple[str, str]:
    """The canonical record and its fingerprint."""
    names = {row.id: row.name for row in session.execute(sa.select(Person.id, Person.name)).all()}
    whole: Plain = {
        "format": FORMAT,
        "frozen_at": utc_text(at),
        "frozen_n": frozen_n,
        "closing": str(closing.id),
        "county": problem.county.name,
        "unit": {"name": problem.unit.name, "party_org": problem.unit.party_org},
        "found_by": problem.inspection.team.name,
        "problem": _problem(problem),
        "request": _request(request),
        "bodies": list(closing.bodies),
        "visits": [_visit(visit, record, names) for visit, record in visits],
        "verifications": [_verification(row, names) for row in verified],
    }
    whole["files"] = _files(whole, session)
    text = canonical(whole)
    return text, hashlib.sha256(text.encode()).hexdigest()


def _problem(problem: Problem) -> Plain:
    return {
        "id": str(problem.id),
        "number": problem.number,
        "text": problem.text,
        "severity": SEVERITIES[problem.severity],
        "criteria": list(problem.criteria),
        "verification": WAYS[problem.verification],
        "visits_needed": problem.visits_needed,
        "department": problem.department,
        "responsible": problem.responsible,
        "issued_on": _day(problem.issued_on),
        "due": _day(problem.due),
        "feedback_on": _day(problem.inspection.feedback_on),
        "measures": [
            {
                "id": str(row.id),
                "text": row.text,
                "responsible": row.responsible,
                "planned_on": _day(row.planned_on),
                "reports": [
                    {
                        "text": each.text,
                        "done": each.done,
                        "at": utc_text(each.at),
                        "by_office": each.by_office,
                    }
                    for each in sorted(row.reports, key=lambda each: each.n)
                ],
            }
            for row in problem.measures
        ],
    }


def _request(request: ClosureRequest) -> Plain:
    return {
        "n": request.n,
        "day": request.day.isoformat(),
        "letter": request.letter,
        "statement": request.statement,
        "page": request.page_sha256 or "",
        "entered_by_office": request.by_office,
    }


def _visit(visit: Visit, record: Record, names: dict[UUID, str]) -> Plain:
    briefing = visit.briefing
    return {
        "id": str(visit.id),
        "day": visit.day.isoformat(),
        "team": visit.team.name,
        "point": visit.point.name if visit.point else "",
        "counter": visit.counter.name if visit.counter else "",
        "scenario": str(briefing["scenario"]["name"]),
        "scenario_version": briefing["scenario"]["n"],
        "how_far": str(briefing.get("sim_depth") or ""),
        "promised_limit": briefing.get("promised_limit") or {},
        "legal_limit": briefing.get("legal_limit") or {},
        **plain_record(record, briefing, names),
    }


def _verification(row: Verification, names: dict[UUID, str]) -> Plain:
    return {
        "id": str(row.id),
        "way": WAYS[row.way],
        "day": row.day.isoformat(),
        "looked": row.looked,
        "good": row.good,
        "text": row.text,
        "fixed": row.fixed,
        "by": names.get(row.by_id, ""),
        "photos": list(row.photos),
    }


def _files(whole: Plain, session: Session) -> list[Plain]:
    """Every original that the record names, with its size: what a package must hold."""
    named = {photo["sha256"] for visit in whole["visits"] for photo in visit["photos"]}
    named |= {sha256 for row in whole["verifications"] for sha256 in row["photos"]} | {
        whole["request"]["page"]
    }
    rows = sa.select(Original).where(Original.sha256.in_(named - {""})).order_by(Original.sha256)
    return [{"sha256": row.sha256, "size": row.size, "format": row.format} for row in session.scalars(rows)]


def _day(day: Any) -> str:
    return day.isoformat() if day else ""
