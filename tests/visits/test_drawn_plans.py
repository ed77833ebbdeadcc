"""A plan that names a draw goes where and when the draw said, and the draw can be repeated after the hand-in."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from fieldapp import clock
from fieldapp.db import acting, apart, db
from fieldapp.demo.visit import Phone
from fieldapp.organisations.models import Counter
from fieldapp.visits import draw, kinds, plans, projecting, taps
from fieldapp.visits.models import Visit
from fieldapp.web.ui import dated_text
from tests.pages import changed, fields_of
from tests.story import Story

PEOPLE = ("inspector1", "inspector2")


def make_draw(clerk: FlaskClient) -> str:
    """Draw between both counters over two days from tomorrow; gives the address of the new plan."""
    page = fields_of(clerk.get("/draws").text, "/draws")
    counters = re.findall(r'name="counters" value="([0-9a-f-]{36})"', clerk.get("/draws").text)
    first = clock.today() + timedelta(1)
    span = {"starts": first.isoformat(), "ends": (first + timedelta(1)).isoformat(), "rest_days": "y"}
    answer = clerk.post("/draws", data=changed(page, counters=counters, **span), follow_redirects=True)
    found = re.search(r'href="(/plans/new[^"]*)"', answer.text)
    assert found is not None
    return found[1].replace("&amp;", "&")


def save(clerk: FlaskClient, story: Story, address: str, **more: Any) -> Any:
    page = clerk.get(address).text
    team = re.search(r'name="team_id" value="([0-9a-f-]{36})"', page)
    problem = re.search(r'name="problem_ids" value="([0-9a-f-]{36})"', page)
    scenario = re.search(r'<optgroup[^>]*><option value="([0-9a-f-]{36})"', page)
    assert team is not None
    assert scenario is not None
    assert problem is not None
    chosen = {
        "team_id": team[1],
        "scenario_version_id": scenario[1],
        "problem_ids": problem[1],
        "people": [str(story.viewer(name).person_id) for name in PEOPLE],
        "approval": "回访方案〔2026〕7 号",
    }
    return clerk.post(address, data=changed(fields_of(page, address), **{**chosen, **more}))


@pytest.fixture
def drawn(story: Story, as_: Any) -> tuple[FlaskClient, str]:
    clerk = as_("clerk")
    address = make_draw(clerk)
    return clerk, save(clerk, story, address).headers["Location"]


def test_only_the_drawn_counter_can_be_chosen(story: Story, as_: Any) -> None:
    clerk = as_("clerk")
    address = make_draw(clerk)
    page = clerk.get(address).text
    offered = re.findall(r'type="hidden" name="counter_id" value="([0-9a-f-]{36})"', page)
    assert len(offered) == 1
    assert 'id="counter_id"' not in page  # as text, nothing to choose
    other = story.row(Counter, Counter.id.not_in([UUID(each) for each in offered]))
    assert save(clerk, story, address, counter_id=str(other)).status_code == 422


def test_the_address_cannot_move_the_day(story: Story, as_: Any) -> None:
    clerk = as_("clerk")
    address = make_draw(clerk)
    day = re.search(r"starts=([0-9-]{10})", address)
    assert day is not None
    moved = address.replace(f"starts={day[1]}", "starts=2030-01-01").replace(
        f"ends={day[1]}", "ends=2030-01-02"
    )
    plan = clerk.get(save(clerk, story, moved).headers["Location"]).text
    assert "2030年" not in plan


def test_an_unknown_draw_and_another_persons_are_not_found(as_: Any) -> None:
    address = make_draw(as_("clerk"))
    assert as_("head").get(address).status_code == 404
    assert as_("clerk").get(re.sub(r"draw=.*", "draw=1", address)).status_code == 404


def draw_with(clerk: FlaskClient, first: date, last: date, **more: str) -> Any:
    """Draw out of every counter and these days."""
    page = clerk.get("/draws").text
    counters = re.findall(r'name="counters" value="([0-9a-f-]{36})"', page)
    span = {"starts": first.isoformat(), "ends": last.isoformat()}
    sent = changed(fields_of(page, "/draws"), counters=counters, **span, **more)
    return clerk.post("/draws", data=sent, follow_redirects=True)


SATURDAY = date(2026, 11, 28)


def test_only_working_days_are_drawn_unless_rest_days_are_meant(as_: Any) -> None:
    clerk = as_("clerk")
    weekend = draw_with(clerk, SATURDAY, SATURDAY + timedelta(1))
    assert weekend.status_code == 422
    assert "这几天都是休息日" in weekend.text
    for _ in range(3):  # Friday to Monday: two of the four days
        drawn = draw_with(clerk, SATURDAY - timedelta(1), SATURDAY + timedelta(2)).text
        assert "从 4 个里抽的" in drawn
        assert not re.search("11月2[89]日", drawn)
    meant = draw_with(clerk, SATURDAY, SATURDAY, rest_days="y").text
    assert "抽到 甘棠镇·便民服务中心·" in meant
    assert f"，{dated_text(SATURDAY)}</h1>" in meant
    assert "是休息日</span>，去以前看好开不开门：周一到周五 9:00–17:00。" in meant


def test_the_countys_own_days_count_and_an_unpublished_year_is_said_to_be_an_estimate(
    story: Story, as_: Any
) -> None:
    head, clerk = as_("head"), as_("clerk")
    days = changed(fields_of(head.get("/rules").text, "/rules/days"), reason="县里今年的通知")
    head.post("/rules/days", data={**days, "lines": ["2026-11-28 上班 补班\n2026-11-27 休息 县庆"]})
    assert "11月28日 周六" in draw_with(clerk, SATURDAY - timedelta(1), SATURDAY).text
    assert "（估算）" in draw_with(clerk, date(2028, 5, 8), date(2028, 5, 8)).text


def test_a_draw_is_told_in_words_without_ids_but_for_whoever_repeats_it(as_: Any) -> None:
    page = draw_with(as_("clerk"), SATURDAY, SATURDAY + timedelta(1), rest_days="y").text
    told, exact = page.split("<main")[1].split("想自己重算一遍的")
    shown = re.sub(r"<[^>]*>", "", told)
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}|20\d\d-\d\d", shown)
    places = re.findall(
        r"(甘棠镇·便民服务中心·\S+窗口)\s*<br><span[^>]*>(.*?)</span>", told.split("<details")[1]
    )
    assert [name for name, _ in places] == sorted(name for name, _ in places)
    assert [re.findall(r"(\d+月\d+日 周.)", days) for _, days in places] == [
        ["11月28日 周六", "11月29日 周日"]
    ] * 2
    assert len(re.findall(r"[0-9a-f-]{36}\|2026-11-2[89]", exact)) == 4


def test_hours_stand_beside_the_counters_to_draw_from(as_: Any) -> None:
    assert re.search(
        r"综合窗口 <span class=\"muted small\">周一到周五 9:00–17:00<", as_("clerk").get("/draws").text
    )


def seed_of(page: str) -> str | None:
    found = re.search(r"公布）<br><span class=\"mono\">([0-9a-f]{64})<", page)
    return found[1] if found else None


def hand_in(story: Story, plan_id: str) -> None:
    with story.app.app_context():
        with apart() as session:
            plan = plans.at_begin(UUID(plan_id), session)
        assert plan is not None
        visit, at = UUID(plan.visit_id), clock.now()
        phones = [Phone(story.viewer(name), story.viewer(name).person_id, visit, name) for name in PEOPLE]
        for phone in phones:
            phone.tap(at, "begin", {"plan": plan.id, "briefing": 1, "role": "办事"})
        for n, phone in enumerate(phones, start=1):  # the first to hand in signs the whole
            with acting(phone.viewer, writes=False):
                own = taps.own_taps(visit, phone.person, phone.device, db.session())
            phone.tap(at + n * 1000, "handin", kinds.manifest(own))
        with apart() as session:
            seal = projecting.record_of(session.get_one(Visit, visit), session).seal
        phones[0].tap(at + 5000, "countersign", {"record": seal, "agrees": True})


def test_the_seed_opens_at_the_hand_in_and_repeats_the_draw(
    drawn: tuple[FlaskClient, str], story: Story
) -> None:
    clerk, address = drawn
    before = clerk.get(address).text
    fingerprint = re.search(r"先公布的指纹<br><span class=\"mono\">([0-9a-f]{64})<", before)
    assert fingerprint is not None
    assert seed_of(before) is None

    hand_in(story, address.split("/")[2].split("?")[0])
    after = clerk.get(address).text
    seed = seed_of(after)
    assert seed is not None
    assert draw.fingerprint(bytes.fromhex(seed)) == fingerprint[1]
    candidates = re.findall(r"<span class=\"mono muted\">([^<]+)<", after)
    assert len(candidates) == 4
    result = draw.drawn(bytes.fromhex(seed), candidates)
    strong = re.search(r"<li class=\"strong\">.*?mono muted\">([^<]+)<", after, re.S)
    assert strong is not None
    assert strong[1] == result
