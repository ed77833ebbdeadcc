"""Verbs that write measures and reports, and what every change of a problem shares: its lock and its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from fieldapp import history, ids
from fieldapp.access.queries import has_liaison
from fieldapp.db import db, system_reads
from fieldapp.errors import Conflict, RuleBroken
from fieldapp.problems.models import OPEN, REPORTABLE, Measure, MeasureReport, Problem
from fieldapp.problems.states import problem_flow


def lock(problem: Problem) -> None:
    """Hold the problem until the request's end and read it anew; its history is appended to under this lock."""
    db.session.flush()
    db.session.refresh(problem, with_for_update=True)


def write(problem: Problem, action: str, payload: dict[str, Any], by: Any, at: int) -> None:
    """Save, and say so in the problem's history."""
    db.session.flush()
    said = {**payload, "content": problem.content_hash}
    history.append(problem.stream, action, actor=by.actor, at=at, payload=said)


def write_created(problems: Sequence[Problem], by: Any, at: int) -> None:
    """Save them, and begin their histories; once for a whole sheet, since the phones' taps wait for it."""
    db.session.flush()
    said = {
        problem.stream: {"number": problem.number, "content": problem.content_hash} for problem in problems
    }
    history.append_first(said, "create", actor=by.actor, at=at)


def new_measures(county_id: UUID, texts: Sequence[str]) -> list[Measure]:
    """Measures in this order, for a problem to take."""
    return [
        Measure(
            county_id=county_id, place=place, text=text, reports=[]
        )  # none are looked for in the database
        for place, text in enumerate(texts)
    ]


def set_measures(problem: Problem, texts: Sequence[str]) -> dict[str, list[Any]]:
    """Give a draft these measures in this order and return [before, after] if that changed anything.

    Who sees to a measure and until when is said elsewhere: a line that stays keeps it."""
    rows = list(problem.measures)
    before = [row.text for row in rows]
    if before == list(texts):
        return {}
    kept = _matched(rows, texts)
    for row in rows:
        if row not in kept:
            db.session.delete(row)
    for old, new in zip(kept, new_measures(problem.county_id, texts), strict=True):
        if old is None:
            problem.measures.append(new)
        else:
            old.place, old.text = new.place, new.text
    touch(problem)
    return {"measures": [before, list(texts)]}


def _matched(rows: Sequence[Measure], texts: Sequence[str]) -> list[Measure | None]:
    """For each text the row that said it; with as many lines as before, one in other words is the one of its place."""
    left = list(rows)
    kept: list[Measure | None] = []
    for text in texts:
        row = next((each for each in left if each.text == text), None)
        kept.append(row)
        if row is not None:
            left.remove(row)
    if len(rows) != len(texts):
        return kept
    return [row or (own if own in left else None) for row, own in zip(kept, rows, strict=True)]


def touch(problem: Problem) -> None:
    """Count a change of the measures as one of the problem, so that a page opened before it is stale."""
    flag_modified(problem, "number")
    db.session.flush()
    db.session.expire(problem, ["measures"])


@dataclass(frozen=True)
class Claim:
    """What a unit says it will do, who sees to it and until when."""

    text: str
    responsible: str = ""
    planned_on: date | None = None

    @classmethod
    def of(cls, row: Measure) -> "Claim":
        """What a measure says now."""
        return cls(row.text, row.responsible, row.planned_on)

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "text": self.text.strip(),
            "responsible": self.responsible.strip(),
            "planned_on": self.planned_on,
        }

    @property
    def words(self) -> str:
        """In one line, for the history."""
        rest = [self.responsible.strip(), self.planned_on.isoformat() if self.planned_on else ""]
        return f"{self.text.strip()}（{'，'.join(filter(None, rest))}）" if any(rest) else self.text.strip()

    @property
    def told(self) -> dict[str, Any]:
        """As the history may hold it."""
        return {**self.columns, "planned_on": self.planned_on.isoformat() if self.planned_on else ""}


