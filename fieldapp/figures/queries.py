"""The rows behind each figure, as far as the viewer may see them. Nothing here is asked by a unit."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from fieldapp.access.permissions import Permission
from fieldapp.closing.models import Closing
from fieldapp.db import db, system_reads
from fieldapp.errors import NotVisible
from fieldapp.figures.charts import Times
from fieldapp.figures.defining import Thing, Things
from fieldapp.history import Entry
from fieldapp.organisations.models import Unit
from fieldapp.organisations.queries import one
from fieldapp.problems.models import ClosureRequest, Problem
from fieldapp.problems.queries import DONE, standing_of
from fieldapp.publishing.models import Edition
from fieldapp.visits import queries as visits
from fieldapp.visits.models import Visit
from fieldapp.visits.states import CHECKED

TIMED = ("等候", "办理")


def unit(unit_id: UUID, viewer: Any) -> Unit:
    """Whose figures are asked for; raises NotVisible. The city counts by county."""
    if viewer.is_city:
        raise NotVisible
    return one(Unit, unit_id)


def things(viewer: Any, today: date) -> Things:
    """All lists that this viewer may count; the city gets none of visits."""
    problems = _problems()
    found = {
        "issued": [_problem(row) for row in problems],
        "closed": [_problem(row) for row in problems if row.state in DONE],
        "overdue": [_problem(row) for row in problems if _is_late(row, today)],
        **_requests({row.id: row for row in problems}),
    }
    return {**found, **_records()} if viewer.has(Permission.READ_VISITS) else found


def _problems() -> list[Problem]:
    rows = sa.select(Problem).where(Problem.state != "draft").order_by(Problem.number)
    return list(db.session.scalars(rows.options(joinedload(Problem.unit), joinedload(Problem.county))))


def _is_late(row: Problem, today: date) -> bool:
    standing = standing_of(row, today)
    return standing is not None and standing.is_late


def _problem(row: Problem, note: str = "", day: date | None = None) -> Thing:
    return Thing(
        row.unit_id,
        row.unit.name,
        row.county_id,
        row.county.name,
        row.number,
        note,
        day or row.due,
        "problems.show",
        {"problem_id": row.id},
    )


def _requests(problems: dict[UUID, Problem]) -> dict[str, list[Thing]]:
    """Requests, and those that an edition sent back, of problems that the viewer has been shown to see: read as system,
    for the city may count them though it reads none of their words."""
    asked = sa.select(ClosureRequest.problem_id, ClosureRequest.n, ClosureRequest.day)
    told = sa.select(Closing.problem_id, ClosureRequest.n, Edition.day)
    told = told.join(ClosureRequest, ClosureRequest.id == Closing.id).join(
        Edition, Edition.id == Closing.edition_id
    )
    with system_reads() as session:
        requested = session.execute(asked).all()
        returned = session.execute(told.where(Closing.state == "returned")).all()
    return {"requested": _of(problems, requested), "returned": _of(problems, returned)}


def _of(problems: dict[UUID, Problem], rows: Iterable[Any]) -> list[Thing]:
    mine = [(problems[row.problem_id], row) for row in rows if row.problem_id in problems]
    found = [_problem(problem, f"第 {row.n} 次申请", row.day) for problem, row in mine]
    return sorted(found, key=lambda each: (each.title, each.note))


def _records() -> dict[str, list[Thing]]:
    rows = list(db.session.scalars(_visits().where(Visit.handed_in_at.is_not(None))))
    sent = _times_sent_back(rows)
    back = [row for row in rows if sent.get(row.id)]
    return {
        "handed": [_visit(row) for row in rows],
        "sent_back": [_visit(row, f"退回 {sent[row.id]} 次") for row in back],
    }


def _visits() -> sa.Select[Visit]:
    rows = sa.select(Visit).order_by(Visit.day.desc(), Visit.id)
    return rows.options(joinedload(Visit.unit), joinedload(Visit.team), joinedload(Visit.counter))


def _visit(row: Visit, note: str = "") -> Thing:
    where = f"{row.unit.name}·{row.counter.name if row.counter else '—'}"
    place = (row.unit_id, row.unit.name, row.county_id, "")
    return Thing(*place, where, note or row.team.name, row.day, "visits.show_visit", {"visit_id": row.id})


def _times_sent_back(rows: Collection[Visit]) -> dict[UUID, int]:
    """How often each was sent back, from its history."""
    streams = {row.stream: row.id for row in rows}
    asked = sa.select(Entry.stream, sa.func.count()).where(Entry.action == "send_back").group_by(Entry.stream)
    with system_reads() as session:
        found = session.execute(asked).all()
    return {streams[stream]: n for stream, n in found if stream in streams}


def times(unit_id: UUID | None = None) -> dict[str, list[Times]]:
    """等候 and 办理 of each counter, from records that the leader has checked, in the order of the counters' names. Of
    several tries the last counts."""
    rows = _visits().where(Visit.state.in_(CHECKED), Visit.counter_id.is_not(None))
    found: dict[str, dict[str, list[tuple[int, bool]]]] = {label: {} for label in TIMED}
    for row in db.session.scalars(rows.where(Visit.unit_id == unit_id) if unit_id else rows):
        name = f"{row.unit.name}·{row.counter.name if row.counter else '—'}"
        last = {phase.label: phase for phase in visits.record(row).phases}
        for label in TIMED:
            if label in last:
                found[label].setdefault(name, []).append((last[label].ms, last[label].doubtful))
    return {label: [_times(*each) for each in sorted(by.items())] for label, by in found.items()}


def _times(name: str, rows: list[tuple[int, bool]]) -> Times:
    sure = tuple(ms for ms, doubtful in rows if not doubtful)
    return Times(name, sure, len(rows) - len(sure))
