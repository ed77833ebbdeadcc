"""What waits to be told to a unit, and sending it: the only way a decision of the office reaches a unit."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import clock, history
from fieldapp.closing.models import Closing
from fieldapp.db import system_reads
from fieldapp.errors import RuleBroken
from fieldapp.organisations.models import Unit
from fieldapp.problems import counting
from fieldapp.problems.models import Problem
from fieldapp.problems.states import problem_flow
from fieldapp.publishing import actions as publishing
from fieldapp.publishing.editions import Item, Released
from fieldapp.publishing.models import Edition

TELLABLE = ("closed", "returned", "reopened")
CHANGED = "要发的和刚才看的不一样了，看过现在的再发"


@dataclass(frozen=True)
class Pending:
    """A decision that its unit does not know yet, as the next edition would say it."""

    closing_id: UUID
    problem_id: UUID
    unit_id: UUID
    item: Item


def pending(unit_id: UUID, session: Session) -> list[Pending]:
    """By number of the problem; `session` is a system session."""
    rows = sa.select(Closing).join(Problem, Problem.id == Closing.problem_id)
    rows = rows.where(Closing.unit_id == unit_id, Closing.edition_id.is_(None), Closing.state.in_(TELLABLE))
    found = session.scalars(rows.order_by(Problem.number))
    return [Pending(row.id, row.problem_id, row.unit_id, item_of(row, clock.today())) for row in found]


def item_of(closing: Closing, day: date) -> Item:
    """What an edition of this day would say of it."""
    problem, left = closing.problem, closing.state in ("returned", "reopened")
    return Item(
        problem_id=str(problem.id),
        number=problem.number,
        text=problem.text,
        result=closing.state,
        checked_on=checked_on(closing),
        still=closing.still if left else "",
        due=counting.counted(closing.limit_text, day, problem.county).day if left else None,
    )


def checked_on(closing: Closing) -> date | None:
    """The newest day on which somebody looked, as the frozen record has it; None where none was frozen."""
    if not closing.record:
        return None
    record = json.loads(closing.record)
    days = [row["day"] for row in (*record["visits"], *record["verifications"])]
    return date.fromisoformat(max(days)) if days else None


def drafted(
    unit_id: UUID, closing_ids: Collection[UUID], photos: Sequence[Released], *, at: int
) -> tuple[int, str]:
    """Number and content of the edition that `publish` would send at this instant."""
    with system_reads() as session:
        items = [each.item for each in pending(unit_id, session) if each.closing_id in closing_ids]
        return publishing.drafted(session.get_one(Unit, unit_id), items, photos, at, session)


def publish(
    unit_id: UUID,
    closing_ids: Collection[UUID],
    photos: Sequence[Released],
    *,
    by: Any,
    at: int,
    shown: str | None = None,
) -> Edition:
    """Send the next edition with these decisions, and take the steps that follow for their problems. Problems before
    closings, as the signers lock them. `shown` is the sum of what the sender has read: nothing else goes."""
    with system_reads() as session:
        chosen = [each for each in pending(unit_id, session) if each.closing_id in closing_ids]
        if not chosen or len(chosen) < len(set(closing_ids)):
            raise RuleBroken(CHANGED)
        for each in sorted(chosen, key=lambda one: one.problem_id):
            session.get_one(Problem, each.problem_id, with_for_update=True)
            session.get_one(Closing, each.closing_id, with_for_update=True)
        unit = session.get_one(Unit, unit_id)
        edition = publishing.send_out(
            unit, [each.item for each in chosen], photos, by=by, at=at, session=session
        )
        if shown is not None and edition.sha256 != shown:
            raise RuleBroken(CHANGED)
        for each in chosen:
            _tell(each, edition, by, at, session)
        session.flush()
        return edition


def _tell(each: Pending, edition: Edition, by: Any, at: int, session: Session) -> None:
    closing, problem = session.get_one(Closing, each.closing_id), session.get_one(Problem, each.problem_id)
    if closing.edition_id or closing.state != each.item.result:
        raise RuleBroken(CHANGED)
    closing.edition_id = edition.id
    if closing.state == "closed":
        problem.told_on = edition.day
        session.flush()
        said = {"edition": str(edition.id), "n": edition.n}
        history.append(problem.stream, "tell", actor=by.actor, at=at, payload=said, session=session)
        return
    due = counting.counted(closing.limit_text, edition.day, problem.county)
    also = {
        "limit_text": closing.limit_text,
        "due": due.day,
        "due_estimated": due.estimated,
        "due_rule": due.rule_version,
        "requested_on": None,
        "closure_id": None,
        "told_on": None,
    }
    facts = {"edition": str(edition.id), "n": edition.n, "due": due.day.isoformat(), "still": closing.still}
    step = "return" if closing.state == "returned" else "reopen"
    problem_flow.take(problem, step, by=by, at=at, facts=facts, also=also, session=session)
