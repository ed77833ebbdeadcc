"""Fills the arguments of every route with things of the story: of one's own county and of the neighbour's."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

import sqlalchemy as sa
from werkzeug.routing import Rule

from fieldapp.access.models import Account, Login, RoleGrant
from fieldapp.closing.fact_models import Fact
from fieldapp.closing.models import Closing, PaperSignature
from fieldapp.db import apart
from fieldapp.inspections.models import Inspection
from fieldapp.organisations.models import (
    Counter,
    County,
    Person,
    Recusal,
    Round,
    ServicePoint,
    Team,
    TeamMembership,
    Unit,
)
from fieldapp.problems.models import ClosureRequest, Measure, Problem
from fieldapp.publishing.models import Edition
from fieldapp.visits.models import TapRow, Visit
from fieldapp.visits.scenario_models import Item, Scenario

MODELS = {
    "account_id": Account,
    "grant_id": RoleGrant,
    "unit_id": Unit,
    "point_id": ServicePoint,
    "counter_id": Counter,
    "round_id": Round,
    "team_id": Team,
    "membership_id": TeamMembership,
    "person_id": Person,
    "recusal_id": Recusal,
    "inspection_id": Inspection,
    "problem_id": Problem,
    "measure_id": Measure,
    "visit_id": Visit,
    "closing_id": Closing,
    "scenario_id": Scenario,
    "item_id": Item,
    "paper_id": PaperSignature,
    "request_id": ClosureRequest,
    "edition_id": Edition,
    "fact_id": Fact,
}
NOWHERE = UUID("00000000-0000-4000-8000-000000000000")


def ids_of(story: Any, argument: str, county: str) -> list[UUID]:
    """Every id that may stand for an argument, in one county."""
    with story.app.app_context(), apart() as session:
        home = session.scalars(sa.select(County.id).where(County.name == county)).one()
        if argument == "plan_id":
            return [UUID(story.plan_of_today().id)] if county == "开江县" else []
        if argument in ("tap_id", "subject"):
            visits = sa.select(Visit.id).where(Visit.county_id == home)
            return list(
                session.scalars(sa.select(TapRow.id).where(TapRow.visit.in_(visits), TapRow.kind == "photo"))
            )
        model = MODELS.get(argument)
        if model is None:
            return []
        return list(
            session.scalars(sa.select(model.id).where(model.county_id == home).order_by(model.id).limit(6))
        )


def addresses(story: Any, rule: Rule, county: str) -> Iterator[str]:
    """The addresses of a route over the things of a county; one that belongs to nothing when it has none."""
    arguments = sorted(rule.arguments)
    others = {
        "size": ["thumb"],
        "place": [0],
        "token_hash": ["0" * 64],
        "sha256": ["0" * 64],
        "filename": ["css/app.css"],
    }
    first = next((each for each in arguments if each not in others), None)
    yield from supposed(story, rule, county)
    with story.app.test_request_context():
        adapter = story.app.url_map.bind("localhost")
        for thing in (ids_of(story, first, county) or [NOWHERE]) if first else [None]:
            values: dict[str, Any] = {}
            for name in arguments:
                if name == first:
                    values[name] = thing
                elif name in others:
                    values[name] = others[name][0]
                else:
                    values[name] = (ids_of(story, name, county) or [NOWHERE])[0]
            yield adapter.build(rule.endpoint, values)


def supposed(story: Any, rule: Rule, county: str) -> Iterator[str]:
    """A phone page as if one had begun: of the visit that is planned for today, and of those that are there."""
    if first_of(rule) != "visit_id" or not rule.rule.startswith("/n/") or "GET" not in (rule.methods or ()):
        return
    planned = story.planned_visits() if county == "开江县" else []
    with story.app.test_request_context():
        adapter = story.app.url_map.bind("localhost")
        for visit in [*planned[:1], *ids_of(story, "visit_id", county)[:1]]:
            values = {name: visit if name == "visit_id" else NOWHERE for name in rule.arguments}
            if "size" not in values:
                yield adapter.build(rule.endpoint, values) + f"?as_if={quote('begin:办事')}"


def first_of(rule: Rule) -> str:
    """The argument that says what a page is of."""
    return min(rule.arguments - {"tap_id", "subject"}, default="")


def logins_of(story: Any) -> list[str]:
    """Hashes of the open logins."""
    with story.app.app_context(), apart() as session:
        return list(session.scalars(sa.select(Login.token_hash)))
