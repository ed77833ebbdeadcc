"""Verbs that write a problem's measures, and what every change of a problem shares: its lock and its history."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from fieldapp import history
from fieldapp.db import db
from fieldapp.errors import RuleBroken
from fieldapp.problems.models import OPEN, REPORTABLE, Measure, Problem
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
    return [Measure(county_id=county_id, place=place, text=text) for place, text in enumerate(texts)]


def set_measures(problem: Problem, texts: Sequence[str]) -> dict[str, list[Any]]:
    """Give a draft these measures in this order and return [before, after] if that changed anything."""
    before = [row.text for row in problem.measures]
    if before == list(texts):
        return {}
    for row in list(problem.measures):
        db.session.delete(row)
    problem.measures.extend(new_measures(problem.county_id, texts))
    touch(problem)
    return {"measures": [before, list(texts)]}


def touch(problem: Problem) -> None:
    """Count a change of the measures as one of the problem, so that a page opened before it is stale."""
    flag_modified(problem, "number")
    db.session.flush()
    db.session.expire(problem, ["measures"])


def add_measure(problem: Problem, text: str, *, by: Any, at: int) -> Measure:
    """One measure more, at the end."""
    _hold(problem)
    last = db.session.scalar(sa.select(sa.func.max(Measure.place)).where(Measure.problem_id == problem.id))
    place = 0 if last is None else last + 1
    row = Measure(county_id=problem.county_id, problem_id=problem.id, place=place, text=text.strip())
    db.session.add(row)
    touch(problem)
    write(problem, "add_measure", {"measure": str(row.id), "text": row.text}, by, at)
    return row


def _hold(problem: Problem) -> None:
    lock(problem)
    if problem.state not in OPEN:
        raise RuleBroken("单位已经报请销号，措施不能再改", "text")


def word_measure(row: Measure, text: str, *, by: Any, at: int) -> None:
    """Change its words, until the unit has reported on them."""
    problem = row.problem
    _hold(problem)
    db.session.refresh(row)
    if row.reported_at:
        raise RuleBroken("单位已经按原来的话报过进展，另添一条", "text")
    before, row.text = row.text, text.strip()
    touch(problem)
    write(problem, "word_measure", {"measure": str(row.id), "before": before, "after": row.text}, by, at)


def raise_measure(row: Measure, *, by: Any, at: int) -> None:
    """One place further up; the first one stays."""
    problem = row.problem
    _hold(problem)
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


def report_measure(row: Measure, progress: str, done: bool, *, by: Any, at: int) -> None:
    """The unit's own word on a measure; work on a received problem has then begun."""
    problem = row.problem
    lock(problem)
    if problem.state == "issued":
        raise RuleBroken("先签收这个问题，再报进展")
    if problem.state not in REPORTABLE:
        raise RuleBroken("已经报请销号，进展不能再改")
    if problem.state == "received":
        problem_flow.take(problem, "start", by=by, at=at)
    row.progress, row.done, row.reported_at = progress.strip(), done, at
    said = {"measure": str(row.id), "progress": row.progress, "done": done}
    write(problem, "report", said, by, at)
