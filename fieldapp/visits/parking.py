"""The office's decision on taps that fit no visit: take them in, as their `begin` asked, or keep them aside."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from fieldapp import heads, history
from fieldapp.db import insert, rows_changed, system_reads
from fieldapp.db import table as bare
from fieldapp.errors import RuleBroken
from fieldapp.visits import parked
from fieldapp.visits.joining import join, make
from fieldapp.visits.models import ParkedDecision, Visit
from fieldapp.visits.projecting import advance


def decide(visit_id: UUID, person: UUID, adopt: bool, reason: str, *, by: Any, at: int) -> None:
    """A row with who, when and why, and an entry in the history of the visit if there is one. Taken in stays in; what
    was kept aside may be taken in later."""
    if person == by.person_id:
        raise RuleBroken("自己的记录让另一位来定", "decision")
    with system_reads() as session:
        visit = session.get(Visit, visit_id, with_for_update=True)
        group = parked.group_in(session, visit_id, person, by.county_id)
        if group.is_settled:
            raise RuleBroken("已经收进来了", "decision")
        outcome = _take_in(session, visit, visit_id, person, by, at) if adopt else "aside"
        row = ParkedDecision(
            visit=visit_id,
            person_id=person,
            n=len(group.decisions) + 1,
            county_id=by.county_id,
            outcome=outcome,
            reason=reason.strip(),
            taps=group.taps,
            by_id=by.person_id,
            at=at,
        )
        _add(session, row)
        _follow(session, row, by)


def _add(session: Session, row: ParkedDecision) -> None:
    """Where there is no visit there is no row to lock: of two decisions at once the second must give way."""
    values = {column.name: getattr(row, column.name) for column in bare(ParkedDecision).columns}
    if not rows_changed(
        session.execute(insert(bare(ParkedDecision)).values(values).on_conflict_do_nothing())
    ):
        raise RuleBroken("刚才有人定过了，刷新再看", "decision")
    heads.add("parked_decisions", [values], session)


def _take_in(session: Session, visit: Visit | None, visit_id: UUID, person: UUID, by: Any, at: int) -> str:
    """As the begin would have done it had it fitted; after the hand-in nobody becomes a participant any more."""
    asked, fit = parked.fit_in(session, visit_id, person)
    if asked is None or not fit.is_adoptable:
        raise RuleBroken(f"收不进来：{fit.why.value if fit.why else ''}", "decision")
    if visit is None:
        # without values somebody has made it since it was looked for
        if fit.values is None or not make(session, asked, fit, actor=by.actor, at=at):
            raise RuleBroken("刚才有人开始了这一次，刷新再看", "decision")
        return "joined"
    if visit.reviewed_at is not None:
        raise RuleBroken("那次回访已经审过，记录不再变，收不进去。选“不采用，留存”", "decision")
    if visit.handed_in_at is not None:
        return "late"
    join(session, visit_id, person)
    return "joined"


def _follow(session: Session, row: ParkedDecision, by: Any) -> None:
    visit = session.get(Visit, row.visit)
    if visit is None:
        return
    said: dict[str, Any] = {"person": str(row.person_id), "reason": row.reason, "taps": row.taps}
    if not row.is_adopted:
        history.append(visit.stream, "set_aside", actor=by.actor, at=row.at, payload=said, session=session)
        return
    said["late"] = row.outcome == "late"
    history.append(visit.stream, "adopt", actor=by.actor, at=row.at, payload=said, session=session)
    advance(session, visit, by.person_id, row.at)
