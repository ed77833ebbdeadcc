"""Verbs that write problems and measures. Every change of state goes through the workflow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldapp import clock
from fieldapp.db import db, system_reads
from fieldapp.errors import Conflict, RuleBroken
from fieldapp.inspections.models import Inspection
from fieldapp.organisations.models import County
from fieldapp.problems import counting, handover, measuring
from fieldapp.problems.models import CRITERION_TAGS, OPEN, SEVERITIES, WAYS, Problem
from fieldapp.problems.sheet import Row
from fieldapp.problems.states import problem_flow
from fieldapp.web.ui import dated_text

LABELS = {
    "number": "编号",
    "text": "问题",
    "short_name": "手机上显示的名字",
    "severity": "程度",
    "criteria": "销号标准",
    "criterion_tags": "主要看什么",
    "verification": "核实方式",
    "visits_needed": "要去几次",
    "department": "责任部门",
    "responsible": "责任人",
    "limit_text": "期限",
    "measures": "整改措施",
}
_WORDS = {"severity": SEVERITIES, "verification": WAYS, "criterion_tags": CRITERION_TAGS}
REVISED = ("limit_text", "department", "responsible")  # what the head may still correct after issuing
AFTER_ISSUE = ("short_name", "criterion_tags", "department", "responsible")  # what issuing does not fix


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
    visits_needed: int = 1  # on different days


def add_problem(draft: Draft, inspection: Inspection, *, by: Any, at: int) -> Problem:
    """A new draft; its number is unique in the county, and the answer does not say whose it is."""
    _check_number(inspection.county_id, draft.number.strip())
    (made,) = _make([draft], inspection, by, at)
    return made


def _make(drafts: Sequence[Draft], inspection: Inspection, by: Any, at: int) -> list[Problem]:
    made = [
        Problem(
            county_id=inspection.county_id,
            measures=measuring.new_measures(inspection.county_id, draft.measures),
            **_of(inspection),
            **_columns(draft),
        )
        for draft in drafts
    ]
    db.session.add_all(made)
    measuring.write_created(made, by, at)
    return made


def _check_number(county_id: UUID, number: str, own: UUID | None = None) -> None:
    _lock_numbers(county_id)
    taken = sa.select(Problem.id).where(Problem.county_id == county_id, Problem.number == number)
    with system_reads() as session:
        if session.scalar(taken.where(Problem.id != own) if own else taken):
            raise RuleBroken("这个编号已经用过", "number")


def _lock_numbers(county_id: UUID) -> None:
    """The county's row is the lock under which numbers are given: two people cannot take one at the same time."""
    db.session.execute(sa.select(County.id).where(County.id == county_id).with_for_update())


def _of(inspection: Inspection) -> dict[str, UUID]:
    return {
        "inspection_id": inspection.id,
        "unit_id": inspection.unit_id,
        "team_id": inspection.team_id,
    }


def _columns(draft: Draft) -> dict[str, Any]:
    return {
        "number": draft.number.strip(),
        "text": draft.text.strip(),
        "short_name": draft.short_name.strip(),
        "severity": draft.severity,
        "criteria": list(draft.criteria),
        "criterion_tags": list(draft.criterion_tags),
        "verification": draft.verification,
        "visits_needed": draft.visits_needed,
        "department": draft.department.strip(),
        "responsible": draft.responsible.strip(),
        "limit_text": draft.limit_text.strip(),
    }


def edit_draft(
    problem: Problem, draft: Draft, inspection: Inspection, *, version: int, by: Any, at: int
) -> None:
    """Change a draft, measures and inspection included."""
    columns = _columns(draft)
    _open(problem, {**columns, "measures": list(draft.measures)}, version)
    if problem.state != "draft":
        raise RuleBroken("刚刚已经交办，刷新看看现在能改什么")
    _check_number(problem.county_id, columns["number"], problem.id)
    changed = {
        **_set(problem, {**columns, **_of(inspection)}),
        **measuring.set_measures(problem, draft.measures),
    }
    measuring.write(problem, "edit", {"changed": changed}, by, at)


def edit_issued(problem: Problem, columns: dict[str, Any], *, version: int, by: Any, at: int) -> None:
    """Change what issuing did not fix, until the unit has asked for the closing."""
    columns = {name: columns[name] for name in AFTER_ISSUE}
    _open(problem, columns, version)
    measuring.write(problem, "edit", {"changed": _set(problem, columns)}, by, at)


def _open(problem: Problem, columns: dict[str, Any], version: int) -> None:
    """Lock the row; a stale page raises Conflict with what differs, and only that."""
    measuring.lock(problem)
    if version != problem.version:
        raise _conflict(problem, columns)
    if problem.state not in OPEN:
        raise RuleBroken("单位已经报请销号，不能再改")


def _conflict(problem: Problem, yours: dict[str, Any]) -> Conflict:
    now: dict[str, Any] = {name: getattr(problem, name) for name in yours if name != "measures"}
    now["measures"] = [row.text for row in problem.measures]
    differing = [name for name, value in yours.items() if now[name] != value]
    told = ({LABELS[name]: said(name, each[name]) for name in differing} for each in (yours, now))
    return Conflict("别人刚改过，对照后再存", *told)


def said(name: str, value: Any) -> str:
    words = _WORDS.get(name, {})
    return "；".join(words.get(each, str(each)) for each in (value if isinstance(value, list) else [value]))


