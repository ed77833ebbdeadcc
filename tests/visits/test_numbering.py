"""编号: given once, with the first hand-in, by county and year."""

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from fieldapp import clock, history
from fieldapp.db import apart
from fieldapp.visits.models import Visit
from fieldapp.visits.numbering import Number, number_of
from tests.story import Story
from tests.visits.visiting import begin_both, countersign, hand_in, send, state_of


def number(story: Story, visit: Any) -> Number | None:
    with story.app.app_context(), apart() as session:
        return number_of(session.get_one(Visit, UUID(str(visit))), session)


def handed_in_today(story: Story, as_: Any) -> str:
    first, second, visit = begin_both(story, as_)
    assert number(story, visit) is None
    for client in (first, second):
        hand_in(client, visit)
    countersign(first, visit)
    assert state_of(story, visit) == "handed_in"
    return visit


def test_each_year_begins_with_one(story: Story, as_: Any) -> None:
    assert number(story, story.handed_in()) == Number(2018, 1)
    assert number(story, handed_in_today(story, as_)) == Number(clock.today().year, 1)


def test_it_counts_on_in_its_county_and_year(story: Story, as_: Any) -> None:
    old = story.handed_in()
    with story.app.app_context(), apart(writes=True) as session:
        session.execute(sa.update(Visit).where(Visit.id == old).values(handed_in_at=clock.now()))
    assert number(story, handed_in_today(story, as_)) == Number(clock.today().year, 2)


def test_handed_in_anew_it_keeps_its_number(story: Story, as_: Any) -> None:
    visit = handed_in_today(story, as_)
    before = number(story, visit)
    back = as_("leader1").post(f"/visits/{visit}/returns", data={"missing": "窗口的照片看不清，补一张近的"})
    assert back.status_code == 303
    first, second = as_("inspector1"), as_("inspector2")
    send(first, visit, "note", text="补一句：告知单在墙上")
    hand_in(first, visit)
    countersign(second, visit)
    assert state_of(story, visit) == "handed_in"
    assert number(story, visit) == before
    with story.app.app_context(), apart() as session:
        entries = history.entries(f"visit:{visit}", session)
        said = [entry.fields["payload"] for entry in entries if entry.action == "hand_in"]
    assert [payload.get("number") for payload in said] == [str(before), None]


def test_one_from_before_numbers_were_given_has_its_place(
    story: Story, as_: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, visit = story.handed_in(), handed_in_today(story, as_)
    monkeypatch.setattr(history, "entries", lambda *_: [])
    assert number(story, old) == Number(2018, 1)
    assert number(story, visit) == Number(clock.today().year, 1)


def test_the_paper_bears_number_and_whether_somebody_was_recognised(story: Story, as_: Any) -> None:
    assert "〔2018〕第 1 号" in as_("clerk").get(f"/visits/{story.handed_in()}").text
    said = as_("clerk").get(f"/visits/{story.handed_in()}/sheet").text
    assert "编号：回访〔2018〕第 1 号" in said
    assert ("☑ 办的时候没有表明" in said, "☐ 被认出" in said) == (True, True)
    first, second, visit = begin_both(story, as_)
    send(first, visit, "stuck", reason="被认出")
    for client in (first, second):
        hand_in(client, visit)
    countersign(first, visit)
    said = as_("clerk").get(f"/visits/{visit}/sheet").text
    assert f"回访〔{clock.today().year}〕第 1 号" in said
    assert ("☐ 办的时候没有表明" in said, "☑ 被认出" in said) == (True, True)
