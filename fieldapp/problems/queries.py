"""Named reads of problems, and the narrow view that a unit gets."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldapp.db import db
from fieldapp.deadlines.limits import Standing, standing
from fieldapp.errors import NotVisible
from fieldapp.problems.models import SEVERITIES, STATE_LABELS, Measure, Problem

DONE = ("closed",)
STOPPED = ("closure_requested", "closed")


@dataclass(frozen=True)
class UnitMeasure:
    """A measure as its unit sees it."""

    id: UUID
    text: str
    progress: str
    done: bool


@dataclass(frozen=True)
class UnitProblem:
    """All that a unit may see of a problem before anything is published. Never the way of verification."""

    id: UUID
    number: str
    text: str
    severity: str
    criteria: tuple[str, ...]
    department: str
    responsible: str
    limit: str
    due: date | None
    due_estimated: bool
    state: str
    state_label: str
    standing: Standing | None
    measures: tuple[UnitMeasure, ...]
    feedback_on: date | None

    @property
    def done(self) -> int:
        return sum(row.done for row in self.measures)


def unit_view(problem: Problem, today: date) -> UnitProblem:
    """The only door from a problem's row to a unit's page."""
    return UnitProblem(
        id=problem.id,
        number=problem.number,
        text=problem.text,
        severity=SEVERITIES[problem.severity],
        criteria=tuple(problem.criteria),
        department=problem.department,
        responsible=problem.responsible,
        limit=problem.limit_text,
        due=problem.due,
        due_estimated=problem.due_estimated,
        state=problem.state,
        state_label=STATE_LABELS[problem.state],
        standing=standing_of(problem, today),
        measures=tuple(UnitMeasure(row.id, row.text, row.progress, row.done) for row in problem.measures),
        feedback_on=problem.inspection.feedback_on,
    )


def standing_of(problem: Problem, today: date) -> Standing | None:
    """还有 n 天 or 超期: derived from dates, never stored; None while there is no deadline or it no longer runs."""
    if problem.due is None or problem.state in STOPPED:
        return None
    return standing(problem.due, today)


@dataclass(frozen=True)
class Line:
    """A ledger line."""

    problem: Problem
    standing: Standing | None

    @property
    def is_overdue(self) -> bool:
        return self.standing is not None and self.standing.is_late


def ledger(filters: dict[str, Any], today: date) -> list[Line]:
    """The problems that the viewer may see and the filters ask for: open ones first, then by number."""
    rows = sa.select(Problem).order_by(Problem.state.in_(DONE), Problem.number)
    if filters.get("unit"):
        rows = rows.where(Problem.unit_id == _uuid(filters["unit"]))
    for name in ("state", "severity"):
        if filters.get(name):
            rows = rows.where(getattr(Problem, name) == filters[name])
    if filters.get("q"):
        words = filters["q"].strip()
        where = [
            column.contains(words, autoescape=True)
            for column in (Problem.text, Problem.number, Problem.responsible)
        ]
        rows = rows.where(sa.or_(*where))
    lines = [Line(row, standing_of(row, today)) for row in db.session.scalars(rows)]
    if filters.get("due") == "overdue":
        return [line for line in lines if line.is_overdue]
    if filters.get("due") == "soon":
        return [line for line in lines if line.standing is not None and line.standing.kind == "soon"]
    return lines


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Sums:
    """Counts over all that the viewer sees, whatever the filters."""

    all: int
    closed: int
    working: int
    overdue: int


def sums(today: date) -> Sums:
    """The boxes above the ledger; each is a filter of it, so that the rows behind it are one tap away."""
    lines = ledger({}, today)
    return Sums(
        all=len(lines),
        closed=sum(line.problem.state in DONE for line in lines),
        working=sum(line.problem.state in ("issued", "received", "rectifying", "reopened") for line in lines),
        overdue=sum(line.is_overdue for line in lines),
    )


def problem(problem_id: UUID) -> Problem:
    """One problem; raises NotVisible."""
    found = db.session.scalars(sa.select(Problem).where(Problem.id == problem_id)).one_or_none()
    if found is None:
        raise NotVisible
    return found


def measure(measure_id: UUID) -> Measure:
    """One measure; raises NotVisible."""
    found = db.session.scalars(sa.select(Measure).where(Measure.id == measure_id)).one_or_none()
    if found is None:
        raise NotVisible
    return found
