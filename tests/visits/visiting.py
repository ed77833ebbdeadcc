"""Two people on one visit over HTTP, as browsers without script send it."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from werkzeug.test import TestResponse

from fieldapp import history
from fieldapp.db import apart
from fieldapp.organisations.models import Counter
from fieldapp.visits.models import TapRow, Visit, VisitPerson
from fieldapp.visits.scenario_models import Scenario, ScenarioVersion
from tests.clients import LintingClient
from tests.pages import changed, fields_of
from tests.story import Story

LogIn = Callable[[str], LintingClient]


def send(client: LintingClient, visit: Any, kind: str, choice: str = "", **more: Any) -> TestResponse:
    """One tap; `headers` and the button's id as `tap` may be given."""
    headers, tap = more.pop("headers", {}), more.pop("tap", None) or uuid4()
    data = {"kind": kind, "press": f"{tap}:{choice}", **more}
    return client.post(f"/n/{visit}/taps", data=data, headers=headers)


def taps_in(story: Story, *where: Any) -> list[Any]:
    """Stored taps, oldest first."""
    with story.app.app_context(), apart() as session:
        rows = session.execute(
            sa.select(TapRow.__table__).where(*where).order_by(TapRow.__table__.c.received_at)
        )
        return list(rows)


def state_of(story: Story, visit: Any) -> str:
    """ "" when the visit does not exist."""
    with story.app.app_context(), apart() as session:
        return session.scalar(sa.select(Visit.state).where(Visit.id == UUID(str(visit)))) or ""


def steps_of(story: Story, visit: Any) -> list[str]:
    """What the visit's history says."""
    with story.app.app_context(), apart() as session:
        return [row.action for row in history.entries(f"visit:{visit}", session)]


def begin_both(story: Story, as_: LogIn) -> tuple[LintingClient, LintingClient, str]:
    """inspector1 does the business, inspector2 watches, on today's plan."""
    plan, first, second = story.plan_of_today(), as_("inspector1"), as_("inspector2")
    send(first, plan.visit_id, "begin", "办事", plan=plan.id, briefing="1")
    send(second, plan.visit_id, "begin", "观察", plan=plan.id, briefing="1")
    return first, second, plan.visit_id


def hand_in(client: LintingClient, visit: str) -> TestResponse:
    """Presses the hand-in button that the page shows now."""
    return _press(client, visit, "ids_sha256")


def countersign(client: LintingClient, visit: str, **said: str) -> TestResponse:
    """Chooses that it is as seen, or what is said, and presses the countersign button that the page shows now."""
    return _press(client, visit, "record", **{"agrees": "yes", **said})


def _press(client: LintingClient, visit: str, field: str, **chosen: str) -> TestResponse:
    page = client.get(f"/n/{visit}/handin").text
    button = re.search(r'id="next"[^>]*name="press" value="([^"]+)"', page)
    fields = changed(fields_of(page, f"/n/{visit}/taps"))
    assert field in fields, "the page shows another button"
    assert button is not None
    return client.post(f"/n/{visit}/taps", data={**fields, **chosen, "press": button[1]})


def begin_unplanned(story: Story, client: LintingClient, visit: str, **more: Any) -> None:
    """Begins at the town's counter, without a plan."""
    counter = story.row(Counter, Counter.name == "综合窗口")
    here = sa.select(Scenario.id).where(Scenario.county_id == story.viewer("clerk").county_id)
    version = story.row(ScenarioVersion, ScenarioVersion.scenario_id.in_(here))
    send(client, visit, "begin", "办事", counter=str(counter), scenario=str(version), **more)


def people_of(story: Story, visit: Any) -> set[UUID]:
    """The participants."""
    with story.app.app_context(), apart() as session:
        rows = sa.select(VisitPerson.person_id).where(VisitPerson.visit_id == UUID(str(visit)))
        return set(session.scalars(rows))
