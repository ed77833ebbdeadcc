"""Planned visits: the only door to the secret table.

A plan is read only by somebody on its list of names, and the reading is logged and committed before it is shown.
Nobody outside visits/ imports this module (import-linter). Outside requests of a knower only `begin` opens a plan.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import clock, heads, ids
from fieldapp.access.permissions import Permission
from fieldapp.db import apart, db, is_writing
from fieldapp.db import table as bare
from fieldapp.errors import NotVisible
from fieldapp.visits import vault
from fieldapp.visits.models import Plan, PlanIndex, PlanRead

MAX_EARLY_DAYS = 3


@dataclass(frozen=True)
class PlannedVisit:
    """A plan in clear. Ids are UUIDs in text, days ISO text: this is what lies in the blob."""

    id: str
    county_id: str
    visit_id: str  # made with the plan, so that both phones begin the same visit
    unit_id: str
    point_id: str
    counter_id: str
    scenario_version_id: str
    team_id: str
    people: list[str]
    problem_ids: list[str]
    starts: str
    ends: str
    early_days: int
    approval: str  # number of the approved 回访方案
    short_name: str
    knowers: list[str]  # all who may know, the people included
    made_by: str
    made_at: int
    override_reason: str = ""
    draw_id: str = ""
    cancelled: bool = False
    briefings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def first_day(self) -> date:
        return date.fromisoformat(self.starts)

    @property
    def last_day(self) -> date:
        return date.fromisoformat(self.ends)

    @property
    def briefing(self) -> dict[str, Any]:
        """The newest version."""
        return self.briefings[-1]

    def briefing_at(self, version: int) -> dict[str, Any] | None:
        """The version that a `begin` names."""
        return next((row for row in self.briefings if row["version"] == version), None)

    @property
    def opens(self) -> date:
        """The day from which those who go may see it."""
        return self.first_day - timedelta(self.early_days)

    def is_open_to_inspectors(self, day: date) -> bool:
        """From its day on, or up to three days ahead if the office says so; the last day included."""
        return self.opens <= day <= self.last_day


def save(plan: PlannedVisit) -> None:
    """Write a new plan or a new version of it, with its index."""
    table, blob = bare(Plan), vault.seal(asdict(plan))
    of_it = table.c.id == UUID(plan.id)
    last = db.session.scalar(sa.select(table.c.version).where(of_it).with_for_update()) or 0
    if last:
        db.session.execute(sa.update(table).where(of_it).values(blob=blob, version=last + 1))
    else:
        db.session.add(Plan(id=UUID(plan.id), key_id=vault.KEY_ID, blob=blob))
        db.session.flush()
    heads.move(f"plan:{plan.id}", last + 1, hashlib.sha256(blob).hexdigest(), db.session)
    _index(plan)


def _index(plan: PlannedVisit) -> None:
    table = bare(PlanIndex)
    db.session.execute(sa.delete(table).where(table.c.plan_id == UUID(plan.id)))
    db.session.execute(
        sa.insert(table), [{"token": token, "plan_id": UUID(plan.id)} for token in sorted(tokens_of(plan))]
    )


def tokens_of(plan: PlannedVisit) -> set[str]:
    """What a plan stands under in the index."""
    days = vault.days(plan.opens, plan.last_day)
    spans = days + vault.months(plan.first_day, plan.last_day)
    return {vault.token(UUID(person), when) for person in plan.knowers for when in spans}


def of_day(viewer: Any, day: date) -> list[PlannedVisit]:
    """The plans that an inspector may see on this day, by first day and short name."""
    plans = _to_go(viewer, day)
    _log(viewer, plans)
    return sorted(plans, key=lambda plan: (plan.starts, plan.short_name))


def granted(person: UUID, day: date, session: Session) -> list[list[PlannedVisit]]:
    """What a phone of this person may hold of a day ahead of it, as the plans stand now: all, then what could be seen
    without what came to it later. `session` is a system session; nothing is shown, so nothing is logged."""
    found = map(opened, _under([vault.token(person, day.isoformat())], session))
    going = [plan for plan in found if plan and str(person) in plan.people and not plan.cancelled]
    on = [plan for plan in going if plan.opens < day and plan.first_day <= day <= plan.last_day]
    since = {plan.id: max(plan.opens, clock.day_of(plan.made_at)) for plan in on}
    return [
        [plan for plan in on if since[plan.id] <= last] for last in sorted(set(since.values()), reverse=True)
    ]


def of_visit(viewer: Any, visit_id: UUID, day: date) -> PlannedVisit:
    """The one of them whose visit this will be; raises NotVisible. Logged like it."""
    found = [plan for plan in _to_go(viewer, day) if plan.visit_id == str(visit_id)]
    if not found or not viewer.has(Permission.READ_PLANS):
        raise NotVisible
    _log(viewer, found)
    return found[0]


def _to_go(viewer: Any, day: date) -> list[PlannedVisit]:
    found = [plan for plan in _found(viewer, [day.isoformat()]) if str(viewer.person_id) in plan.people]
    return [plan for plan in found if plan.is_open_to_inspectors(day) and not plan.cancelled]


def of_months(viewer: Any, months: list[str]) -> list[PlannedVisit]:
    """The plans of these months that somebody of the office knows of."""
    found = {plan.id: plan for plan in _found(viewer, months)}
    plans = sorted(found.values(), key=lambda plan: (plan.starts, plan.id), reverse=True)
    _log(viewer, plans)
    return plans


def at_counter(
    viewer: Any, counter_id: UUID, first: date, last: date, *, besides: str = ""
) -> list[PlannedVisit]:
    """The plans of a counter on any of these days that somebody of the office knows of, but for the one given.

    Not logged: whoever shows them calls `note_shown`, in the same request and outside what may be undone."""
    known = {plan.id: plan for plan in _found(viewer, vault.months(first, last))}
    found = [
        plan
        for plan in known.values()
        if plan.counter_id == str(counter_id) and plan.first_day <= last and first <= plan.last_day
    ]
    found = [plan for plan in found if may_know(viewer, plan) and not plan.cancelled and plan.id != besides]
    return sorted(found, key=lambda plan: (plan.starts, plan.id))


def note_shown(viewer: Any, found: list[PlannedVisit]) -> None:
    """Log the reading of plans that `at_counter` gave."""
    _log(viewer, found)


def open_for(viewer: Any, plan_id: UUID) -> PlannedVisit:
    """One plan for somebody who may know it; raises NotVisible. Logged and committed before it is returned."""
    with apart() as session:
        row = _row(plan_id, session)
    plan = opened(row) if row else None
    if plan is None or not may_know(viewer, plan):
        raise NotVisible
    _log(viewer, [plan])
    return plan


def may_know(viewer: Any, plan: PlannedVisit) -> bool:
    """On the list; and for those who go, only from the day on which they may see it."""
    if str(viewer.person_id) not in plan.knowers or str(viewer.county_id) != plan.county_id:
        return False
    if viewer.is_office:
        return True
    return (
        viewer.has(Permission.READ_PLANS) and plan.is_open_to_inspectors(clock.today()) and not plan.cancelled
    )


def version_of(plan_id: UUID, *, held: bool = False) -> int:
    """How often it was written, 0 if there is none; `held` lets nobody else write it until the request's end."""
    table = bare(Plan)
    found = sa.select(table.c.version).where(table.c.id == plan_id)
    return db.session.scalar(found.with_for_update() if held else found) or 0


