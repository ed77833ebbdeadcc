"""From the request to 销号: what each step asks, what the database holds; two signers at once close it once."""

import hashlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa

from fieldapp import clock
from fieldapp.closing import actions
from fieldapp.closing.models import Closure
from fieldapp.db import apart, db
from fieldapp.errors import NotVisible, RuleBroken
from fieldapp.problems.models import Problem
from fieldapp.problems.states import problem_flow
from fieldapp.visits.models import Visit
from tests.closing import steps
from tests.closing.steps import (
    CHECKED,
    approves,
    asks,
    checks,
    closing,
    does,
    problem_id,
    publishes,
    signs,
    state,
)
from tests.story import Story


def test_the_story_ends_with_its_item_ticked_off(story: Story) -> None:
    steps.to_signing(story)
    assert signs(story, "origin3", "origin_team") is False
    assert state(story) == "closure_requested"
    assert signs(story, "head", "office") is True
    assert state(story) == "closed"
    frozen = closing(story)
    assert hashlib.sha256(frozen.record.encode()).hexdigest() == frozen.fingerprint
    record = json.loads(frozen.record)
    assert record["problem"]["number"] == "甘棠-07"
    assert [each["label"] for each in record["visits"][0]["durations"]]
    assert {each["value"] for each in record["visits"][0]["conclusions"]} == {"已整改"}
    with story.app.app_context(), apart() as session:
        closure = session.scalars(sa.select(Closure)).one()
        assert {closure.first_body, closure.second_body} == {"office", "origin_team"}
        assert session.scalars(sa.select(Visit.state).where(Visit.plan_id.is_not(None))).first() == "reviewed"


def test_it_closes_in_either_order(story: Story) -> None:
    steps.to_signing(story)
    assert signs(story, "clerk", "office") is False
    assert signs(story, "origin3", "origin_team") is True


def test_nobody_who_went_or_is_of_another_body_signs(story: Story) -> None:
    steps.to_signing(story)
    for username in ("inspector1", "inspector2", "leader1", "admin", "unit", "city", "leadership", "clerk2"):
        for body in ("office", "origin_team"):
            with pytest.raises((RuleBroken, NotVisible)):
                signs(story, username, body)
    with pytest.raises(RuleBroken, match="没有替这一方"):
        signs(story, "origin3", "office")
    assert state(story) == "closure_requested"


def test_one_person_never_signs_for_two_bodies(story: Story) -> None:
    steps.to_signing(story)
    signs(story, "head", "office")
    with pytest.raises(RuleBroken):
        signs(story, "head", "origin_team")
    with pytest.raises(RuleBroken, match="已经签了"):
        signs(story, "clerk", "office")


def test_nothing_is_approved_before_the_leader_has_checked(story: Story) -> None:
    asks(story)
    with pytest.raises(RuleBroken, match="组长还没有核"):
        approves(story)
    checks(story)
    assert approves(story)


def test_a_signature_is_of_the_record_that_was_shown(story: Story) -> None:
    steps.to_signing(story)
    where = problem_id(story)
    with pytest.raises(RuleBroken, match="变了"):
        does(story, "head", lambda by: actions.sign(where, "office", "0" * 64, by=by, at=CHECKED))


def test_an_objection_sends_it_back_and_the_other_signature_counts_no_more(story: Story) -> None:
    steps.to_signing(story)
    signs(story, "head", "office")
    where, shown = problem_id(story), closing(story).fingerprint
    no = "照片看不清窗口上贴的告知单"
    does(story, "origin3", lambda by: actions.object_to(where, "origin_team", shown, no, by=by, at=CHECKED))
    assert closing(story).state == "reviewing"
    approves(story)
    assert signs(story, "origin3", "origin_team") is False, "the office has not signed the new record"
    assert signs(story, "head", "office") is True


