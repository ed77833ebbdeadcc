"""What is put right at the base: names, hours, people; and places that go out of use."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from fieldapp import clock
from fieldapp.access.models import Account
from fieldapp.db import apart
from fieldapp.errors import RuleBroken
from fieldapp.organisations.models import Counter, Person, ServicePoint, Unit
from fieldapp.visits.models import Visit
from tests.pages import changed, fields_of
from tests.story import Story
from tests.visits.test_plans import save, wish_for
from tests.visits.visiting import send, state_of


@pytest.fixture
def town(story: Story) -> str:
    return f"/units/{story.row(Unit, Unit.name == '甘棠镇')}"


@pytest.fixture
def point(story: Story) -> str:
    return f"/points/{story.row(ServicePoint, ServicePoint.name == '便民服务中心')}"


@pytest.fixture
def counter(story: Story) -> str:
    return f"/counters/{story.row(Counter, Counter.name == '综合窗口')}"


def test_a_point_is_put_right_and_its_hours_are_said_the_same_way(as_: Any, town: str, point: str) -> None:
    clerk = as_("clerk")
    assert point in clerk.get(town).text
    shown = fields_of(clerk.get(point).text, point)
    assert ("hours", "周一到周五 9:00–17:00") in shown
    sent = changed(shown, name="便民中心", address="正街 1 号", hours="9-12点 14-17点；周六9-12点")
    assert clerk.post(point, data=sent).status_code == 303
    text = clerk.get(town).text
    for words in ("便民中心", "正街 1 号", "周一到周五 9:00–12:00、14:00–17:00；周六 9:00–12:00"):
        assert words in text
    assert (
        clerk.post(point, data=changed(fields_of(clerk.get(point).text, point), hours="")).status_code == 303
    )
    assert "9:00" not in clerk.get(town).text  # unknown is unknown


def test_hours_that_cannot_be_read_are_asked_back_beside_their_field(as_: Any, town: str, point: str) -> None:
    clerk = as_("clerk")
    for address, field in ((point, "hours"), (f"{town}/points", "point-hours")):
        answer = clerk.post(address, data={"name": "新站", "hours": "9-5点", "version": "1"})
        assert answer.status_code == 422
        assert f'id="{field}-error"' in answer.text
        assert 'value="9-5点"' in answer.text
    assert "新站" not in clerk.get(town).text


def test_words_of_before_that_are_no_times_stay_until_somebody_writes_times(
    story: Story, as_: Any, town: str, point: str
) -> None:
    with story.app.app_context(), apart(writes=True) as session:
        session.execute(sa.update(ServicePoint).values(opening=[], hours_said="赶场天"))
    clerk = as_("clerk")
    assert "赶场天" in clerk.get(town).text
    shown = fields_of(clerk.get(point).text, point)
    assert clerk.post(point, data=changed(shown, name="便民中心")).status_code == 422  # asked, not carried on
    assert clerk.post(point, data=changed(shown, hours="9-17点")).status_code == 303
    assert "赶场天" not in clerk.get(town).text


@pytest.mark.parametrize("place", ["point", "counter", "person", "closure"])
def test_two_who_put_the_same_right_see_both(story: Story, as_: Any, request: Any, place: str) -> None:
    person = f"/people/{story.row(Person, Person.name == '回访员甲')}"
    page = (
        person if place == "person" else request.getfixturevalue("counter" if place == "counter" else "point")
    )
    action = f"{page}/closure" if place == "closure" else page
    clerk, head = as_("clerk"), as_("head")
    mine, theirs = (fields_of(each.get(page).text, action) for each in (clerk, head))
    field, first, second = (
        ("closed_on", "2026-03-01", "2026-04-01") if place == "closure" else ("name", "主任写的", "经办写的")
    )
    assert head.post(action, data=changed(theirs, **{field: first})).status_code == 303
    answer = clerk.post(action, data=changed(mine, **{field: second}))
    assert answer.status_code == 409
    assert first in answer.text
    assert second in answer.text
    assert second not in clerk.get(page).text


def test_names_stay_unique_where_one_chooses_by_them(as_: Any, town: str, point: str, counter: str) -> None:
    clerk = as_("clerk")
    assert "已经有这个服务点" in clerk.post(f"{town}/points", data={"name": "便民服务中心"}).text
    assert "已经有这个窗口" in clerk.post(f"{point}/counters", data={"name": "综合窗口"}).text
    shown = fields_of(clerk.get(counter).text, counter)
    taken = clerk.post(counter, data=changed(shown, name="社会保障窗口"))
    assert taken.status_code == 422
    assert "已经有这个窗口" in taken.text
    assert clerk.post(counter, data=changed(shown, name=" 综合窗口 ")).status_code == 303


def close(client: Any, page: str, day: Any) -> Any:
    shown = fields_of(client.get(page).text, f"{page}/closure")
    return client.post(f"{page}/closure", data=changed(shown, closed_on=day.isoformat()))


def reopen(client: Any, page: str) -> Any:
    again = f"{page}/reopening"
    return client.post(again, data=changed(fields_of(client.get(page).text, again)))


@pytest.mark.parametrize("place", ["counter", "point"])
def test_what_is_out_of_use_is_no_more_offered_and_can_come_back(
    story: Story, as_: Any, request: Any, town: str, place: str
) -> None:
    clerk, page, today = as_("clerk"), request.getfixturevalue(place), clock.today()
    offers = (
        f"/plans/new?unit={town.rsplit('/', 1)[1]}&starts={today}&ends={today}", "/draws", "/n/new",
    )  # fmt: skip

    def offered() -> list[bool]:
        clients = (clerk, clerk, as_("inspector1"))
        return [
            "综合窗口" in client.get(address).text for client, address in zip(clients, offers, strict=True)
        ]

    assert offered() == [True] * 3
    assert close(clerk, page, today + timedelta(40)).status_code == 303
    assert "起停用" in clerk.get(town).text
    assert offered() == [True] * 3  # not yet
    assert reopen(clerk, page).status_code == 303
    assert "起停用" not in clerk.get(town).text
    assert close(clerk, page, today).status_code == 303
    assert offered() == [False] * 3
    with pytest.raises(RuleBroken, match="已经停用"):
        save(story, wish_for(story))
    assert reopen(clerk, page).status_code == 303
    assert offered() == [True] * 3


def test_an_old_visit_keeps_its_place_and_a_tap_is_never_refused_for_it(story: Story, as_: Any) -> None:
    clerk, plan = as_("clerk"), story.plan_of_today()
    with story.app.app_context(), apart() as session:
        counter = session.get_one(Visit, story.handed_in()).counter_id
    assert close(clerk, f"/counters/{counter}", clock.today()).status_code == 303
    assert "社会保障窗口" in clerk.get(f"/visits/{story.handed_in()}").text
    begun = send(as_("inspector1"), plan.visit_id, "begin", "办事", plan=plan.id, briefing="1")
    assert begun.headers["Outbox-Ack"]
    assert state_of(story, plan.visit_id) == "under_way"


def test_a_person_is_put_right_and_the_page_says_teams_and_roles(story: Story, as_: Any) -> None:
    clerk = as_("clerk")
    text = clerk.get("/people").text
    for words in ("组长·第一巡察组", "回访人员·第一巡察组", "巡察办主任", "单位联络员·甘棠镇"):
        assert words in text
    page = f"/people/{story.viewer('leader1').person_id}"
    assert f'href="{page}"' in text
    shown = clerk.get(page).text
    assert all(words in shown for words in ("第一巡察组·组长", "示例轮", "第七轮巡察", "已结束"))
    assert (
        clerk.post(page, data=changed(fields_of(shown, page), name="改过的名字", home="某局")).status_code
        == 303
    )
    assert "改过的名字（某局）" in clerk.get("/people").text


def test_an_unconfirmed_head_is_none_yet(story: Story, as_: Any) -> None:
    account = story.row(Account, Account.username == "inspector1")
    day = clock.today().isoformat()
    sent = {"role": "head", "unit_id": "", "starts": day, "ends": day}
    assert as_("admin").post(f"/accounts/{account}", data=sent).status_code == 303
    page = f"/people/{story.row(Person, Person.name == '回访员甲')}"
    assert "巡察办主任" not in as_("clerk").get(page).text


def test_the_administrator_puts_a_name_right_and_reads_no_recusal(story: Story, as_: Any) -> None:
    person = story.row(Person, Person.name == "回访员甲")
    unit = story.row(Unit, Unit.name == "甘棠镇")
    as_("clerk").post("/recusals", data={"person": str(person), "unit": str(unit), "reason": "在那里任过职"})
    admin, page = as_("admin"), f"/people/{person}"
    shown = admin.get(page).text
    assert "在那里任过职" not in shown
    assert "/accounts" in shown
    assert admin.post(page, data=changed(fields_of(shown, page), name="回访员丁")).status_code == 303
    assert "在那里任过职" in as_("clerk").get(page).text


@pytest.mark.parametrize("username", ["inspector1", "leader1", "leadership", "unit", "city", "clerk2"])
def test_nobody_else_puts_anything_right(
    story: Story, as_: Any, point: str, counter: str, username: str
) -> None:
    client, person = as_(username), f"/people/{story.row(Person, Person.name == '回访员甲')}"
    for page in (point, counter, person):
        assert client.get(page).status_code == 404
        assert client.post(page, data={"name": "x", "version": "1"}).status_code == 404
    for page in (point, counter):
        sent = {"closed_on": "2026-03-01", "version": "1"}
        assert client.post(f"{page}/closure", data=sent).status_code == 404
        assert client.post(f"{page}/reopening", data=sent).status_code == 404


@pytest.mark.parametrize("username", ["clerk", "admin"])
def test_each_page_leads_back_to_its_list(
    story: Story, as_: Any, town: str, point: str, username: str
) -> None:
    client = as_(username)
    for page, back in ((town, "/units"), (point, town)):
        assert f'href="{back}"' in client.get(page).text.split('aria-label="返回"')[1].split("</nav>")[0]


def test_ids_of_nothing_are_nothing(as_: Any) -> None:
    clerk, nothing = as_("clerk"), UUID("00000000-0000-4000-8000-000000000000")
    for page in ("points", "counters", "people"):
        assert clerk.get(f"/{page}/{nothing}").status_code == 404
