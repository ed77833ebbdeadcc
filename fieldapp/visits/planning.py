"""Verbs of the one who plans: save a plan, change it, cancel it, draw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldapp import ids
from fieldapp.access.permissions import Permission
from fieldapp.db import db, system_reads
from fieldapp.errors import RuleBroken
from fieldapp.organisations.models import Counter, Recusal, Team, TeamMembership
from fieldapp.problems.models import NEEDS_VISIT, Problem
from fieldapp.visits import assigning, plans
from fieldapp.visits.freezing import freeze
from fieldapp.visits.plans import PlannedVisit
from fieldapp.web.ui import dated_text

LONGEST_SPAN = 31  # days


@dataclass(frozen=True)
class Wish:
    """What the planner filled in."""

    counter_id: UUID
    scenario_version_id: UUID
    team_id: UUID | None  # None: the team that the people are of
    people: tuple[UUID, ...]
    problem_ids: tuple[UUID, ...]
    starts: date
    ends: date
    early_days: int
    approval: str
    short_name: str
    knowers: tuple[UUID, ...]  # besides those who go, their leader, and the planner
    override_reason: str = ""
    draw_id: str = ""


def save_plan(wish: Wish, *, by: Any, at: int, changes: PlannedVisit | None = None) -> PlannedVisit:
    """A new plan, or a new version of one not yet begun; the briefing is frozen as its next version."""
    _check_days(wish)
    counter, problems = _place(wish), _problems(wish)
    if any(problem.unit_id != counter.unit_id for problem in problems):
        raise RuleBroken("有的问题不是这个单位的", "problem_ids")
    wish = _with_team(wish, counter.unit_id, problems, by)
    content = freeze(
        db.session(),
        version_id=wish.scenario_version_id,
        counter_id=counter.id,
        people=wish.people,
        problem_ids=wish.problem_ids,
        approval=wish.approval,
        short_name=wish.short_name,
    )
    plan = _plan(wish, counter, by, at, changes)
    plan = plans.with_briefing(plan, content, at)
    plans.save(plan)
    return plan


def _check_days(wish: Wish) -> None:
    if wish.ends < wish.starts:
        raise RuleBroken("结束的日子不能早于开始", "ends")
    if (wish.ends - wish.starts).days >= LONGEST_SPAN:
        raise RuleBroken(f"跨度最多 {LONGEST_SPAN} 天", "ends")
    if not 0 <= wish.early_days <= plans.MAX_EARLY_DAYS:
        raise RuleBroken("最多提前 3 天", "early_days")


def _place(wish: Wish) -> Counter:
    counter = db.session.scalars(sa.select(Counter).where(Counter.id == wish.counter_id)).one_or_none()
    if counter is None:
        raise RuleBroken("选一个窗口", "counter_id")
    if counter.is_closed(wish.ends) or counter.point.is_closed(wish.ends):
        raise RuleBroken("这个窗口那时已经停用，换一个", "counter_id")
    return counter


def _problems(wish: Wish) -> Sequence[Problem]:
    rows = db.session.scalars(sa.select(Problem).where(Problem.id.in_(wish.problem_ids))).all()
    if not rows or len(rows) != len(set(wish.problem_ids)):
        raise RuleBroken("至少选一个问题", "problem_ids")
    if any(row.verification not in NEEDS_VISIT or row.state in ("draft", "closed") for row in rows):
        raise RuleBroken("有的问题不用上门核，或者还没交办", "problem_ids")
    return rows


def _with_team(wish: Wish, unit_id: UUID, problems: Sequence[Problem], by: Any) -> Wish:
    found = offers_for(unit_id, problems, wish.starts, wish.ends)
    team_id = wish.team_id or assigning.team_of(found, wish.people)
    offer = next((each for each in found if each.team_id == team_id), None)
    if offer is None:
        raise RuleBroken("选一个组，派的人都要是这个组的", "team_id")
    override = by.has(Permission.OVERRIDE_TEAM)
    field, sentence = assigning.refusal(
        offer, wish.people, may_override=override, reason=wish.override_reason
    )
    if sentence:
        raise RuleBroken(sentence, field)
    return replace(wish, team_id=team_id)


def offers_for(unit_id: UUID, problems: Sequence[Problem], starts: date, ends: date) -> list[assigning.Offer]:
    """The teams whose people cover the whole span, with those who may go."""
    finders = frozenset(problem.team_id for problem in problems)
    with system_reads() as session:
        # whoever ever sat in a finder's team must not check its finding, also when now in another team
        finder_people = session.scalars(
            sa.select(TeamMembership.person_id).where(TeamMembership.team_id.in_(finders))
        ).all()
        recused = session.scalars(sa.select(Recusal.person_id).where(Recusal.unit_id == unit_id)).all()
    rows = db.session.scalars(
        sa.select(TeamMembership).where(TeamMembership.starts <= starts, TeamMembership.ends >= ends)
    ).all()
    members: dict[UUID, list[UUID]] = {}
    for row in rows:
        members.setdefault(row.team_id, []).append(row.person_id)
    teams = db.session.scalars(sa.select(Team).where(Team.id.in_(members)).order_by(Team.name)).all()
    bans = assigning.Bans(finders, frozenset(finder_people), frozenset(recused))
    return assigning.offers([(team.id, team.name) for team in teams], members, bans)


def _plan(wish: Wish, counter: Counter, by: Any, at: int, changes: PlannedVisit | None) -> PlannedVisit:
    values: dict[str, Any] = {
        "unit_id": str(counter.unit_id),
        "point_id": str(counter.point_id),
        "counter_id": str(counter.id),
        "scenario_version_id": str(wish.scenario_version_id),
        "team_id": str(wish.team_id),
        "people": sorted(str(person) for person in set(wish.people)),
        "problem_ids": sorted(str(each) for each in wish.problem_ids),
        "starts": wish.starts.isoformat(),
        "ends": wish.ends.isoformat(),
        "early_days": wish.early_days,
        "approval": wish.approval.strip(),
        "short_name": wish.short_name.strip(),
        "knowers": _knowers(wish, by, changes),
        "override_reason": wish.override_reason.strip(),
        "draw_id": wish.draw_id,
    }
    if changes:
        return replace(changes, **values)
    return PlannedVisit(
        id=str(ids.new_id()),
        visit_id=str(ids.new_id()),
        county_id=str(by.county_id),
        made_by=str(by.person_id),
        made_at=at,
        **values,
    )


def _knowers(wish: Wish, by: Any, changes: PlannedVisit | None) -> list[str]:
    """The list of names: those chosen, those who go, their team's leaders, whoever plans."""
    leaders = db.session.scalars(
        sa.select(TeamMembership.person_id).where(
            TeamMembership.team_id == wish.team_id,
            TeamMembership.leads.is_(True),
            TeamMembership.starts <= wish.starts,
            TeamMembership.ends >= wish.ends,
        )
    ).all()
    everyone = {*wish.knowers, *wish.people, *leaders, by.person_id}
    return sorted({str(each) for each in everyone} | ({changes.made_by} if changes else set()))


def at_same_place(wish: Wish, *, by: Any, changes: PlannedVisit | None) -> list[PlannedVisit]:
    """Other plans for this counter and these days, of those that the planner may know."""
    if (wish.ends - wish.starts).days >= LONGEST_SPAN:  # refused anyway
        return []
    besides = changes.id if changes else ""
    return plans.at_counter(by, wish.counter_id, wish.starts, wish.ends, besides=besides)


def refuse_double(others: Sequence[PlannedVisit]) -> None:
    """A second plan at the same place has to be meant."""
    if others:
        told = "；".join(_said(plan) for plan in others)
        raise RuleBroken(f"同一天同一窗口已有一次安排：{told}。要再安排一次，就勾上", "again")


def _said(plan: PlannedVisit) -> str:
    days = dated_text(plan.first_day)
    if plan.last_day != plan.first_day:
        days += f" 到 {dated_text(plan.last_day)}"
    return f"{days}，{'、'.join(row['name'] for row in plan.briefing['content']['colleagues'])}"


def cancel_plan(plan: PlannedVisit, *, by: Any, at: int) -> None:
    """Nobody sees it any more but the office; taps that come for it all the same are kept and parked."""
    plans.save(replace(plan, cancelled=True))
