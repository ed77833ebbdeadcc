"""不立为问题: the office's reasoned word on a finding, before it is sent or after its unit has answered. It stands in
the visit's history and nowhere else, so no unit reads it; what was decided may be decided otherwise later."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import history
from fieldapp.closing.fact_models import Fact, FactProblem, FactReply
from fieldapp.closing.states import SHORTEST_REASON
from fieldapp.db import system_reads
from fieldapp.errors import RuleBroken
from fieldapp.organisations.models import Person
from fieldapp.visits.models import Visit
from fieldapp.workflow import stream_name

ACTION = "dismiss_finding"
Key = tuple[UUID, UUID]  # visit and tap


@dataclass(frozen=True)
class Dismissal:
    """The newest word on one finding."""

    reason: str
    by: str
    at: int


def dismissals(visit_ids: Collection[UUID]) -> dict[Key, Dismissal]:
    """By finding, of visits that the viewer has been shown to see."""
    with system_reads() as session:
        return _said(visit_ids, session)


def _said(visit_ids: Collection[UUID], session: Session) -> dict[Key, Dismissal]:
    streams = {stream_name("visit", each): each for each in visit_ids}
    rows = sa.select(history.Entry).where(
        history.Entry.action == ACTION, history.Entry.stream.in_(list(streams))
    )
    entries = list(session.scalars(rows.order_by(history.Entry.stream, history.Entry.seq)))
    fields = [(streams[row.stream], row.at, row.fields) for row in entries]
    actors = {history.person_of(said["actor"]) for _, _, said in fields} - {None}
    rows_of = sa.select(Person).where(Person.id.in_(actors))
    names: dict[UUID | None, str] = {row.id: row.name for row in session.scalars(rows_of)}
    found: dict[Key, Dismissal] = {}
    for visit, at, said in fields:
        by = names.get(history.person_of(said["actor"]), "—")
        found[visit, UUID(said["payload"]["tap"])] = Dismissal(said["payload"]["reason"], by, at)
    return found


def dismiss(visit: Visit, tap_id: UUID, reason: str, *, by: Any, at: int) -> None:
    """Not while the unit is still asked, nor once a problem was made of it. The same word twice is one."""
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise RuleBroken(f"至少 {SHORTEST_REASON} 个字", "reason")
    with system_reads() as session:
        held = session.get_one(Visit, visit.id, with_for_update=True)
        if refusal := why_not(visit.id, tap_id, session):
            raise RuleBroken(refusal)
        known = _said([visit.id], session).get((visit.id, tap_id))
        if known is None or known.reason != reason:
            said = {"tap": str(tap_id), "reason": reason}
            history.append(held.stream, ACTION, actor=by.actor, at=at, payload=said, session=session)


def why_not(visit_id: UUID, tap_id: UUID, session: Session) -> str:
    """Empty when it may be dismissed."""
    fact = session.scalars(sa.select(Fact).where(Fact.visit_id == visit_id, Fact.tap_id == tap_id)).first()
    if fact is None:
        return ""
    if session.get(FactReply, fact.id) is None:
        return "已经发给单位，等它答复了再定"
    return "已经建成问题了" if session.get(FactProblem, fact.id) is not None else ""