def add_measure(problem: Problem, claim: Claim, *, key: UUID | None = None, by: Any, at: int) -> Measure:
    """One measure more, at the end: by the unit while it works on the problem, by the office until the request to
    close. `key` is the form's: the same form sent twice adds one, and one with other words another."""
    _hold(problem, REPORTABLE if by.is_unit else OPEN)
    known = db.session.get(Measure, key) if key else None
    if known and known.problem_id == problem.id and Claim.of(known).columns == claim.columns:
        return known
    last = db.session.scalar(sa.select(sa.func.max(Measure.place)).where(Measure.problem_id == problem.id))
    row = Measure(id=_free(Measure, key), county_id=problem.county_id, problem_id=problem.id, **claim.columns)
    row.place = 0 if last is None else last + 1
    db.session.add(row)
    touch(problem)
    write(problem, "add_measure", {"measure": str(row.id), **claim.told}, by, at)
    return row


def _free(model: Any, key: UUID | None) -> UUID:
    """The form's key, or a new one if it is somebody else's: the answer does not say that it is."""
    with system_reads() as session:
        return ids.new_id() if key is None or session.get(model, key) else key


def _hold(problem: Problem, states: Sequence[str]) -> None:
    lock(problem)
    if problem.state == "issued" and "issued" not in states:
        raise RuleBroken("先签收这个问题，再写措施", "text")
    if problem.state not in states:
        raise RuleBroken("单位已经报请销号，措施不能再改", "text")


def word_measure(row: Measure, claim: Claim, *, version: int, by: Any, at: int) -> None:
    """Other words, person or day, until the unit has reported on it. A stale page raises Conflict with both."""
    problem = row.problem
    _hold(problem, OPEN)
    db.session.refresh(row)
    before = Claim.of(row)
    if version != row.version:
        raise Conflict("别人刚改过，对照后再存", {"措施": claim.words}, {"措施": before.words})
    if row.reports:
        raise RuleBroken("单位已经按原来的话报过进展，另添一条", "text")
    for name, value in claim.columns.items():
        setattr(row, name, value)
    touch(problem)
    write(
        problem,
        "word_measure",
        {"measure": str(row.id), "before": before.words, "after": claim.words},
        by,
        at,
    )


def raise_measure(row: Measure, *, by: Any, at: int) -> None:
    """One place further up; the first one stays."""
    problem = row.problem
    _hold(problem, OPEN)
    db.session.expire(problem, ["measures"])
    rows = list(problem.measures)
    index = rows.index(row)
    if index == 0:
        return
    rows[index - 1 : index + 1] = [row, rows[index - 1]]
    for place, each in enumerate(rows):
        each.place = place
    touch(problem)
    write(problem, "order_measures", {"measures": [str(each.id) for each in rows]}, by, at)


def report_measure(
    row: Measure, text: str, done: bool, *, key: UUID | None = None, by: Any, at: int
) -> MeasureReport:
    """The unit's own word on a measure, or the office's entry of it; work on a received problem has then begun.
    `key` is the form's: the same form sent twice reports once, and one with other words once more."""
    problem = row.problem
    lock(problem)
    known = db.session.get(MeasureReport, key) if key else None
    if known and (known.measure_id, known.text, known.done) == (row.id, text.strip(), done):
        return known
    _may_report(problem, by)
    if problem.state == "received":
        problem_flow.take(problem, "enter_start" if by.is_office else "start", by=by, at=at)
    report = MeasureReport(
        id=_free(MeasureReport, key), county_id=row.county_id, measure_id=row.id, text=text.strip()
    )
    report.n, report.done, report.at = _next(row), done, at
    report.by_id, report.by_office = by.person_id, by.is_office
    db.session.add(report)
    db.session.flush()
    db.session.expire(row, ["reports"])  # the history's hash is of them too
    said = {"measure": str(row.id), "progress": report.text, "done": done}
    write(problem, "enter_report" if by.is_office else "report", said, by, at)
    return report


def _may_report(problem: Problem, by: Any) -> None:
    if by.is_office and has_liaison(problem.unit_id):
        raise RuleBroken("单位有账号，进展由单位自己报", "progress")
    if problem.state == "issued":
        raise RuleBroken("先签收这个问题，再报进展", "progress")
    if problem.state not in REPORTABLE:
        raise RuleBroken("已经报请销号，进展不能再改", "progress")


def _next(row: Measure) -> int:
    of = sa.select(sa.func.max(MeasureReport.n)).where(MeasureReport.measure_id == row.id)
    return (db.session.scalar(of) or 0) + 1
