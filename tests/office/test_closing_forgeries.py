"""Whoever makes a closing say something else is named: record, signatures, bodies, what was decided."""

import hashlib
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import clock, ids
from fieldapp.closing import actions
from fieldapp.closing.models import (
    Closing,
    ClosingVisit,
    Closure,
    PaperConfirmation,
    PaperSignature,
    Signature,
)
from fieldapp.organisations.models import Team
from fieldapp.problems.models import Problem
from fieldapp.visits.models import ParkedDecision, Visit
from tests.closing import steps
from tests.office.test_forgeries import drop, found, put
from tests.story import Story
from tests.tampering import behind_all_backs, without_references

pytestmark = pytest.mark.slow

Forgery = Callable[[Session, Story], str]
ANY = sa.true()


def closed(story: Story) -> None:
    """Objected to once, then signed on paper and on screen, and told."""
    steps.to_signing(story)
    where, shown = steps.problem_id(story), steps.closing(story).fingerprint
    no = "照片看不清窗口上贴的告知单"
    steps.does(
        story,
        "origin3",
        lambda by: actions.object_to(where, "origin_team", shown, no, by=by, at=steps.CHECKED),
    )
    steps.approves(story)
    paper = steps.paper(story)
    steps.does(story, "head", lambda by: actions.confirm_paper(paper, True, by=by, at=steps.CHECKED))
    steps.signs(story, "head", "office")
    steps.publishes(story)


def a_softer_record(session: Session, _story: Story) -> str:
    record = json.loads(session.scalars(sa.select(Closing.record)).one())
    record["problem"]["criteria"] = ["容易"]
    put(session, Closing, ANY, record=json.dumps(record, ensure_ascii=False))
    return "销号 甘棠-07：定住的记录和它的指纹对不上"


def a_softer_record_with_its_sum(session: Session, _story: Story) -> str:
    text = session.scalars(sa.select(Closing.record)).one().replace("当场", "当天").replace("5", "4")
    put(session, Closing, ANY, record=text, fingerprint=hashlib.sha256(text.encode()).hexdigest())
    return "销号 甘棠-07：记录指纹、第几次定住、哪几方签，和历史不一样"


def no_record(session: Session, _story: Story) -> str:
    put(session, Closing, ANY, record="")
    return "销号 甘棠-07：有指纹，定住的记录不见了"


def no_json(session: Session, _story: Story) -> str:
    put(session, Closing, ANY, record="{", fingerprint=hashlib.sha256(b"{").hexdigest())
    return "销号 甘棠-07：定住的记录读不出来"


def fewer_bodies(session: Session, _story: Story) -> str:
    put(session, Closing, ANY, bodies=["office"])
    return "销号 甘棠-07：记录指纹、第几次定住、哪几方签，和历史不一样"


def open_again(session: Session, _story: Story) -> str:
    put(session, Closing, ANY, state="signing")
    return "销号 甘棠-07：状态是等签认，历史说已销号"


def another_instant(session: Session, _story: Story) -> str:
    put(session, Closing, ANY, decided_at=1)
    return "销号 甘棠-07：定下来的时间和历史不一样"


def another_basis(session: Session, _story: Story) -> str:
    put(session, Closing, ANY, basis="没有人说过的依据")
    return "销号 甘棠-07：还要做什么、期限或依据和历史不一样"


def told_by_an_edition_of_something_else(session: Session, _story: Story) -> str:
    put(session, Closing, ANY, edition_id=UUID(int=1))
    return "销号 甘棠-07：告诉单位的反馈里没有这个结果"


def a_signature_of_another_record(session: Session, _story: Story) -> str:
    put(
        session, Signature, sa.and_(Signature.body == "office", Signature.frozen_n == 2), fingerprint="0" * 64
    )
    return "销号 甘棠-07：巡察办的签认，指纹不是定住时的那个"


def a_signature_by_somebody_else(session: Session, story: Story) -> str:
    clerk = story.viewer("clerk").person_id
    put(session, Signature, Signature.body == "office", person_id=clerk)
    put(session, Closure, ANY, second_person=clerk)
    return "销号 甘棠-07：巡察办的签认，历史里没有这一步"


