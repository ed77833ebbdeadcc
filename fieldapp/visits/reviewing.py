"""Verbs on a visit that has been handed in: the leader checks, leader or office sends it back, the office reviews."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import history
from fieldapp.db import db, system_reads
from fieldapp.errors import RuleBroken
from fieldapp.visits import attendance
from fieldapp.visits.models import TapRow, Visit
from fieldapp.visits.states import DONE, visit_flow


def check(visit: Visit, *, by: Any, at: int, shown: str = "") -> None:
    """组长核过: from now on the office may review it. `shown` is the seal of the record that the leader has read."""
    db.session.refresh(visit, with_for_update=True)
    if shown and shown != visit.seal:
        raise RuleBroken("记录在你看的时候变了，看过新的再点核过")
    if attendance.people_to_confirm(visit):
        raise RuleBroken("先确认临时去的是哪几个人，再点核过")
    visit_flow.take(visit, "check", by=by, at=at, facts={"seal": visit.seal})


def send_back(visit: Visit, missing: str, *, by: Any, at: int) -> None:
    """退回回访组: the people read what is missing, add it, and countersign again."""
    missing = missing.strip()
    visit_flow.take(visit, "send_back", by=by, at=at, facts={"missing": missing}, also={"missing": missing})


def asked_to_add(visit: Visit) -> str:
    """What was missing when a record that has come again was last sent back; empty where it never was."""
    if visit.state not in DONE:
        return ""
    with system_reads() as session:
        steps = history.entries(visit.stream, session)
    back = next((step for step in reversed(steps) if step.action == "send_back"), None)
    return str(back.fields["payload"]["missing"]) if back else ""


def review(visit: Visit, seal: str, *, by: Any, at: int, session: Session) -> None:
    """审过: what is stored later stands outside the record. A visit that was reviewed stays so. `seal` is that of the
    record as it was folded when the row was locked; nothing that it holds may have been received after the review."""
    if visit.state == "reviewed":
        return
    if seal != visit.seal:
        raise RuleBroken("记录在你看的时候变了，看过新的再提交")
    last = session.scalar(sa.select(sa.func.max(TapRow.received_at)).where(TapRow.visit == visit.id))
    at = max(at, last or at)
    facts, also = {"seal": visit.seal}, {"reviewed_at": at}
    visit_flow.take(visit, "review", by=by, at=at, facts=facts, also=also, session=session)
