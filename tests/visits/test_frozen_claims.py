"""What a unit says goes into a briefing when the plan is saved; what it says afterwards changes nothing there."""

import re

from fieldapp.problems.models import Measure, Problem
from tests.story import Story
from tests.visits.test_plans import save, wish_for
from tests.visits.visiting import LogIn


def briefing(as_: LogIn, plan_id: str) -> str:
    """The page without what differs from one load to the next."""
    return re.sub(r'data-now="\d+"|[0-9a-f-]{36}', "", as_("inspector1").get(f"/n/p/{plan_id}").text)


def test_a_later_measure_or_report_changes_no_briefing(story: Story, as_: LogIn) -> None:
    plan, unit = story.plan_of_today(), as_("unit")
    before = briefing(as_, plan.id)
    assert "办事指南上墙" in before
    problem = story.row(Problem, Problem.number == "示例-02")
    first = story.row(Measure, Measure.problem_id == problem, Measure.place == 0)
    assert unit.post(f"/problems/{problem}/measures", data={"text": "设导办台"}).status_code == 303
    assert unit.post(f"/measures/{first}", data={"progress": "贴了", "done": "y"}).status_code == 303
    assert briefing(as_, plan.id) == before
    claimed = [row["text"] for row in save(story, wish_for(story)).briefing["content"]["measures"]]
    assert claimed == [
        "办事指南上墙",
        "设一次性告知单",
        "窗口实行 AB 岗",
        "设导办台",
    ]  # the next plan knows it
