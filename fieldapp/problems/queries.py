"""Named reads of problems, and the narrow view that a unit gets."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from fieldapp import history
from fieldapp.access.queries import has_liaison
from fieldapp.db import db, system_reads
from fieldapp.deadlines.calendar import Count, working_days_between
from fieldapp.deadlines.county_rules import CountyRules, rules_of
from fieldapp.deadlines.limits import Standing, standing
from fieldapp.organisations.models import County, Person, Unit
from fieldapp.organisations.queries import one
from fieldapp.problems.counting import limit_words
from fieldapp.problems.models import REPORTABLE, SEVERITIES, STATE_LABELS, Measure, MeasureReport, Problem

DONE = ("closed",)
WORKING = ("issued", "received", "rectifying", "reopened")
STOPPED = ("closure_requested", "closed")


@dataclass(frozen=True)
class UnitReport:
    """What the unit said of a measure, when, and who wrote it down."""

    text: str
    done: bool
    at: int
    who: str


@dataclass(frozen=True)
class UnitMeasure:
    """A measure as its unit sees it, and everybody else: the unit's word, no more. Newest report first."""

    id: UUID
    text: str
    responsible: str
    planned_on: date | None
    reports: tuple[UnitReport, ...]

    @property
    def newest(self) -> UnitReport | None:
        return self.reports[0] if self.reports else None

    @property
    def done(self) -> bool:
        return self.newest is not None and self.newest.done

    @property
    def is_reported(self) -> bool:
        return bool(self.reports)


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
    takes_reports: bool
    requested_on: date | None
    told_on: date | None  # when it read that the problem is closed

    @property
    def done(self) -> int:
        return sum(row.done for row in self.measures)

    @property
    def next_step(self) -> str:
        """What the unit can do about it now; empty when that is nothing."""
        if self.state == "issued":
            return "签收"
        if not self.takes_reports:
            return ""
        if not self.measures:
            return "写上整改措施"
        left = len(self.measures) - self.done
        return f"报进展，{left} 条措施没做完" if left else "措施都报做完了"


def measure_view(row: Measure) -> UnitMeasure:
    """A person that the viewer may not see has no name here: a unit reads that the office wrote it down, not who."""
    reports = tuple(UnitReport(each.text, each.done, each.at, _who(each)) for each in row.reports)
    return UnitMeasure(row.id, row.text, row.responsible, row.planned_on, reports)


def _who(report: MeasureReport) -> str:
    name = report.by.name if report.by else ""
    if report.by_office:
        return f"{name}代登记" if name else "巡察办代登记"
    return name or "本单位"


def takes_reports(problem: Problem, viewer: Any) -> bool:
    """Whether the viewer may report now: the unit itself, or the office if nobody speaks for the unit here."""
    if viewer.is_unit:
        return problem.state in REPORTABLE
    return viewer.is_office and problem.state in REPORTABLE and not has_liaison(problem.unit_id)


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
        limit=limit_words(problem),
        due=problem.due,
        due_estimated=problem.due_estimated,
        state=problem.unit_state,
        state_label=STATE_LABELS[problem.unit_state],
        requested_on=problem.requested_on,
        told_on=problem.told_on,
        standing=standing_of(problem, today),
        measures=tuple(measure_view(row) for row in problem.measures),
        feedback_on=problem.issued_on or problem.inspection.feedback_on,
        takes_reports=problem.state in REPORTABLE,
    )


def first_to_do(rows: list[UnitProblem]) -> tuple[UnitProblem | None, list[UnitProblem]]:
    """The one that is due first, which is the one that waits longest once days are over; then the others, so that
    each is named once. Closed ones come last, those before the office ahead of them."""
    ordered = sorted(
        rows, key=lambda row: (row.state in DONE, row.standing is None, row.due or date.max, row.number)
    )
    first = next((row for row in ordered if row.next_step), None)
    return first, [row for row in ordered if row is not first]


@dataclass(frozen=True)
class CityProblem:
    """All that the city sees of a county's problem: which, where, whose, how far, until when."""

    id: UUID
    number: str
    county: str
    unit: str
    state: str
    state_label: str
    due: date | None
    standing: Standing | None


def city_view(problem: Problem, today: date) -> CityProblem:
    """The only door from a problem's row to the city's page."""
    return CityProblem(
        id=problem.id,
        number=problem.number,
        county=problem.county.name,
        unit=problem.unit.name,
        state=problem.state,
        state_label=STATE_LABELS[problem.state],
        due=problem.due,
        standing=standing_of(problem, today),
    )


def standing_of(problem: Problem, today: date) -> Standing | None:
    """还有 n 天 or 超期: derived from dates, never stored; None while there is no deadline or it no longer runs."""
    if problem.due is None or problem.state in STOPPED:
        return None
    return standing(problem.due, today, overrides=rules_of(problem.county.settings).overrides)