def test_turned_down_it_reaches_the_unit_with_an_edition_and_its_clock_runs_again(story: Story) -> None:
    asks(story)
    where = problem_id(story)
    with pytest.raises(RuleBroken, match="至少 10 个字"):
        does(story, "clerk", lambda by: actions.turn_down(where, "再改", "10 个工作日", by=by, at=CHECKED))
    still = "告知单要贴在窗口上，不要只放在抽屉里"
    does(story, "clerk", lambda by: actions.turn_down(where, still, "10 个工作日", by=by, at=CHECKED))
    assert state(story) == "closure_requested", "the unit still reads 审核中"
    edition = publishes(story)
    assert state(story) == "rectifying"
    (item,) = json.loads(edition.content)["items"]
    assert (item["result"], item["still"], item["due"]) == ("returned", still, "2018-07-05")
    with story.app.app_context(), apart() as session:
        row = session.scalars(sa.select(Problem).where(Problem.number == steps.STORY)).one()
        assert (row.due, row.requested_on) == (date(2018, 7, 5), None)
    asks(story, at=clock.at(2018, 6, 28, 9))
    assert state(story) == "closure_requested"


def test_a_closed_problem_is_before_the_office_for_its_unit_until_it_is_told(story: Story) -> None:
    steps.to_signing(story)
    signs(story, "head", "office")
    signs(story, "origin3", "origin_team")
    with story.app.app_context(), apart() as session:
        row = session.scalars(sa.select(Problem).where(Problem.number == steps.STORY)).one()
        assert (row.state, row.unit_state) == ("closed", "closure_requested")
    edition = publishes(story)
    (item,) = json.loads(edition.content)["items"]
    assert (item["result"], item["checked_on"]) == ("closed", "2018-06-20")
    with story.app.app_context(), apart() as session:
        row = session.scalars(sa.select(Problem).where(Problem.number == steps.STORY)).one()
        assert row.unit_state == "closed"


def test_reopened_it_is_a_new_cycle_and_the_old_record_stays(story: Story) -> None:
    steps.to_signing(story)
    signs(story, "head", "office")
    signs(story, "origin3", "origin_team")
    where, old = problem_id(story), closing(story)
    said = ("告知单又没有了，补上并固定在窗口", "5 个工作日", "群众 7 月 2 日来电反映")

    def reopens(by: Any) -> None:
        actions.order_reopening(where, *said, by=by, at=CHECKED)

    with pytest.raises(RuleBroken, match="先发反馈"):
        does(story, "head", reopens)
    publishes(story)
    with pytest.raises((RuleBroken, NotVisible)):
        does(story, "clerk", reopens)
    does(story, "head", reopens)
    assert state(story) == "closed"
    publishes(story)
    assert state(story) == "reopened"
    asks(story, at=clock.at(2018, 7, 1, 9))
    with pytest.raises(RuleBroken, match="还没有人去核过"):
        approves(story, at=clock.at(2018, 7, 2, 9))
    with story.app.app_context(), apart() as session:
        kept = session.get_one(type(old), old.id)
        assert (kept.record, kept.fingerprint, kept.state) == (old.record, old.fingerprint, "reopened")
        assert session.scalars(sa.select(Closure.closing_id)).all() == [old.id]


def page(story: Story, body: str, username: str, day: date = date(2018, 6, 21)) -> actions.Page:
    return actions.Page(body, story.viewer(username).person_id, day, "a" * 64)


def test_on_paper_it_counts_when_a_second_person_has_compared_it(story: Story) -> None:
    steps.to_signing(story)
    where = problem_id(story)
    sheet = page(story, "origin_team", "origin3")
    paper = does(story, "clerk", lambda by: actions.enter_paper(where, sheet, by=by, at=CHECKED).id)
    signs(story, "head", "office")
    assert state(story) == "closure_requested"
    with pytest.raises(RuleBroken, match="不能自己核"):
        does(story, "clerk", lambda by: actions.confirm_paper(paper, True, by=by, at=CHECKED))
    assert does(story, "head", lambda by: actions.confirm_paper(paper, True, by=by, at=CHECKED)) is True
    assert state(story) == "closed"


