"""The form of a plan: what it does not choose for one, what follows from people, and what it asks twice."""

import re
from datetime import date
from typing import Any

import sqlalchemy as sa

from fieldapp import clock
from fieldapp.db import apart
from fieldapp.organisations.models import Team, Unit
from fieldapp.problems.models import Problem
from fieldapp.visits.models import Plan, PlanRead
from fieldapp.web.ui import dated_text
from tests.pages import changed, fields_of
from tests.story import Story

PEOPLE = ("inspector1", "inspector2")


def form_at(story: Story, first: date, last: date | None = None) -> str:
    unit = story.row(Unit, Unit.name == "甘棠镇")
    return f"/plans/new?unit={unit}&starts={first}&ends={last or first}"


def filled(story: Story, page: str, address: str, **more: Any) -> dict[str, Any]:
    """All that is needed, but for the team: two of its people say it."""
    found = {
        "counter_id": re.search(r'<option value="([0-9a-f-]{36})">便民服务中心·综合窗口', page),
        "scenario_version_id": re.search(r'<optgroup[^>]*><option value="([0-9a-f-]{36})"', page),
        "problem_ids": re.search(r'name="problem_ids" value="([0-9a-f-]{36})"', page),
    }
    chosen: dict[str, Any] = {name: match[1] for name, match in found.items() if match}
    chosen["people"] = [str(story.viewer(name).person_id) for name in PEOPLE]
    chosen["approval"] = "回访方案〔2026〕9 号"
    return changed(fields_of(page, address), **{**chosen, **more})


def save(story: Story, client: Any, day: date, **more: Any) -> Any:
    address = form_at(story, day)
    return client.post(address, data=filled(story, client.get(address).text, address, **more))


def test_nothing_is_chosen_beforehand_and_each_is_asked_for(story: Story, as_: Any) -> None:
    clerk, address = as_("clerk"), form_at(story, clock.today())
    where = changed(fields_of(clerk.get("/plans/where").text, "/plans/where"))
    assert where["unit_id"] == [""]
    assert "选一个单位" in clerk.post("/plans/where", data=where).text
    page = clerk.get(address).text
    empty = changed(fields_of(page, address))
    assert (empty["counter_id"], empty["scenario_version_id"]) == ([""], [""])
    assert "批准的回访方案（必填）" in page
    told = clerk.post(address, data=empty).text
    for sentence in ("选一个窗口", "选一个事项", "写上方案的文号", "至少选一个问题", "至少选两个人"):
        assert sentence in told, sentence


def test_scenarios_stand_under_their_system(story: Story, as_: Any) -> None:
    page = as_("clerk").get(form_at(story, clock.today())).text
    on_the_spot = as_("inspector1").get("/n/new").text
    found = r'<optgroup label="([^"]+)">(.*?)</optgroup>'
    groups = re.findall(found, page)
    assert [name for name, _ in groups] == re.findall(r'<optgroup label="([^"]+)">', on_the_spot)
    assert len(groups) == len(dict(groups)) == 5
    assert "养老保险参保登记" in dict(groups)["社会保障和就业"]
    assert sum(text.count("<option") for _, text in groups) == 25


def test_two_people_of_one_team_say_the_team(story: Story, as_: Any) -> None:
    clerk = as_("clerk")
    saved = save(story, clerk, clock.today())
    assert saved.status_code == 303
    assert "第一巡察组" in clerk.get(saved.location).text


def test_people_of_two_teams_say_none(story: Story, as_: Any) -> None:
    people = [str(story.viewer(name).person_id) for name in ("inspector1", "origin3")]
    answer = save(story, as_("head"), clock.today(), people=people)
    assert answer.status_code == 422
    assert "选一个组，派的人都要是这个组的" in answer.text


def test_the_finders_people_do_not_say_their_team_to_a_clerk(story: Story, as_: Any) -> None:
    third = story.row(Team, Team.name == "第三巡察组")
    answer = save(story, as_("clerk"), clock.today(), team_id=str(third))
    assert answer.status_code == 422
    assert "只有主任写明理由才能派" in answer.text


