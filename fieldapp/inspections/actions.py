"""Verbs that write inspections."""

from datetime import date

import sqlalchemy as sa

from fieldapp.db import db, system_reads
from fieldapp.errors import Conflict, RuleBroken
from fieldapp.inspections.models import Inspection
from fieldapp.organisations.models import Team, Unit
from fieldapp.web.ui import dated_text

Days = tuple[date | None, date | None, date | None]


def _check(days: Days) -> None:
    entered, left, feedback = days
    if entered and left and left < entered:
        raise RuleBroken(f"不能早于进驻的 {dated_text(entered)}", "left_on")
    if entered and feedback and feedback < entered:
        raise RuleBroken(f"不能早于进驻的 {dated_text(entered)}", "feedback_on")


def add_inspection(team: Team, unit: Unit, days: Days) -> Inspection:
    """A team inspects a unit once a round; `days` are entry, exit and feedback."""
    _check(days)
    with system_reads() as session:
        known = sa.select(Inspection.id).where(Inspection.team_id == team.id, Inspection.unit_id == unit.id)
        if session.scalar(known):
            raise RuleBroken("这个组这一轮已经有这个单位", "unit_id")
    row = Inspection(county_id=team.county_id, team_id=team.id, unit_id=unit.id)
    row.entered_on, row.left_on, row.feedback_on = days
    db.session.add(row)
    db.session.flush()
    return row


def edit_inspection(row: Inspection, days: Days, *, version: int) -> None:
    """Change the days; team and unit stay, problems hang on them."""
    _check(days)
    if version != row.version:
        theirs = (row.entered_on, row.left_on, row.feedback_on)
        raise Conflict("别人刚改过，对照后再存", _summary(days), _summary(theirs))
    row.entered_on, row.left_on, row.feedback_on = days
    db.session.flush()


def _summary(days: Days) -> dict[str, str]:
    return {
        name: day.isoformat() if day else "—"
        for name, day in zip(("进驻", "撤离", "反馈"), days, strict=True)
    }
