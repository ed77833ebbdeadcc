"""Checked or sent back: what is missing is read on the phones, added, countersigned, and handed in anew."""

import re
from typing import Any
from uuid import UUID

import pytest

from fieldapp.db import apart
from fieldapp.visits.models import Visit
from fieldapp.visits.projecting import record_of
from tests.story import Story
from tests.visits.visiting import countersign, hand_in, send, state_of, steps_of

MISSING = "窗口上贴没贴告知单，照片上看不清"


def sent_back(story: Story, as_: Any, by: str = "leader1") -> str:
    visit = str(story.handed_in())
    answer = as_(by).post(f"/visits/{visit}/returns", data={"missing": MISSING})
    assert answer.status_code == 303
    return visit


def seal_of(story: Story, visit: str) -> str:
    with story.app.app_context(), apart() as session:
        (found,) = (row for row in session.query(Visit) if str(row.id) == visit)
        return found.seal


def seal_now(story: Story, visit: str) -> str:
    """Of the record as its log stands, not as it was handed in."""
    with story.app.app_context(), apart() as session:
        return record_of(session.get_one(Visit, UUID(visit)), session).seal


def test_the_leader_checks_what_was_shown(story: Story, as_: Any) -> None:
    visit, leader = str(story.handed_in()), as_("leader1")
    assert "核过以后，办公室才能审" in leader.get(f"/visits/{visit}").text
    stale = leader.post(f"/visits/{visit}/check", data={"seal": "0" * 64})
    assert stale.status_code == 422
    assert "记录在你看的时候变了" in stale.text
    assert leader.post(f"/visits/{visit}/check", data={"seal": seal_of(story, visit)}).status_code == 303
    assert state_of(story, visit) == "checked"
    again = leader.post(f"/visits/{visit}/check", data={"seal": seal_of(story, visit)})
    assert again.status_code == 422


@pytest.mark.parametrize(
    "username", ["inspector1", "origin3", "clerk", "head", "leadership", "unit", "clerk2"]
)
def test_nobody_else_checks(story: Story, as_: Any, username: str) -> None:
    visit = str(story.handed_in())
    answer = as_(username).post(f"/visits/{visit}/check", data={"seal": seal_of(story, visit)})
    assert answer.status_code in (404, 422)
    assert state_of(story, visit) == "handed_in"
    assert f"/visits/{visit}/check" not in as_(username).get(f"/visits/{visit}").text


@pytest.mark.parametrize("by", ["leader1", "clerk"])
def test_sent_back_it_is_added_countersigned_and_handed_in_anew(story: Story, as_: Any, by: str) -> None:
    visit = sent_back(story, as_, by)
    old, first, second = seal_of(story, visit), as_("inspector1"), as_("inspector2")
    for phone in (first, second):
        today = phone.get("/n/").text
        assert "有要补的" in today
        assert MISSING not in today, "who stands beside reads the first page"
        page = phone.get(f"/n/{visit}/handin").text
        assert MISSING in page
        assert "交齐了，记录已经封好" not in page
    send(first, visit, "note", text="第二天又去拍不合适，窗口背后的墙上贴着，照片 3 左上角")
    assert state_of(story, visit) == "sent_back"
    hand_in(first, visit)
    assert MISSING in second.get(f"/n/{visit}/handin").text, "whoever signs reads what was asked for"
    countersign(second, visit)
    assert state_of(story, visit) == "handed_in"
    assert seal_of(story, visit) != old
    assert steps_of(story, visit)[-2:] == ["send_back", "hand_in"]
    assert MISSING not in first.get(f"/n/{visit}/handin").text
    assert MISSING in as_("leader1").get(f"/visits/{visit}").text, (
        "who checks it anew reads what was asked for"
    )
    assert as_("leader1").post(f"/visits/{visit}/check").status_code == 303


def test_sent_back_a_judgement_is_given_and_changed_and_the_first_stays(story: Story, as_: Any) -> None:
    visit = sent_back(story, as_)
    first, second = as_("inspector1"), as_("inspector2")
    assert f'href="/n/{visit}/checks"' in first.get(f"/n/{visit}/handin").text
    page = first.get(f"/n/{visit}/checks")
    assert "只看不改" not in page.text
    problem = re.search(rf"/n/{visit}/checks/([0-9a-f-]+)", page.text)
    assert problem
    assert "保存" in first.get(f"/n/{visit}/checks/{problem[1]}").text
    send(first, visit, "conclude", conclusion="部分整改", problem=problem[1], text="抽屉里没有告知单")
    assert state_of(story, visit) == "sent_back"
    send(first, visit, "countersign", agrees="yes", record=seal_now(story, visit))
    assert state_of(story, visit) == "sent_back", "the colleague has not read the new conclusion"
    hand_in(first, visit)
    assert "说法不一致" in second.get(f"/n/{visit}/merged").text
    send(second, visit, "conclude", conclusion="部分整改", problem=problem[1])
    hand_in(second, visit)
    countersign(first, visit)
    assert state_of(story, visit) == "handed_in"
    record = as_("leader1").get(f"/visits/{visit}").text
    assert "退回以后改判" in record
    assert "退回以后补的" in record
    assert "只看不改" in first.get(f"/n/{visit}/checks").text


def test_nothing_is_handed_in_anew_that_did_not_change(story: Story, as_: Any) -> None:
    visit = sent_back(story, as_)
    first, second = as_("inspector1"), as_("inspector2")
    send(second, visit, "countersign", agrees="yes", record=seal_of(story, visit))
    assert state_of(story, visit) == "sent_back"
    assert "有要补的" in first.get("/n/").text


def test_a_tap_that_comes_late_after_the_check_is_countersigned_and_checked_again(
    story: Story, as_: Any
) -> None:
    visit, leader = str(story.handed_in()), as_("leader1")
    first, second = as_("inspector1"), as_("inspector2")
    assert leader.post(f"/visits/{visit}/check").status_code == 303
    send(first, visit, "note", text="补一句：叫号屏坏过一次")
    assert state_of(story, visit) == "collected"
    hand_in(first, visit)
    countersign(second, visit)
    assert state_of(story, visit) == "handed_in"
    assert leader.post(f"/visits/{visit}/check").status_code == 303
    assert steps_of(story, visit)[-4:] == ["check", "void", "hand_in", "check"]


def test_a_dissent_from_what_was_added_is_the_leaders_to_deal_with(story: Story, as_: Any) -> None:
    visit = sent_back(story, as_)
    first, second, leader = as_("inspector1"), as_("inspector2"), as_("leader1")
    send(first, visit, "note", text="补一句：告知单在抽屉里")
    hand_in(first, visit)
    countersign(second, visit, agrees="no", text="在墙上，不在抽屉里")
    assert state_of(story, visit) == "sent_back"
    assert "等组长的" in leader.get("/n/").text
    settled = leader.post(
        f"/visits/{visit}/conflicts/0", data={"value": "在墙上，不在抽屉里", "reason": "照片上在墙上"}
    )
    assert settled.status_code == 303
    countersign(second, visit)
    assert state_of(story, visit) == "handed_in"


@pytest.mark.parametrize("text", ["", "再补", "长" * 2000])
def test_what_is_missing_is_said_in_words(story: Story, as_: Any, text: str) -> None:
    visit, leader = str(story.handed_in()), as_("leader1")
    answer = leader.post(f"/visits/{visit}/returns", data={"missing": text})
    assert answer.status_code == 422
    assert text in answer.text
    assert state_of(story, visit) == "handed_in"
