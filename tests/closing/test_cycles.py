"""A new cycle begins when the unit is told to go on: what was seen, verified or written before counts no more."""

from typing import Any

import pytest

from fieldapp import clock
from fieldapp.closing import actions
from fieldapp.errors import RuleBroken
from tests.closing import steps
from tests.closing.pages import address, fill, in_june, opines
from tests.closing.steps import STORY, approves, asks, checks, does, problem_id, publishes, signs
from tests.story import Story

STILL = "告知单又没有了，补上并固定在窗口"
EVENING = clock.at(2018, 6, 20, 18)


def minutes(n: int) -> int:
    return EVENING + n * 60_000


def test_on_the_very_day_the_visit_of_the_cycle_that_ended_counts_no_more(story: Story) -> None:
    asks(story)
    checks(story, EVENING)
    approves(story, at=EVENING)
    signs(story, "head", "office", at=EVENING)
    signs(story, "origin3", "origin_team", at=EVENING)
    publishes(story, at=minutes(1))
    where = problem_id(story)
    said = (STILL, "5 个工作日", "群众当天来电反映，窗口又没有了")
    does(story, "head", lambda by: actions.order_reopening(where, *said, by=by, at=minutes(2)), minutes(2))
    publishes(story, at=minutes(3))
    asks(story, at=minutes(4))
    with pytest.raises(RuleBroken, match="还没有人去核过"):
        approves(story, at=minutes(5))


def turned_down(story: Story, number: str, at: int) -> None:
    where = problem_id(story, number)
    does(story, "clerk", lambda by: actions.turn_down(where, STILL, "10 个工作日", by=by, at=at), at)
    publishes(story, at=at)


def test_a_letter_that_came_before_is_no_answer(story: Story) -> None:
    asks(story)
    turned_down(story, STORY, steps.CHECKED)
    with pytest.raises(RuleBroken, match="早于告诉单位继续整改那天（2018-06-21）"):
        asks(
            story, "clerk", at=clock.at(2018, 6, 28, 9), day=clock.day_of(EVENING), letter="甘发〔2018〕31号"
        )
    asks(
        story,
        "clerk",
        at=clock.at(2018, 6, 28, 9),
        day=clock.day_of(steps.CHECKED),
        letter="甘发〔2018〕31号",
    )


def test_papers_looked_through_before_count_no_more(story: Story) -> None:
    number, where = "示例-04", problem_id(story, "示例-04")
    steps.receives(story, number)
    day = 24 * 3600 * 1000
    now = clock.now()
    asks(story, number=number, at=now)
    turned_down(story, number, now)
    later = now + 3 * day
    asks(story, number=number, at=later)

    def verifies(by: Any, at: int) -> None:
        said = actions.Record(clock.day_of(at), looked=12, good=12, text="查 12 份公示", fixed=True)
        actions.verify(where, said, by=by, at=later)

    with pytest.raises(RuleBroken, match="早于这一轮整改"):
        does(story, "clerk", lambda by: verifies(by, now - day), later)
    does(story, "clerk", lambda by: verifies(by, later), later)


def test_a_named_signer_reads_as_long_as_he_is_one(story: Story, as_: Any) -> None:
    """Though he may sign other things still, as an inspector may: rows follow from the head's word of today."""
    steps.to_signing(story)
    head, reader, here = as_("head"), as_("leader1"), f"{address(story)}/record"
    assert reader.get(here).status_code == 404
    said = steps.naming(story, "office", "leader1")
    fill(head, "/signers", "/signers", **said)
    with in_june():
        assert reader.get(here).status_code == 200
    assert as_("leader1").get(here).status_code == 404, "his days are over"
    fill(head, "/signers", "/signers", **{**said, "ends": "2018-06-01"})
    with in_june():
        assert as_("leader1").get(here).status_code == 404, "taken back"


def test_named_for_one_team_he_reads_what_that_team_found(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    fill(as_("head"), "/signers", "/signers", **steps.naming(story, "origin_team", "leader1"))
    with in_june():
        assert as_("leader1").get(f"{address(story)}/record").status_code == 200


@pytest.mark.parametrize(
    "said",
    ["6月20日去看时告知单只放在抽屉里", "第一巡察组看到告知单只放在抽屉里", "暗访看到告知单只放在抽屉里"],
)
def test_what_is_still_to_be_done_keeps_quiet_of_the_visit(story: Story, as_: Any, said: str) -> None:
    asks(story)
    where = problem_id(story)
    for step in ("turn_down", "order_reopening"):
        more = ("10 个工作日",) if step == "turn_down" else ("10 个工作日", "群众当天来电反映，窗口又没有了")
        with pytest.raises(RuleBroken, match="单位不该知道"):
            does(
                story,
                "head",
                lambda by, step=step, more=more: getattr(actions, step)(
                    where, said, *more, by=by, at=steps.CHECKED
                ),
            )
    page = opines(story, as_("head"), "turn_down", reason=said, limit_text="10 个工作日", shown="x")
    assert page.status_code == 422
    assert said in page.text