def waiting_words(problem: Problem, today: date) -> str:
    """What waits at the office is shown as the office's; empty while the unit has it, or knows that it is closed."""
    if problem.state == "closed":
        return "" if problem.told_on else "已销号，还没告诉单位"
    if problem.state != "closure_requested" or problem.requested_on is None:
        return ""
    overrides = rules_of(problem.county.settings).overrides
    count = working_days_between(problem.requested_on, today, overrides)
    return f"办内待审{days_words(count)}"


def days_words(count: Count) -> str:
    """3 个工作日, and never none: what came in today waits too."""
    days = f" {count.days} " if count.days else "不到 1 "
    return f"{days}个工作日{'（估算）' if count.estimated else ''}"


@dataclass(frozen=True)
class Line:
    """A ledger line."""

    problem: Problem
    standing: Standing | None
    waiting: str = ""

    @property
    def is_overdue(self) -> bool:
        return self.standing is not None and self.standing.is_late

    @property
    def done(self) -> str:
        """Measures the unit says are done, of all."""
        return f"{sum(row.is_done for row in self.problem.measures)}/{len(self.problem.measures)}"


def ledger(filters: dict[str, Any], today: date) -> list[Line]:
    """The problems that the viewer may see and the filters ask for: open ones first, then by number."""
    rows = sa.select(Problem).where(*_asked(filters)).order_by(Problem.state.in_(DONE), Problem.number)
    rows = rows.options(
        joinedload(Problem.unit),
        joinedload(Problem.county),
        joinedload(Problem.inspection),
        selectinload(Problem.measures).selectinload(Measure.reports),
    )
    lines = [
        Line(row, standing_of(row, today), waiting_words(row, today)) for row in db.session.scalars(rows)
    ]
    if filters.get("due") == "overdue":
        return [line for line in lines if line.is_overdue]
    if filters.get("due") == "soon":
        return [line for line in lines if line.standing is not None and line.standing.kind == "soon"]
    return lines


def places() -> list[Any]:
    """Counties and units of the problems that the viewer may see, each once."""
    rows = sa.select(
        County.name.label("county"),
        County.id.label("county_id"),
        Unit.name.label("unit"),
        Unit.id.label("unit_id"),
    )
    rows = rows.select_from(Problem).join(Unit, Unit.id == Problem.unit_id)
    return list(db.session.execute(rows.join(County, County.id == Problem.county_id).distinct()))


def _asked(filters: dict[str, Any]) -> Iterator[sa.ColumnElement[bool]]:
    if filters.get("county"):
        yield Problem.county_id == _uuid(filters["county"])
    if filters.get("unit"):
        yield Problem.unit_id == _uuid(filters["unit"])
    if filters.get("severity"):
        yield Problem.severity == filters["severity"]
    if state := filters.get("state"):
        yield Problem.state.in_(WORKING) if state == "working" else Problem.state == state
    if words := (filters.get("q") or "").strip():
        searched = (Problem.text, Problem.number, Problem.department, Problem.responsible)
        yield sa.or_(*(column.contains(words, autoescape=True) for column in searched))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Sums:
    """Counts over what the filters ask for beside state and deadline: those are what the counts cut by."""

    all: int
    issued: int  # what the shares are of: a draft is nobody's work yet
    closed: int
    working: int
    overdue: int


def sums(lines: list[Line]) -> Sums:
    """The boxes above the ledger; each is a filter of it, so that the rows behind it are one tap away."""
    return Sums(
        all=len(lines),
        issued=sum(line.problem.state != "draft" for line in lines),
        closed=sum(line.problem.state in DONE for line in lines),
        working=sum(line.problem.state in WORKING for line in lines),
        overdue=sum(line.is_overdue for line in lines),
    )


def problem(problem_id: UUID) -> Problem:
    """One problem; raises NotVisible."""
    return one(Problem, problem_id)


def measure(measure_id: UUID) -> Measure:
    """One measure; raises NotVisible."""
    return one(Measure, measure_id)


def county(county_id: UUID) -> County:
    """One's own county; raises NotVisible."""
    return one(County, county_id)


def county_rules(county_id: UUID) -> CountyRules:
    """What it has settled."""
    return rules_of(county(county_id).settings)


@dataclass(frozen=True)
class RuleChange:
    """One change of a county's rules: name -> before and after."""

    at: int
    who: str
    reason: str
    changed: dict[str, list[str]]


def rule_changes(stream: str) -> list[RuleChange]:
    """Newest first."""
    names = {f"person:{row.id}": row.name for row in db.session.scalars(sa.select(Person))}
    with system_reads() as session:
        entries = [(row.at, row.fields) for row in history.entries(stream, session)]
    return [
        RuleChange(
            at, names.get(fields["actor"], "—"), fields["payload"]["reason"], fields["payload"]["changed"]
        )
        for at, fields in reversed(entries)
    ]
