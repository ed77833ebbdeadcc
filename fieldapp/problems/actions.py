"""Verbs that write problems and measures. Every change of state goes through the workflow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldapp import history
from fieldapp.db import db, system_reads
from fieldapp.deadlines.limits import CIVIL_CODE, CountingRule, due, parse_limit
from fieldapp.errors import Conflict, RuleBroken
from fieldapp.inspections.models import Inspection
from fieldapp.organisations.models import County
from fieldapp.problems.models import SEVERITIES, WAYS, Measure, Problem
from fieldapp.problems.sheet import Row
from fieldapp.problems.states import problem_flow


@dataclass(frozen=True)
class Draft:
    """What a form or a sheet says of a problem."""

    number: str
    text: str
    short_name: str
    severity: str
    criteria: tuple[str, ...]
    criterion_tags: tuple[str, ...]
    verification: str
    department: str
    responsible: str
    limit_text: str
    measures: tuple[str, ...]


def add_problem(draft: Draft, inspection: Inspection, *, by: Any, at: int) -> Problem:
    """A new draft; its number is unique in the county, and the answer does not say whose it is."""
    with system_reads() as session:
        taken = sa.select(Problem.id).where(
            Problem.county_id == inspection.county_id, Problem.number == draft.number.strip()
        )
        if session.scalar(taken):
            raise RuleBroken("这个编号已经用过", "number")
    problem = Problem(
        county_id=inspection.county_id,
        inspection_id=inspection.id,
        unit_id=inspection.unit_id,
        team_id=inspection.team_id,
        **_columns(draft),
    )
    db.session.add(problem)
    db.session.flush()
    _set_measures(problem, draft.measures)
    _write(problem, "create", {"number": problem.number}, by, at)
    return problem


def _columns(draft: Draft) -> dict[str, Any]:
    return {
        "number": draft.number.strip(),
        "text": draft.text.strip(),
        "short_name": draft.short_name.strip(),
        "severity": draft.severity,
        "criteria": list(draft.criteria),
        "criterion_tags": list(draft.criterion_tags),
        "verification": draft.verification,
        "department": draft.department.strip(),
        "responsible": draft.responsible.strip(),
        "limit_text": draft.limit_text.strip(),
    }


def edit_problem(problem: Problem, draft: Draft, *, version: int, by: Any, at: int) -> None:
    """Change a draft; of an issued problem only department, person, short name and new measures."""
    if version != problem.version:
        raise Conflict("别人刚改过，对照后再存", _summary_of(draft), _summary(problem))
    columns = _columns(draft)
    if problem.state != "draft":
        columns = {name: columns[name] for name in ("short_name", "department", "responsible")}
    changed = {name: value for name, value in columns.items() if getattr(problem, name) != value}
    for name, value in changed.items():
        setattr(problem, name, value)
    _set_measures(problem, draft.measures)
    _write(problem, "edit", {"fields": sorted(changed)}, by, at)


def _summary_of(draft: Draft) -> dict[str, str]:
    return {"问题": draft.text, "标准": "；".join(draft.criteria), "期限": draft.limit_text}


def _summary(problem: Problem) -> dict[str, str]:
    return {"问题": problem.text, "标准": "；".join(problem.criteria), "期限": problem.limit_text}


def _set_measures(problem: Problem, texts: Sequence[str]) -> None:
    """Keep those whose words did not change, with what was reported on them; one with a report is never dropped."""
    known = {row.text: row for row in problem.measures}
    for place, text in enumerate(texts):
        if text in known:
            known.pop(text).place = place
        else:
            row = Measure(county_id=problem.county_id, problem_id=problem.id, place=place, text=text)
            db.session.add(row)
    for row in known.values():
        if row.reported_at or problem.state != "draft":
            continue
        db.session.delete(row)
    db.session.flush()


def _write(problem: Problem, action: str, payload: dict[str, Any], by: Any, at: int) -> None:
    db.session.flush()
    history.append(problem.stream, action, actor=by.actor, at=at, payload=payload)


def counting_rule(county: County) -> CountingRule:
    """The county's way of counting days; the civil code's where it set none."""
    own = county.settings.get("counting")
    return CountingRule(**own) if own else CIVIL_CODE


def issue_problem(problem: Problem, on: date, *, by: Any, at: int) -> None:
    """Hand the problem over: the deadline is counted from this day, criterion and way freeze."""
    county = db.session.scalars(sa.select(County).where(County.id == problem.county_id)).one()
    found = due(parse_limit(problem.limit_text), on, counting_rule(county))
    problem.issued_on, problem.due = on, found.day
    problem.due_estimated, problem.due_rule = found.estimated, found.rule_version
    db.session.flush()
    facts = {"on": on.isoformat(), "due": found.day.isoformat(), "estimated": found.estimated}
    problem_flow.take(problem, "issue", by=by, at=at, facts=facts)


def receive_problem(problem: Problem, *, by: Any, at: int) -> None:
    """The unit's receipt; or the office's entry for a unit without an account."""
    problem_flow.take(problem, "enter_receipt" if by.is_office else "receive", by=by, at=at)


def start_work(problem: Problem, *, by: Any, at: int) -> None:
    """Rectification begins."""
    problem_flow.take(problem, "enter_start" if by.is_office else "start", by=by, at=at)


def amend_problem(
    problem: Problem, criteria: Sequence[str], verification: str, reason: str, *, by: Any, at: int
) -> None:
    """The head changes what issuing had fixed, with a reason; a running visit keeps its frozen copy."""
    facts = {
        "reason": reason.strip(),
        "criteria_before": list(problem.criteria),
        "way_before": problem.verification,
        "criteria": list(criteria),
        "way": verification,
    }
    problem_flow.take(problem, "amend", by=by, at=at, facts=facts)
    problem.criteria, problem.verification = list(criteria), verification
    db.session.flush()


def report_measure(measure: Measure, progress: str, done: bool, *, by: Any, at: int) -> None:
    """The unit's own word on a measure; work on a received problem has then begun."""
    measure.progress, measure.done, measure.reported_at = progress.strip(), done, at
    problem = measure.problem
    if problem.state == "received":
        start_work(problem, by=by, at=at)
    _write(problem, "report", {"measure": str(measure.id), "done": done}, by, at)


def import_rows(rows: Sequence[Row], inspection: Inspection, *, by: Any, at: int) -> list[Problem]:
    """All rows or none: the first refusal undoes the whole."""
    severities = {label: code for code, label in SEVERITIES.items()}
    ways = {label: code for code, label in WAYS.items()}
    drafts = [
        Draft(
            number=row.number,
            text=row.text,
            short_name=row.short_name,
            severity=severities[row.severity],
            criteria=row.criteria,
            criterion_tags=(),
            verification=ways[row.verification],
            department=row.department,
            responsible=row.person,
            limit_text=row.limit,
            measures=row.measures,
        )
        for row in rows
    ]
    return [add_problem(draft, inspection, by=by, at=at) for draft in drafts]


def numbers_taken(county_id: UUID, numbers: Sequence[str]) -> set[str]:
    """Which of these numbers the county has used, asked as system; says nothing of whose they are."""
    with system_reads() as session:
        rows = sa.select(Problem.number).where(Problem.county_id == county_id, Problem.number.in_(numbers))
        return set(session.scalars(rows))
