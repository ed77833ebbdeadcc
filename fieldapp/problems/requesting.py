"""The unit's request to close (销号申请): written by its liaison, or entered by the office from a letter.

Nothing here, nor anything that a unit may do, asks whether anybody has been to see: a unit's step must not tell it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import clock, history, ids
from fieldapp.db import db, system_reads
from fieldapp.errors import NotVisible, RuleBroken
from fieldapp.organisations.queries import one
from fieldapp.problems import measuring
from fieldapp.problems.models import ClosureRequest, Problem
from fieldapp.problems.states import problem_flow


@dataclass(frozen=True)
class Ask:
    """收到日期, 来文字号, and what the unit says is done."""

    day: date
    statement: str
    letter: str = ""
    page_sha256: str | None = None  # the sealed page, kept before


def request_closing(
    problem: Problem, ask: Ask, *, key: UUID | None = None, by: Any, at: int
) -> ClosureRequest:
    """The unit's clock stops on the day; from then on it reads 审核中. `key` is the form's: sent twice, it is one."""
    measuring.lock(problem)
    with system_reads() as session:
        known = session.get(ClosureRequest, key) if key else None
        if known is not None and known.problem_id == problem.id:
            return known
        n = sa.select(sa.func.max(ClosureRequest.n)).where(ClosureRequest.problem_id == problem.id)
        last = session.scalar(n) or 0
        _check_day(problem, ask.day, _sent_back(problem, session))
    made = ClosureRequest(
        id=key if key and known is None else ids.new_id(),
        county_id=problem.county_id,
        problem_id=problem.id,
        n=last + 1,
        day=ask.day,
        letter=ask.letter.strip(),
        statement=ask.statement.strip(),
        page_sha256=ask.page_sha256,
        by_id=by.person_id,
        by_office=by.is_office,
        at=at,
    )
    step = "enter_request" if by.is_office else "request"
    facts = {"request": str(made.id), "day": ask.day.isoformat(), "letter": made.letter, "n": made.n}
    problem_flow.take(problem, step, by=by, at=at, facts=facts, also={"requested_on": ask.day})
    db.session.add(made)
    db.session.flush()
    return made


def _check_day(problem: Problem, day: date, sent_back: date | None) -> None:
    if day > clock.today():
        raise RuleBroken("收到日期还没到", "day")
    if problem.issued_on and day < problem.issued_on:
        raise RuleBroken(f"收到日期早于交办（{problem.issued_on.isoformat()}）", "day")
    if sent_back and day < sent_back:
        raise RuleBroken(f"收到日期早于告诉单位继续整改那天（{sent_back.isoformat()}）", "day")


def _sent_back(problem: Problem, session: Session) -> date | None:
    """When its unit was last told to go on: what came in before is no answer to that."""
    told = [row.at for row in history.entries(problem.stream, session) if row.action in ("return", "reopen")]
    return clock.day_of(told[-1]) if told else None


def page_of(request_id: UUID) -> str:
    """The sum of a request's sealed page; raises NotVisible where there is none or none for the viewer."""
    found = one(ClosureRequest, request_id).page_sha256
    if not found:
        raise NotVisible
    return found


def requests_of(problem_id: UUID) -> list[ClosureRequest]:
    """What a unit has asked, newest first; for whoever may see the problem."""
    rows = sa.select(ClosureRequest).where(ClosureRequest.problem_id == problem_id)
    return list(db.session.scalars(rows.order_by(ClosureRequest.n.desc())))