def _set(problem: Problem, columns: dict[str, Any]) -> dict[str, list[Any]]:
    """Set the columns and return [before, after] of those that changed, as the history may hold them."""
    pairs = {name: [getattr(problem, name), new] for name, new in columns.items()}
    changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    for name, pair in changed.items():
        setattr(problem, name, pair[1])
    return {
        name: [str(part) if isinstance(part, UUID) else part for part in pair]
        for name, pair in changed.items()
    }


def issue_problem(
    problem: Problem, on: date, *, by: Any, at: int, shown: str | None = None, knows_past: bool = False
) -> None:
    """Hand the problem over: the deadline is counted from this day, criterion and way freeze.

    `shown` is the deadline that whoever hands it over has seen, as ISO text; another one is shown first."""
    measuring.lock(problem)
    found = counting.counted(problem.limit_text, on, problem.county)
    if shown is not None and shown != found.day.isoformat():
        words = counting.until_words(found.day, counting.limit_words(problem), found.estimated)
        raise RuleBroken(f"从 {dated_text(on)} 起算，到 {words}。看好了再点一次“交办”")
    counting.refuse_past(found.day, clock.day_of(at), knows_past)
    problem.issued_on, problem.due = on, found.day
    problem.due_estimated, problem.due_rule = found.estimated, found.rule_version
    db.session.flush()
    facts = {"on": on.isoformat(), "due": found.day.isoformat(), "estimated": found.estimated}
    problem_flow.take(problem, "issue", by=by, at=at, facts=facts)


def hand_over(drafts: Sequence[Problem], keys: Sequence[str], on: date, *, by: Any, at: int) -> None:
    """Several drafts at once, all or none; what is refused names its problem."""
    for problem, shown in handover.chosen(drafts, keys):
        try:
            issue_problem(problem, on, by=by, at=at, shown=shown)
        except RuleBroken as broken:
            raise RuleBroken(f"{problem.number}：{broken.sentence}", "drafts") from None


def receive_problem(problem: Problem, *, by: Any, at: int) -> None:
    """The unit's receipt; or the office's entry for a unit without an account."""
    problem_flow.take(problem, "enter_receipt" if by.is_office else "receive", by=by, at=at)


def start_work(problem: Problem, *, by: Any, at: int) -> None:
    """Rectification begins."""
    problem_flow.take(problem, "enter_start" if by.is_office else "start", by=by, at=at)


def amend_problem(
    problem: Problem,
    criteria: Sequence[str],
    verification: str,
    reason: str,
    *,
    visits_needed: int | None = None,
    version: int,
    by: Any,
    at: int,
) -> None:
    """The head changes what issuing had fixed, with a reason; a running visit keeps its frozen copy."""
    measuring.lock(problem)
    if version != problem.version:
        raise _conflict(problem, {"criteria": list(criteria), "verification": verification})
    times = problem.visits_needed if visits_needed is None else visits_needed
    facts = {
        "reason": reason.strip(),
        "criteria_before": list(problem.criteria),
        "way_before": problem.verification,
        "criteria": list(criteria),
        "way": verification,
        "visits": [problem.visits_needed, times],
    }
    problem.criteria, problem.verification, problem.visits_needed = list(criteria), verification, times
    problem_flow.take(problem, "amend", by=by, at=at, facts=facts)


def revise_problem(
    problem: Problem,
    columns: dict[str, str],
    reason: str,
    *,
    version: int,
    by: Any,
    at: int,
    knows_past: bool = False,
) -> None:
    """The head corrects limit or responsibility after issuing, with a reason; the history keeps what stood first."""
    measuring.lock(problem)
    columns = {name: columns[name].strip() for name in REVISED}
    if version != problem.version:
        raise _conflict(problem, columns)
    changed = _set(problem, columns)  # before the step: its entry carries the hash of what it leaves
    if not changed:
        raise RuleBroken("和现在的一样，没有要改的")
    facts: dict[str, Any] = {"reason": reason.strip(), "changed": changed}
    if "limit_text" in changed and problem.issued_on and problem.due:
        found = counting.counted(columns["limit_text"], problem.issued_on, problem.county)
        counting.refuse_past(found.day, clock.day_of(at), knows_past)
        facts |= {"due": [problem.due.isoformat(), found.day.isoformat()], "rule": found.rule_version}
        problem.due, problem.due_estimated, problem.due_rule = found
    problem_flow.take(problem, "revise", by=by, at=at, facts=facts)


def import_rows(rows: Sequence[Row], inspection: Inspection, *, by: Any, at: int) -> list[Problem]:
    """All rows or none: the first refusal undoes the whole."""
    _lock_numbers(inspection.county_id)
    taken = numbers_taken(inspection.county_id, [row.number for row in rows])
    if taken:  # somebody was quicker than this preview
        raise RuleBroken(f"一行也没有进：编号 {'、'.join(sorted(taken))} 已经用过，改好再读一次表")
    return _make([_draft_of(row) for row in rows], inspection, by, at)


def _draft_of(row: Row) -> Draft:
    severities = {label: code for code, label in SEVERITIES.items()}
    ways = {label: code for code, label in WAYS.items()}
    return Draft(
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
        visits_needed=row.visits_needed,
    )


def numbers_taken(county_id: UUID, numbers: Sequence[str]) -> set[str]:
    """Which of these numbers the county has used, asked as system; says nothing of whose they are."""
    with system_reads() as session:
        rows = sa.select(Problem.number).where(Problem.county_id == county_id, Problem.number.in_(numbers))
        return set(session.scalars(rows))