def a_signature_by_one_who_went(session: Session, story: Story) -> str:
    put(session, Signature, Signature.body == "office", person_id=story.viewer("inspector1").person_id)
    return "销号 甘棠-07：巡察办的签认，签的人参加过回访或核验"


def a_signature_by_one_taken_in_late(session: Session, story: Story) -> str:
    head, visit = story.viewer("head"), steps.closing_visit(story)
    row = {"visit": visit, "person_id": head.person_id, "county_id": head.county_id, "by_id": head.person_id}
    row |= {"n": 1, "outcome": "late", "reason": "x", "taps": 1, "at": 1}
    session.execute(sa.insert(ParkedDecision.__table__).values(row))
    return "销号 甘棠-07：巡察办的签认，签的人参加过回访或核验"


def a_signature_gone(session: Session, _story: Story) -> str:
    drop(session, Signature, Signature.body == "office")
    return "销号 甘棠-07：历史里巡察办签过，签认不见了"


def one_signature_too_few(session: Session, _story: Story) -> str:
    drop(session, Signature, Signature.body == "office")
    return "销号 甘棠-07：要签的各方没有由不同的人签齐"


def a_page_that_nobody_compared(session: Session, _story: Story) -> str:
    drop(session, PaperConfirmation, ANY)
    return "销号 甘棠-07：原巡察组的签认，纸质页没有另一个人核过"


def a_page_compared_by_its_enterer(session: Session, story: Story) -> str:
    put(session, PaperConfirmation, ANY, entered_by=UUID(int=1), by_id=story.viewer("clerk").person_id)
    return "销号 甘棠-07：原巡察组的签认，纸质页没有另一个人核过"


def a_page_of_somebody_else(session: Session, story: Story) -> str:
    put(session, PaperSignature, ANY, person_id=story.viewer("leadership").person_id)
    return "销号 甘棠-07：原巡察组的签认，历史里没有这一步"


def a_closure_by_others(session: Session, story: Story) -> str:
    put(session, Closure, ANY, first_person=story.viewer("clerk").person_id)
    return "销号 甘棠-07：销号写的两方不是签认的两方"


def a_closure_on_another_record(session: Session, _story: Story) -> str:
    put(session, Closure, ANY, fingerprint="0" * 64)
    return "销号 甘棠-07：销号凭的不是定住的那份记录"


def a_closure_gone(session: Session, _story: Story) -> str:
    drop(session, Closure, ANY)
    return "销号 甘棠-07：没有两方的签认，状态却是销号"


def resting_on_no_visit(session: Session, _story: Story) -> str:
    drop(session, ClosingVisit, ClosingVisit.frozen_n == 2)
    return "销号 甘棠-07：定住的记录凭的回访，和登记的不一样"


def resting_on_a_visit_that_was_not_reviewed(session: Session, _story: Story) -> str:
    put(session, Visit, ANY, state="handed_in")
    return "销号 甘棠-07：凭的回访没有审过"


def a_clock_that_stopped_earlier(session: Session, _story: Story) -> str:
    put(session, Problem, Problem.number == steps.STORY, requested_on=clock.day_of(1))
    return "销号 甘棠-07：单位的钟停的日子不是收到申请的日子"


def told_on_another_day(session: Session, _story: Story) -> str:
    put(session, Problem, Problem.number == steps.STORY, told_on=None)
    return "销号 甘棠-07：告诉单位的日子和反馈不一样"


def told_a_day_later(session: Session, _story: Story) -> str:
    put(session, Problem, Problem.number == steps.STORY, told_on=clock.day_of(steps.CHECKED + 86_400_000))
    return "销号 甘棠-07：告诉单位的日子和反馈不一样"


def never_told(session: Session, _story: Story) -> str:
    put(session, Closing, ANY, edition_id=None)
    put(session, Problem, Problem.number == steps.STORY, told_on=None)
    return "销号 甘棠-07：有没有告诉单位、哪一期告诉的，和历史不一样"


