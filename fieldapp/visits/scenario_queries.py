"""Named reads of scenarios and items."""

import sqlalchemy as sa

from fieldapp.db import db
from fieldapp.visits import library
from fieldapp.visits.scenario_models import Item, Scenario, ScenarioVersion

OTHER = "其他"


def open_scenarios() -> list[tuple[Scenario, ScenarioVersion]]:
    """Scenarios in use with their newest version, by name."""
    newest = (
        sa.select(ScenarioVersion.scenario_id, sa.func.max(ScenarioVersion.n).label("n"))
        .group_by(ScenarioVersion.scenario_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(Scenario, ScenarioVersion)
        .join(ScenarioVersion, ScenarioVersion.scenario_id == Scenario.id)
        .join(newest, (newest.c.scenario_id == Scenario.id) & (newest.c.n == ScenarioVersion.n))
        .where(Scenario.retired.is_(False))
        .order_by(Scenario.name)
    )
    return [(scenario, version) for scenario, version in rows]


def scenarios_by_system() -> dict[str, list[tuple[Scenario, ScenarioVersion]]]:
    """The same under the system whose window handles each, in the order of the list of systems; others last."""
    systems = library.systems()
    found: dict[str, list[tuple[Scenario, ScenarioVersion]]] = {name: [] for name in systems.values()}
    for scenario, version in open_scenarios():
        found.setdefault(systems.get(scenario.code, OTHER), []).append((scenario, version))
    return {name: rows for name, rows in found.items() if rows}


def versions_of(scenario: Scenario) -> list[ScenarioVersion]:
    """All versions, newest first."""
    rows = sa.select(ScenarioVersion).where(ScenarioVersion.scenario_id == scenario.id)
    return list(db.session.scalars(rows.order_by(ScenarioVersion.n.desc())))


def items() -> list[Item]:
    """Items by group and code."""
    return list(db.session.scalars(sa.select(Item).order_by(Item.group, Item.code)))
