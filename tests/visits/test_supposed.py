"""Pages supposed (`as_if`): what a phone keeps before it leaves the network. They show what a begin would, to nobody
who could not begin, and leave no trace but the plan's reading."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
import sqlalchemy as sa

from fieldapp import clock
from fieldapp.visits import supposed
from fieldapp.visits.scenario_models import Scenario, ScenarioVersion
from tests.story import Story
from tests.tampering import rows_of
from tests.visits.test_plans import on, reads, save, wish_for
from tests.visits.visiting import LogIn, send, state_of

SCREENS = (
    "", "/all", "/more", "/aside", "/stuck", "/stuck?full=1", "/after", "/then", "/skip", "/late", "/note",
    "/note?full=1", "/talk", "/found", "/pictures", "/checks", "/handin", "/log",
)  # fmt: skip
# the phone's own ledger counts what it hands in
COUNTED = r'name="(taps|first_seq|last_seq)" value="\d"|[0-9a-f]{64}|data-handed="[^"]*"|'
CHANGING = re.compile(
    COUNTED + r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{13}|\d?\d:\d\d(:\d\d)?|data-seq=\"\d+\"|(?<=这部手机 )\d"
)


def address(visit: Any, screen: str, as_if: str) -> str:
    return f"/n/{visit}{screen}{'&' if '?' in screen else '?'}as_if={quote(as_if)}"


def plain(page: str) -> str:
    """Without what differs between two answers to the same request."""
    return CHANGING.sub("~", page)


def body(page: str) -> str:
    return page[page.index("<body") :]


def screens_of(story: Story, plan: Any) -> list[str]:
    return [*SCREENS, *(f"/checks/{row['id']}" for row in plan.briefing["content"]["problems"])]


@pytest.mark.parametrize("role", ["办事", "陪同办事", "观察"])
def test_a_supposed_page_is_that_of_the_begin(story: Story, as_: LogIn, role: str) -> None:
    plan, client = story.plan_of_today(), as_("inspector1")
    before = [client.get(address(plan.visit_id, each, f"begin:{role}")) for each in screens_of(story, plan)]
    assert {page.status_code for page in before} == {200}
    send(client, plan.visit_id, "begin", role, plan=plan.id, briefing="1")
    for each, page in zip(screens_of(story, plan), before, strict=True):
        real = client.get(f"/n/{plan.visit_id}{each}")
        assert plain(body(page.text)) == plain(body(real.text)), each
        assert page.headers["X-Keep-On-Phone"] == real.headers["X-Keep-On-Phone"]


@pytest.mark.parametrize("reason", ["没人", "退回补材料"])
def test_after_a_supposed_reason_one_may_go_on_or_end(story: Story, as_: LogIn, reason: str) -> None:
    plan, client = story.plan_of_today(), as_("inspector1")
    first, second = (
        client.get(address(plan.visit_id, each, f"begin:办事,stuck:{reason}")) for each in ("/after", "/then")
    )
    for kind, choice in (("begin", "办事"), ("stuck", reason)):
        send(client, plan.visit_id, kind, choice, plan=plan.id, briefing="1")
    for each, page in (("/after", first), ("/then", second)):
        assert plain(body(page.text)) == plain(body(client.get(f"/n/{plan.visit_id}{each}").text))
    assert reason in first.text
    assert str(supposed.tap_id(2)) in first.text, "what completes the tap names the one that was supposed"


def test_what_is_supposed_comes_after_what_was_tapped(story: Story, as_: LogIn) -> None:
    plan, client = story.plan_of_today(), as_("inspector1")
    send(client, plan.visit_id, "begin", "观察", plan=plan.id, briefing="1")
    page = client.get(address(plan.visit_id, "/after", "begin:办事,stuck:没人")).text
    assert "没人" in page
    assert "在旁边看" in client.get(address(plan.visit_id, "/all", "begin:办事")).text, "one begins once"
    other = as_("inspector2")
    assert client.get(f"/n/{plan.visit_id}/after").text.count("没有记下“没办成”")
    assert other.get(address(plan.visit_id, "/all", "begin:办事")).status_code == 200


def test_it_leaves_nothing_but_one_reading_of_the_plan(story: Story, as_: LogIn) -> None:
    plan, client = story.plan_of_today(), as_("inspector1")
    tables = ("taps", "visits", "visit_people", "history", "plans", "plan_index")
    before = {name: rows_of(story.app, name) for name in tables}
    for screen in ("", "/handin", "/all"):
        known = len(reads(story, plan.id))
        client.get(address(plan.visit_id, screen, "begin:办事,stage:arrive,skip:ticket"))
        assert len(reads(story, plan.id)) == known + 1, screen
    assert {name: rows_of(story.app, name) for name in tables} == before
    assert state_of(story, plan.visit_id) == ""
    assert client.get(f"/n/{plan.visit_id}").status_code == 404


@pytest.mark.parametrize(
    "username", ["leader1", "origin3", "clerk", "head", "unit", "city", "admin", "clerk2", "unit2"]
)
def test_nobody_supposes_another_s_visit(story: Story, as_: LogIn, username: str) -> None:
    plan, client = story.plan_of_today(), as_(username)
    known = len(reads(story, plan.id))
    for screen in ("", "/all", "/handin"):
        assert client.get(address(plan.visit_id, screen, "begin:办事")).status_code == 404
        assert client.get(address(story.handed_in(), screen, "begin:办事")).status_code == 404
    assert len(reads(story, plan.id)) == known


def test_a_plan_opens_on_its_days_only(story: Story, as_: LogIn) -> None:
    first = clock.today() + timedelta(2)
    plan = save(story, wish_for(story, starts=first, ends=first, early_days=1))
    client = as_("inspector1")
    asked = address(plan.visit_id, "", "begin:办事")
    assert client.get(asked).status_code == 404
    with on(first + timedelta(1)):
        assert as_("inspector1").get(asked).status_code == 404
    with on(first - timedelta(1)):
        early = as_("inspector1").get(asked)
    assert early.status_code == 200
    assert f"{first.month}月{first.day}日" in early.text, "the day on which one goes, not that of the reading"


def test_a_cancelled_plan_and_one_of_others_stay_shut(story: Story, as_: LogIn) -> None:
    going = tuple(story.viewer(name).person_id for name in ("inspector1", "leader1"))
    plan, client = save(story, wish_for(story, people=going)), as_("inspector2")
    assert client.get(address(plan.visit_id, "", "begin:办事")).status_code == 404
    assert as_("inspector1").get(address(plan.visit_id, "", "begin:办事")).status_code == 200


@pytest.mark.parametrize(
    "as_if",
    ["", "begin", "begin:头头", "handin:1", "begin:办事,handin:x", "begin:办事,countersign:yes",
     "begin:办事,answer:yes", "stage:arrive", "begin:办事:x", "begin:办事,stuck:没人:a",
     "begin:办事" + ",stage:arrive" * 20],
)  # fmt: skip
def test_only_what_a_phone_needs_is_supposed(story: Story, as_: LogIn, as_if: str) -> None:
    plan, client = story.plan_of_today(), as_("inspector1")
    assert client.get(address(plan.visit_id, "", as_if)).status_code == 404


def scenario_of(story: Story, whose: str) -> UUID:
    here = sa.select(Scenario.id).where(
        Scenario.county_id == story.viewer(whose).county_id, Scenario.code == "pension-join"
    )
    return story.row(ScenarioVersion, ScenarioVersion.scenario_id.in_(here))


def test_an_unplanned_visit_is_supposed_for_what_it_is(story: Story, as_: LogIn) -> None:
    client, version = as_("inspector1"), scenario_of(story, "clerk")
    pages = {
        each: client.get(address(supposed.PLACEHOLDER, each, f"begin:办事:{version}")) for each in SCREENS
    }
    assert {page.status_code for page in pages.values()} == {200}
    assert f"/n/{supposed.PLACEHOLDER}/taps" in pages["/all"].text
    assert "取号" in pages["/all"].text
    assert client.get(address(supposed.PLACEHOLDER, "", "begin:办事")).status_code == 404
    assert client.get(address(supposed.PLACEHOLDER, "", f"begin:办事:{story.handed_in()}")).status_code == 404
    foreign = scenario_of(story, "clerk2")
    assert client.get(address(supposed.PLACEHOLDER, "", f"begin:办事:{foreign}")).status_code == 404
    assert as_("unit").get(address(supposed.PLACEHOLDER, "", f"begin:办事:{version}")).status_code == 404


def test_a_tap_is_never_supposed(story: Story, as_: LogIn) -> None:
    """The door does not read it: what it shows after a tap is what there is."""
    plan, client = story.plan_of_today(), as_("inspector1")
    answer = client.post(
        f"/n/{plan.visit_id}/taps?as_if={quote('begin:办事')}",
        data={"kind": "note", "press": "00000000-0000-4000-8000-00000000aaaa:", "text": "x"},
    )
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/n/")
    assert state_of(story, plan.visit_id) == ""