def another_team_to_sign(session: Session, story: Story) -> str:
    other = story.row(Team, Team.name == "第一巡察组")
    put(session, Closing, ANY, team_id=other)
    return "销号 甘棠-07：销号写的县、单位、原巡察组和问题的不一样"


def another_unit_to_tell(session: Session, _story: Story) -> str:
    put(session, Closing, ANY, unit_id=UUID(int=1))
    return "销号 甘棠-07：销号写的县、单位、原巡察组和问题的不一样"


def a_problem_closed_by_nobody(session: Session, _story: Story) -> str:
    """Consistent rows of another request, made up beside it."""
    put(session, Problem, Problem.number == steps.STORY, closure_id=ids.new_id())
    return "销号 甘棠-07：销号的不是最近一次申请"


FORGERIES = (
    a_softer_record, a_softer_record_with_its_sum, no_record, no_json, fewer_bodies, open_again, another_instant,
    another_basis, told_by_an_edition_of_something_else, a_signature_of_another_record, a_signature_by_somebody_else,
    a_signature_by_one_who_went, a_signature_by_one_taken_in_late,
    a_signature_gone, one_signature_too_few, a_page_that_nobody_compared,
    a_page_compared_by_its_enterer, a_page_of_somebody_else, a_closure_by_others, a_closure_on_another_record,
    a_closure_gone, resting_on_no_visit, resting_on_a_visit_that_was_not_reviewed, a_clock_that_stopped_earlier,
    told_on_another_day, told_a_day_later, never_told, another_team_to_sign, another_unit_to_tell,
    a_problem_closed_by_nobody,
)  # fmt: skip


def test_an_honest_closing_is_fine(story: Story) -> None:
    closed(story)
    assert found(story, notes=True) + found(story) == ["照片 " + "a" * 64 + "：有记录提到它，它的登记不见了"]


@pytest.mark.slow
@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_a_forged_closing_is_named(story: Story, forge: Forgery) -> None:
    closed(story)
    with without_references(story.app) as session:
        said = forge(session, story)
    lines = found(story)
    assert said in lines, (said, lines)


def test_a_return_and_a_reopening_are_fine_and_what_was_missing_is_watched(story: Story, as_: Any) -> None:
    visit, missing = story.handed_in(), "窗口上贴没贴告知单，照片上看不清"
    assert as_("leader1").post(f"/visits/{visit}/returns", data={"missing": missing}).status_code == 303
    assert found(story) == []
    with behind_all_backs(story.app) as session:
        put(session, Visit, Visit.id == visit, missing="别的")
    assert f"回访 {visit}：退回时写的缺什么和历史不一样" in found(story)


def test_turned_down_and_reopened_it_is_fine(story: Story) -> None:
    steps.asks(story)
    where, still = steps.problem_id(story), "告知单要贴在窗口上，不要只放在抽屉里"
    steps.does(
        story, "clerk", lambda by: actions.turn_down(where, still, "10 个工作日", by=by, at=steps.CHECKED)
    )
    assert found(story) == []
    steps.publishes(story)
    assert found(story) == []
    with behind_all_backs(story.app) as session:
        put(session, Closing, ANY, limit_text="1 年", edition_id=None)
    assert "销号 甘棠-07：还要做什么、期限或依据和历史不一样" in found(story)
    assert "销号 甘棠-07：有没有告诉单位、哪一期告诉的，和历史不一样" in found(story), "else it is told again"


def test_each_step_of_a_reopening_is_fine(story: Story) -> None:
    closed(story)
    known, where = found(story), steps.problem_id(story)
    said = ("告知单又没有了，补上并固定在窗口", "5 个工作日", "群众 7 月 2 日来电反映")
    steps.does(story, "head", lambda by: actions.order_reopening(where, *said, by=by, at=steps.CHECKED))
    assert found(story) == known
    steps.publishes(story)
    assert found(story) == known
    steps.asks(story, at=clock.at(2018, 7, 1, 9))
    assert found(story) == known
