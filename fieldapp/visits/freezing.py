"""Gathers what a briefing freezes: scenario, criteria, claimed measures, colleagues and the counter's last visit."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.organisations.models import Counter, Person, Team, TeamMembership, Unit
from fieldapp.problems.models import SEVERITIES, Measure, Problem
from fieldapp.visits.models import Visit
from fieldapp.visits.scenario_content import chosen_items
from fieldapp.visits.scenario_models import Scenario, ScenarioVersion

_OF_SCENARIO = (
    "ask",
    "materials",
    "sim_depth",
    "how_far",
    "roles",
    "legal_limit",
    "promised_limit",
    "stages",
)
UNNAMED = "临时一处"  # until the phone has been told the place that was chosen


def freeze(
    session: Session,
    *,
    version_id: UUID,
    counter_id: UUID,
    people: Iterable[UUID],
    problem_ids: Iterable[UUID],
    approval: str,
    short_name: str,
) -> dict[str, Any]:
    """The content of a briefing; `session` sees what the planner may use (a system session inside `begin`)."""
    version = session.scalars(sa.select(ScenarioVersion).where(ScenarioVersion.id == version_id)).one()
    scenario = session.scalars(sa.select(Scenario).where(Scenario.id == version.scenario_id)).one()
    counter = session.scalars(sa.select(Counter).where(Counter.id == counter_id)).one()
    unit = session.scalars(sa.select(Unit).where(Unit.id == counter.unit_id)).one()
    problems = _problems(session, list(problem_ids))
    shown, more = chosen_items(version.content, _tags(problems))
    return {
        **_of_scenario(scenario, version),
        "unit": unit.name,
        "point": counter.point.name,
        "counter": counter.name,
        "short_name": short_name,
        "approval": approval,
        "shown": shown,
        "more": more,
        "problems": problems,
        "measures": _measures(session, [row["id"] for row in problems]),
        "colleagues": _names(session, people),
        "last_visit": last_visit(session, counter_id),
    }


def _of_scenario(scenario: Scenario, version: ScenarioVersion) -> dict[str, Any]:
    return {
        **{name: version.content.get(name) for name in _OF_SCENARIO},
        "scenario": {
            "code": scenario.code,
            "name": scenario.name,
            "n": version.n,
            "version": str(version.id),
        },
    }


def freeze_scenario(session: Session, version_id: UUID) -> dict[str, Any]:
    """What can be said of an unplanned visit before its place is chosen; it names nobody."""
    version = session.scalars(sa.select(ScenarioVersion).where(ScenarioVersion.id == version_id)).one()
    scenario = session.scalars(sa.select(Scenario).where(Scenario.id == version.scenario_id)).one()
    shown, more = chosen_items(version.content, [])
    nothing: dict[str, Any] = {
        "problems": [],
        "measures": [],
        "colleagues": [],
        "last_visit": None,
        "approval": "",
    }
    named = {"unit": "", "point": "", "counter": "", "short_name": UNNAMED}
    return {**_of_scenario(scenario, version), **nothing, **named, "shown": shown, "more": more}


def _problems(session: Session, problem_ids: list[UUID]) -> list[dict[str, Any]]:
    rows = session.scalars(sa.select(Problem).where(Problem.id.in_(problem_ids)).order_by(Problem.number))
    return [
        {
            "id": str(row.id),
            "number": row.number,
            "text": row.text,
            "short_name": row.short_name,
            "severity": SEVERITIES.get(row.severity, row.severity),
            "criteria": list(row.criteria),
            "tags": list(row.criterion_tags),
            "feedback_on": _iso(row.inspection.feedback_on),
            "team": row.inspection.team.name,
            "version": row.version,
        }
        for row in rows
    ]


def _tags(problems: list[dict[str, Any]]) -> list[str]:
    return [tag for row in problems for tag in row["tags"]]


def _measures(session: Session, problem_ids: list[str]) -> list[dict[str, Any]]:
    ids = [UUID(each) for each in problem_ids]
    rows = session.scalars(
        sa.select(Measure).where(Measure.problem_id.in_(ids)).order_by(Measure.problem_id, Measure.place)
    )
    return [{"id": str(row.id), "problem": str(row.problem_id), "text": row.text} for row in rows]


def _names(session: Session, people: Iterable[UUID]) -> list[dict[str, str]]:
    rows = session.scalars(sa.select(Person).where(Person.id.in_(list(people))).order_by(Person.name))
    return [{"id": str(row.id), "name": row.name} for row in rows]


def last_visit(session: Session, counter_id: UUID) -> dict[str, Any] | None:
    """The counter's last handed-in visit, for the review; a running visit never shows it (it anchors the judge)."""
    row = session.scalars(
        sa.select(Visit)
        .where(Visit.counter_id == counter_id, Visit.state != "under_way")
        .order_by(Visit.day.desc())
        .limit(1)
    ).first()
    return {"visit": str(row.id), "day": _iso(row.day), "team": row.team.name} if row else None


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def freeze_unplanned(
    session: Session, payload: dict[str, Any], person: UUID, team: Team
) -> dict[str, Any] | None:
    """A visit's columns from an unplanned `begin`: counter and scenario must be of the team's county; else None and the
    tap stays parked."""
    ids = _uuids(payload.get("counter"), payload.get("scenario"))
    if ids is None:
        return None
    counter_id, version_id = ids
    counter = session.scalars(sa.select(Counter).where(Counter.id == counter_id)).one_or_none()
    version = session.scalars(
        sa.select(ScenarioVersion).where(ScenarioVersion.id == version_id)
    ).one_or_none()
    if not (counter and version):
        return None
    scenario = session.scalars(sa.select(Scenario).where(Scenario.id == version.scenario_id)).one()
    if not team.county_id == counter.county_id == scenario.county_id:
        return None
    unit = session.scalars(sa.select(Unit).where(Unit.id == counter.unit_id)).one()
    content = freeze(
        session,
        version_id=version_id,
        counter_id=counter_id,
        people=[person],
        problem_ids=[],
        approval="",
        short_name=unit.phone_name,
    )
    return {
        "county_id": team.county_id,
        "plan_id": None,
        "team_id": team.id,
        "unit_id": counter.unit_id,
        "point_id": counter.point_id,
        "counter_id": counter_id,
        "scenario_version_id": version_id,
        "briefing_version": 1,
        "briefing": content,
    }


def _uuids(*values: Any) -> list[UUID] | None:
    try:
        return [UUID(str(value)) for value in values]
    except ValueError:
        return None


def team_on(session: Session, person: UUID, day: date) -> Team | None:
    """The team that somebody belongs to on a day."""
    return session.scalars(
        sa.select(Team)
        .join(TeamMembership, TeamMembership.team_id == Team.id)
        .where(TeamMembership.person_id == person, TeamMembership.starts <= day, TeamMembership.ends >= day)
        .order_by(Team.name)
        .limit(1)
    ).first()