def at_begin(plan_id: UUID, session: Session) -> PlannedVisit | None:
    """The plan that a `begin` names, opened by the system; `session` is a system session."""
    row = _row(plan_id, session)
    return opened(row) if row else None


def at_begin_of(visit_id: UUID, person: UUID, day: date, session: Session) -> PlannedVisit | None:
    """The plan, if there is one, whose visit somebody begins without naming it; `session` is a system session."""
    found = map(opened, _under([vault.token(person, day.isoformat())], session))
    return next((plan for plan in found if plan and plan.visit_id == str(visit_id)), None)


def with_briefing(plan: PlannedVisit, content: dict[str, Any], at: int) -> PlannedVisit:
    """A new version of the briefing if it differs from the newest; a begun visit keeps the version it named."""
    if plan.briefings and plan.briefing["content"] == content:
        return plan
    version = len(plan.briefings) + 1
    return replace(plan, briefings=[*plan.briefings, {"version": version, "at": at, "content": content}])


def reads_of(plan_id: UUID) -> list[PlanRead]:
    """Who looked, newest first; the head sees all rows, others their own."""
    return list(
        db.session.scalars(
            sa.select(PlanRead).where(PlanRead.plan_id == plan_id).order_by(PlanRead.at.desc())
        )
    )


def _found(viewer: Any, whens: list[str]) -> list[PlannedVisit]:
    plans = [opened(row) for row in _indexed(viewer, whens)]
    return [plan for plan in plans if plan is not None and str(viewer.person_id) in plan.knowers]


def has_unreadable(viewer: Any, whens: list[str]) -> bool:
    """Whether the index leads this person, on these days or months, to a plan that cannot be opened."""
    return any(opened(row) is None for row in _indexed(viewer, whens))


def _indexed(viewer: Any, whens: list[str]) -> Sequence[Any]:
    tokens = [vault.token(viewer.person_id, when) for when in whens]
    with apart() as session:
        return _under(tokens, session)


def _under(tokens: list[str], session: Session) -> Sequence[Any]:
    """The rows that stand in the index under one of these; a plan of two months comes twice."""
    return session.execute(
        sa.select(Plan.id, Plan.blob)
        .join(PlanIndex, PlanIndex.plan_id == Plan.id)
        .where(PlanIndex.token.in_(tokens))
    ).all()


def _row(plan_id: UUID, session: Session) -> Any:
    table = bare(Plan)
    return session.execute(sa.select(table.c.id, table.c.blob).where(table.c.id == plan_id)).first()


def opened(row: Any) -> PlannedVisit | None:
    """A row's plan; None when it does not open or holds another plan: one bad row must not hide the good ones."""
    try:
        plan = PlannedVisit(**vault.unseal(row.blob))
    except (vault.Unreadable, TypeError):
        return None
    return plan if plan.id == str(row.id) else None


def _log(viewer: Any, plans: list[PlannedVisit]) -> None:
    """In a request that writes, the row is committed with it, before the answer; else in a transaction of its own."""
    rows = [
        {
            "id": ids.new_id(),
            "plan_id": UUID(plan.id),
            "person_id": viewer.person_id,
            "county_id": viewer.county_id,
            "at": clock.now(),
        }
        for plan in plans
    ]
    if not rows:
        return
    if is_writing():
        _write_reads(rows, db.session())
        return
    with apart(writes=True) as session:
        _write_reads(rows, session)


def _write_reads(rows: list[dict[str, Any]], session: Session) -> None:
    session.execute(sa.insert(bare(PlanRead)), rows)
    heads.add("plan_reads", rows, session)