def test_a_page_that_does_not_match_signs_nothing(story: Story) -> None:
    steps.to_signing(story)
    where = problem_id(story)
    sheet = page(story, "origin_team", "origin3")
    paper = does(story, "clerk", lambda by: actions.enter_paper(where, sheet, by=by, at=CHECKED).id)
    assert does(story, "head", lambda by: actions.confirm_paper(paper, False, by=by, at=CHECKED)) is False
    assert signs(story, "head", "office") is False
    with pytest.raises(RuleBroken, match="没有替这一方"):
        bad = page(story, "origin_team", "leadership")
        does(story, "clerk", lambda by: actions.enter_paper(where, bad, by=by, at=CHECKED))


def test_the_database_itself_closes_nothing_without_two_signatures(story: Story) -> None:
    asks(story)
    with story.app.app_context(), apart(writes=True) as session, pytest.raises(sa.exc.IntegrityError):
        session.execute(sa.text("UPDATE problems SET state = 'closed' WHERE number = '甘棠-07'"))


def test_papers_are_verified_by_somebody_who_does_not_sign(story: Story) -> None:
    number, at = "示例-04", clock.now()
    does(story, "unit", lambda by: _take(number, "receive", by, at), at)
    asks(story, number=number, at=at)
    with pytest.raises(RuleBroken, match="还没有核验记录"):
        approves(story, number=number, at=at)
    where = problem_id(story, number)
    said = actions.Record(
        clock.day_of(at), looked=12, good=12, text="查 12 份补贴公示，都在 3 日内", fixed=True
    )
    does(story, "clerk", lambda by: actions.verify(where, said, by=by, at=at), at)
    approves(story, number=number, at=at)
    with pytest.raises(RuleBroken, match="核验的人不能签认"):
        signs(story, "clerk", "office", number, at)
    signs(story, "head", "office", number, at)
    assert signs(story, "origin3", "origin_team", number, at) is True


def _take(number: str, step: str, by: Any, at: int) -> None:
    row = db.session.scalars(sa.select(Problem).where(Problem.number == number)).one()
    problem_flow.take(row, step, by=by, at=at)


def test_two_signatures_at_once_close_it_once(story: Story) -> None:
    steps.to_signing(story)
    with ThreadPoolExecutor(2) as pool:
        both = [
            pool.submit(signs, story, "head", "office"),
            pool.submit(signs, story, "origin3", "origin_team"),
        ]
        assert sorted(each.result() for each in both) == [False, True]
    assert state(story) == "closed"
    with story.app.app_context(), apart() as session:
        assert len(session.scalars(sa.select(Closure)).all()) == 1


def test_a_batch_and_a_single_signature_do_not_wait_for_each_other(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL a batch that locked its problems one by one met whoever held the next in a deadlock."""
    steps.to_signing(story)
    steps.receives(story, "示例-04")
    steps.verified(story, "示例-04")
    numbers = sorted((steps.STORY, "示例-04"), key=lambda number: problem_id(story, number))
    at, begun, real = clock.now(), Event(), actions._write_signature

    def slowly(closing: Any, body: str, *rest: Any) -> None:
        real(closing, body, *rest)
        if body == "origin_team" and not begun.is_set():
            begun.set()
            time.sleep(0.6)

    monkeypatch.setattr(actions, "_write_signature", slowly)
    ticked = [
        actions.Ticked(problem_id(story, number), "origin_team", closing(story, number).fingerprint)
        for number in numbers
    ]
    with ThreadPoolExecutor(2) as pool:
        batch = pool.submit(does, story, "origin3", lambda by: actions.sign_all(ticked, by=by, at=at), at)
        begun.wait(10)
        single = pool.submit(signs, story, "head", "office", numbers[1], at)
        assert (batch.result(), single.result()) == (0, True)