def doubles(story: Story) -> tuple[int, int]:
    """How many plans there are, and readings of them."""
    with story.app.app_context(), apart() as session:
        counts = (sa.select(sa.func.count()).select_from(model) for model in (Plan, PlanRead))
        plans, reads = (session.scalar(each) or 0 for each in counts)
        return plans, reads


def test_the_same_counter_and_day_twice_is_told_and_must_be_meant(story: Story, as_: Any) -> None:
    clerk = as_("clerk")
    assert save(story, clerk, clock.today()).status_code == 303
    before = doubles(story)
    assert "至少选两个人" in save(story, clerk, clock.today(), people=[]).text
    assert doubles(story) == before  # the first was not shown, so nobody read it
    told = save(story, clerk, clock.today())
    assert told.status_code == 422
    assert f"同一天同一窗口已有一次安排：{dated_text(clock.today())}，回访员乙、回访员甲" in told.text
    assert 'id="again"' in told.text
    plans, reads = doubles(story)
    assert plans == before[0]
    assert reads == before[1] + 1  # whoever was shown it stays on record, though nothing was saved
    assert save(story, clerk, clock.today(), again="y").status_code == 303


def test_another_days_plan_and_a_cancelled_one_are_no_double(story: Story, as_: Any) -> None:
    clerk = as_("clerk")
    first = save(story, clerk, clock.today()).location.split("?")[0]
    assert clerk.post(f"{first}/cancellation").status_code == 303
    again = save(story, clerk, clock.today()).location.split("?")[0]
    page = clerk.get(f"{again}/edit").text
    assert clerk.post(f"{again}/edit", data=changed(fields_of(page, f"{again}/edit"))).status_code == 303


def test_who_may_not_know_the_other_plan_is_told_nothing(story: Story, as_: Any) -> None:
    assert save(story, as_("clerk"), clock.today()).status_code == 303
    assert save(story, as_("head"), clock.today()).status_code == 303  # the head is on no list of the first


def test_a_rest_day_is_said_on_the_form_and_on_the_plan_and_not_refused(story: Story, as_: Any) -> None:
    clerk, head = as_("clerk"), as_("head")
    days = changed(fields_of(head.get("/rules").text, "/rules/days"), reason="县里今年的通知")
    lines = f"{clock.today()} 休息 县庆"
    assert head.post("/rules/days", data={**days, "lines": [lines]}).status_code == 303
    told = (
        f"{dated_text(clock.today())}是休息日</span>，去以前看好开不开门：便民服务中心 周一到周五 9:00–17:00"
    )
    assert told in clerk.get(form_at(story, clock.today())).text.replace("  ", " ")
    saved = save(story, clerk, clock.today())
    plan = clerk.get(saved.location).text
    assert f"{dated_text(clock.today())}是休息日" in plan
    assert "<dt>开门时间</dt><dd>周一到周五 9:00–17:00</dd>" in plan


def test_a_problem_leads_those_who_may_see_them_to_the_visits_that_judged_it(story: Story, as_: Any) -> None:
    judged, other = (story.row(Problem, Problem.number == n) for n in ("甘棠-07", "示例-02"))
    visit = f"/visits/{story.handed_in()}"
    for name, is_told in (
        ("clerk", True),
        ("head", True),
        ("origin3", False),
        ("leadership", False),
        ("unit", False),
    ):
        text = as_(name).get(f"/problems/{judged}").text
        assert (visit in text) is is_told, name
        assert ("核过这个问题的记录" in text) is is_told, name
    clerk = as_("clerk")
    assert visit not in clerk.get(f"/problems/{other}").text
    assert visit in clerk.get(f"/visits?problem={judged}").text
    assert "只看核过 甘棠-07 的" in clerk.get(f"/visits?problem={judged}").text
    assert visit not in clerk.get(f"/visits?problem={other}").text
    assert visit in clerk.get("/visits?problem=x").text
