"""Verbs of problems and measures: what they refuse, what they write, and that two people cannot undo each other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from fieldapp import clock, history
from fieldapp.access.models import Account
from fieldapp.db import acting, apart, db, system_reads
from fieldapp.errors import Conflict, NotVisible, RuleBroken
from fieldapp.inspections.actions import add_inspection
from fieldapp.organisations import actions as organisations
from fieldapp.organisations.models import County, Unit
from fieldapp.problems import actions, measuring
from fieldapp.problems.measuring import Claim
from fieldapp.problems.models import CRITERION_TAGS, OPEN, STATES, Problem
from fieldapp.visits import library
from tests.closing import steps
from tests.story import Story

AT = clock.at(2018, 6, 1, 9)
DRAFT = actions.Draft(
    number="新-01",
    text="窗口没人",
    short_name="镇上办事",
    severity="minor",
    criteria=("开门时间有人",),
    criterion_tags=("discipline",),
    verification="on_site",
    department="党政办",
    responsible="负责人",
    limit_text="1 个月",
    measures=("排好班", "公示值班表"),
)


@contextmanager
def doing(story: Story, username: str, number: str) -> Iterator[tuple[Problem, dict[str, Any]]]:
    """A problem in a transaction of this viewer, and who does it when."""
    viewer = story.viewer(username)
    with story.app.app_context(), acting(viewer):
        yield _problem(number), {"by": viewer, "at": AT}


def _problem(number: str) -> Problem:
    return db.session.scalars(sa.select(Problem).where(Problem.number == number)).one()


def last_entry(story: Story, number: str) -> dict[str, Any]:
    with story.app.app_context(), apart() as session:
        problem = session.scalars(sa.select(Problem).where(Problem.number == number)).one()
        return history.entries(problem.stream, session)[-1].fields


def measures_of(story: Story, number: str) -> list[str]:
    with story.app.app_context(), apart() as session:
        problem = session.scalars(sa.select(Problem).where(Problem.number == number)).one()
        return [row.text for row in problem.measures]


def add(story: Story, draft: actions.Draft = DRAFT) -> None:
    with doing(story, "clerk", "示例-05") as (beside, how):
        actions.add_problem(draft, beside.inspection, **how)


def test_a_new_problem_belongs_to_its_inspection_and_its_history_begins(story: Story) -> None:
    add(story)
    with doing(story, "clerk", "新-01") as (made, _how):
        assert (made.state, made.unit_id, made.team_id) == (
            "draft",
            made.inspection.unit_id,
            made.inspection.team_id,
        )
    assert measures_of(story, "新-01") == ["排好班", "公示值班表"]
    entry = last_entry(story, "新-01")
    assert (entry["seq"], entry["action"], entry["payload"]["number"]) == (1, "create", "新-01")


def test_a_number_is_taken_once_in_a_county(story: Story) -> None:
    with pytest.raises(RuleBroken, match="已经用过") as refused:
        add(story, replace(DRAFT, number=" 示例-01 "))
    assert refused.value.field == "number"


def test_the_next_countys_numbers_are_free(story: Story) -> None:
    clerk = story.viewer("clerk2")
    with story.app.app_context(), acting(clerk):
        of = organisations.add_round(clerk.county_id, "示例轮", date(2026, 1, 1), date(2026, 12, 31))
        unit = db.session.scalars(sa.select(Unit)).one()
        beside = add_inspection(organisations.add_team(of, "第一巡察组"), unit, (None, None, None))
        made = actions.add_problem(replace(DRAFT, number="示例-01"), beside, by=clerk, at=AT)
        assert made.county_id == clerk.county_id


def test_an_edit_says_in_the_history_what_was_before_and_after(story: Story) -> None:
    add(story)
    with doing(story, "head", "新-01") as (found, how):
        changed = replace(DRAFT, text="窗口常常没人", measures=("排好班",))
        actions.edit_draft(found, changed, found.inspection, version=found.version, **how)
    entry = last_entry(story, "新-01")
    assert (entry["action"], entry["actor"]) == ("edit", story.viewer("head").actor)
    assert entry["payload"]["changed"] == {
        "text": ["窗口没人", "窗口常常没人"],
        "measures": [["排好班", "公示值班表"], ["排好班"]],
    }


def test_two_who_change_only_the_measures_do_not_undo_each_other(story: Story) -> None:
    add(story)
    with doing(story, "clerk", "新-01") as (found, how):
        opened = found.version
        actions.edit_draft(found, replace(DRAFT, measures=("甲",)), found.inspection, version=opened, **how)
    late = doing(story, "head", "新-01")
    with pytest.raises(Conflict) as refused, late as (found, how):
        actions.edit_draft(found, replace(DRAFT, measures=("乙",)), found.inspection, version=opened, **how)
    assert (refused.value.yours, refused.value.theirs) == ({"整改措施": "乙"}, {"整改措施": "甲"})
    assert measures_of(story, "新-01") == ["甲"]


def test_a_conflict_speaks_the_offices_words(story: Story) -> None:
    add(story)
    mine = replace(DRAFT, severity="major", verification="papers", criterion_tags=("speed",))
    with pytest.raises(Conflict) as refused, doing(story, "head", "新-01") as (found, how):
        actions.edit_draft(found, mine, found.inspection, version=found.version - 1, **how)
    assert refused.value.yours == {"程度": "重大", "核实方式": "资料核验", "主要看什么": "办得快、按时办"}


def test_what_was_issued_cannot_be_edited_as_a_draft(story: Story) -> None:
    sent = replace(DRAFT, number="示例-04")
    with pytest.raises(RuleBroken, match="已经交办"), doing(story, "clerk", "示例-04") as (found, how):
        actions.edit_draft(found, sent, found.inspection, version=found.version, **how)


def test_an_issued_problems_criterion_way_and_words_stay(story: Story) -> None:
    with doing(story, "clerk", "示例-04") as (found, how):
        before = (found.text, list(found.criteria), found.verification, found.limit_text, found.number)
        sent = {
            "short_name": "办点事",
            "criterion_tags": [],
            "department": "财政所二",
            "responsible": "",
            "text": "别的",
            "criteria": [],
            "verification": "phone",
            "limit_text": "9 个月",
            "number": "X",
        }
        actions.edit_issued(found, sent, version=found.version, **how)
        after = (found.text, list(found.criteria), found.verification, found.limit_text, found.number)
        assert after == before
        assert (found.department, found.short_name) == ("财政所二", "办点事")


@pytest.mark.parametrize("state", sorted(set(STATES) - set(OPEN)))
def test_what_lies_before_the_office_is_not_changed(story: Story, state: str) -> None:
    put(story, "示例-02", state)
    with doing(story, "clerk", "示例-02") as (found, how):
        columns = {name: getattr(found, name) for name in actions.AFTER_ISSUE}
        with pytest.raises(RuleBroken, match="报请销号"):
            actions.edit_issued(found, columns, version=found.version, **how)
        with pytest.raises(RuleBroken, match="报请销号"):
            measuring.add_measure(found, "再加一条", **how)
        with pytest.raises(RuleBroken, match="报请销号"):
            measuring.raise_measure(found.measures[1], **how)
    with pytest.raises(RuleBroken, match="报请销号"), doing(story, "unit", "示例-02") as (found, how):
        measuring.report_measure(found.measures[0], "还在做", False, **how)


def put(story: Story, number: str, state: str) -> None:
    """A state that only a closing leads to."""
    with story.app.app_context(), apart(writes=True) as session:
        steps.lay(session, number, state)


@pytest.mark.parametrize(
    ("limit", "feedback", "due"),
    [
        ("1 个月", date(2018, 5, 6), date(2018, 6, 6)),  # the story: feedback on a Sunday
        ("10 个工作日", date(2018, 8, 13), date(2018, 8, 27)),
        ("15 个自然日", date(2018, 6, 3), date(2018, 6, 19)),  # the 18th is 端午
        ("2018-12-31", date(2018, 5, 6), date(2018, 12, 31)),
    ],
)
def test_issuing_counts_the_deadline_from_the_feedback(
    story: Story, limit: str, feedback: date, due: date
) -> None:
    add(story, replace(DRAFT, limit_text=limit))
    with doing(story, "clerk", "新-01") as (found, how):
        actions.issue_problem(found, feedback, **how)
        assert (found.state, found.issued_on, found.due, found.due_estimated) == (
            "issued",
            feedback,
            due,
            False,
        )
        assert "民法典" in found.due_rule
    assert last_entry(story, "新-01")["payload"]["due"] == due.isoformat()


def test_a_deadline_beyond_the_published_holidays_is_said_to_be_estimated(story: Story) -> None:
    add(story, replace(DRAFT, limit_text="10 个工作日"))
    with doing(story, "clerk", "新-01") as (found, how):
        actions.issue_problem(found, date(2090, 5, 4), **how)
        assert found.due_estimated


def test_a_countys_own_way_of_counting_is_used_and_named(story: Story) -> None:
    add(story, replace(DRAFT, limit_text="15 个自然日"))
    own = {"first_day_counts": True, "roll_forward": False, "version": "本县规则"}
    with story.app.app_context(), apart(writes=True) as session:
        session.scalars(sa.select(County).where(County.name == "开江县")).one().settings = {"counting": [own]}
    with doing(story, "clerk", "新-01") as (found, how):
        actions.issue_problem(found, date(2018, 6, 3), **how)
        assert (found.due, found.due_rule) == (date(2018, 6, 17), "本县规则")


def test_a_refused_issue_leaves_nothing(story: Story) -> None:
    add(story, replace(DRAFT, criteria=()))
    with pytest.raises(RuleBroken, match="销号标准"), doing(story, "clerk", "新-01") as (found, how):
        actions.issue_problem(found, date(2018, 5, 6), **how)
    with doing(story, "clerk", "新-01") as (found, _how):
        assert (found.state, found.issued_on, found.due) == ("draft", None, None)


def test_only_the_head_amends_and_the_history_keeps_reason_and_both_versions(story: Story) -> None:
    new = (("当天公示",), "on_site", "原来的标准没有说清期限")
    with pytest.raises(NotVisible), doing(story, "clerk", "示例-04") as (found, how):
        actions.amend_problem(found, *new, version=found.version, **how)
    with doing(story, "head", "示例-04") as (found, how):
        before = list(found.criteria)
        actions.amend_problem(found, *new, visits_needed=2, version=found.version, **how)
        assert (found.criteria, found.verification, found.state) == (["当天公示"], "on_site", "issued")
        assert found.visits_needed == 2
    said = last_entry(story, "示例-04")
    assert said["action"] == "amend"
    with doing(story, "clerk", "示例-04") as (found, _how):
        assert said["payload"].pop("content") == found.content_hash
    assert said["payload"] == {
        "from": "issued",
        "to": "issued",
        "reason": new[2],
        "criteria_before": before,
        "way_before": "papers",
        "criteria": ["当天公示"],
        "way": "on_site",
        "visits": [1, 2],
    }


def test_the_office_enters_what_a_unit_without_account_did(story: Story) -> None:
    with doing(story, "clerk", "示例-04") as (found, how):
        actions.receive_problem(found, **how)
        assert last_action(found) == "enter_receipt"
        actions.start_work(found, **how)
        assert (found.state, last_action(found)) == ("rectifying", "enter_start")


def test_the_unit_receives_for_itself(story: Story) -> None:
    with doing(story, "unit", "示例-04") as (found, how):
        actions.receive_problem(found, **how)
        assert (found.state, last_action(found)) == ("received", "receive")


def last_action(found: Problem) -> str:
    with system_reads() as session:
        return history.entries(found.stream, session)[-1].action


def test_a_report_before_the_receipt_is_refused(story: Story) -> None:
    with doing(story, "clerk", "示例-04") as (found, how):
        measuring.add_measure(found, Claim("公示补贴"), **how)
    with pytest.raises(RuleBroken, match="先签收"), doing(story, "unit", "示例-04") as (found, how):
        measuring.report_measure(found.measures[0], "公示了", True, **how)


def test_the_first_report_begins_the_work(story: Story) -> None:
    with doing(story, "unit", "示例-03") as (found, how):
        measuring.report_measure(found.measures[0], " 贴出来了 ", True, **how)
        (said,) = found.measures[0].reports
        assert (found.state, said.text, said.done, said.at) == ("rectifying", "贴出来了", True, AT)
        assert (said.by_id, said.by_office) == (how["by"].person_id, False)
    said = last_entry(story, "示例-03")
    assert (said["action"], said["payload"]["progress"], said["payload"]["done"]) == (
        "report",
        "贴出来了",
        True,
    )


def test_a_second_report_stands_beside_the_first(story: Story) -> None:
    for text, done in (("贴了一楼", True), ("二楼还差一块", False)):
        with doing(story, "unit", "示例-02") as (found, how):
            measuring.report_measure(found.measures[0], text, done, **how)
    with doing(story, "clerk", "示例-02") as (found, _how):
        assert [each.text for each in found.measures[0].reports] == ["二楼还差一块", "贴了一楼"]
        assert not found.measures[0].is_done  # as it last said


def test_a_form_sent_twice_makes_one_thing(story: Story) -> None:
    key = uuid4()
    for _ in range(2):
        with doing(story, "unit", "示例-02") as (found, how):
            row = measuring.add_measure(found, Claim("设导办台"), key=key, **how)
            measuring.report_measure(row, "排了人", False, key=key, **how)
    assert measures_of(story, "示例-02").count("设导办台") == 1
    with doing(story, "clerk", "示例-02") as (found, _how):
        assert [len(each.reports) for each in found.measures] == [0, 0, 0, 1]


def test_the_key_of_another_thing_is_not_taken(story: Story) -> None:
    with doing(story, "clerk", "示例-01") as (found, _how):
        foreign = found.measures[0].id
    with doing(story, "clerk", "示例-02") as (found, how):
        made = measuring.add_measure(found, Claim("设导办台"), key=foreign, **how)
        assert made.id != foreign
        assert made in found.measures


@pytest.mark.parametrize("state", ["draft", "issued", "closure_requested", "closed"])
def test_the_unit_adds_measures_only_while_it_works_on_the_problem(story: Story, state: str) -> None:
    with story.app.app_context(), apart(writes=True) as session:
        steps.lay(session, "示例-02", state)
    sees = "clerk" if state == "draft" else "unit"  # a draft is not even there for the unit
    unit = {"by": story.viewer("unit"), "at": AT}
    with pytest.raises(RuleBroken), doing(story, sees, "示例-02") as (found, _how):
        measuring.add_measure(found, Claim("设导办台"), **unit)
    assert "设导办台" not in measures_of(story, "示例-02")


@pytest.mark.parametrize("state", ["received", "rectifying", "reopened"])
def test_the_unit_says_what_it_does_who_and_until_when(story: Story, state: str) -> None:
    with story.app.app_context(), apart(writes=True) as session:
        steps.lay(session, "示例-02", state)
    with doing(story, "unit", "示例-02") as (found, how):
        row = measuring.add_measure(found, Claim(" 设导办台 ", "党政办", date(2018, 6, 20)), **how)
        assert (row.text, row.responsible, row.planned_on) == ("设导办台", "党政办", date(2018, 6, 20))
        assert found.state == state  # saying so is not yet doing it
    said = last_entry(story, "示例-02")
    assert (said["action"], said["payload"]["planned_on"]) == ("add_measure", "2018-06-20")


def without_account(story: Story) -> None:
    with story.app.app_context(), apart(writes=True) as session:
        session.execute(sa.update(Account).where(Account.username == "unit").values(disabled=True))


def test_the_office_reports_for_a_unit_only_when_nobody_speaks_for_it_here(story: Story) -> None:
    with pytest.raises(RuleBroken, match="由单位自己报"), doing(story, "clerk", "示例-03") as (found, how):
        measuring.report_measure(found.measures[0], "贴出来了", True, **how)
    without_account(story)
    with doing(story, "clerk", "示例-03") as (found, how):
        measuring.report_measure(found.measures[0], "贴出来了", True, **how)
        (said,) = found.measures[0].reports
        assert (found.state, said.by_office) == ("rectifying", True)
    assert last_entry(story, "示例-03")["action"] == "enter_report"


def test_measures_are_added_worded_and_ordered(story: Story) -> None:
    with doing(story, "clerk", "示例-02") as (found, how):
        third = measuring.add_measure(found, Claim(" 设导办台 "), **how)
        assert [row.text for row in found.measures][-1] == "设导办台"
        measuring.word_measure(third, Claim("设导办台，排人", "党政办"), version=third.version, **how)
        assert third.responsible == "党政办"
        measuring.raise_measure(third, **how)
        measuring.raise_measure(found.measures[0], **how)  # the first one stays
    assert measures_of(story, "示例-02") == [
        "办事指南上墙",
        "设一次性告知单",
        "设导办台，排人",
        "窗口实行 AB 岗",
    ]


def test_a_measure_that_was_reported_on_keeps_its_words(story: Story) -> None:
    with doing(story, "unit", "示例-02") as (found, how):
        measuring.report_measure(found.measures[0], "贴了", True, **how)
    with pytest.raises(RuleBroken, match="另添一条"), doing(story, "clerk", "示例-02") as (found, how):
        row = found.measures[0]
        measuring.word_measure(row, Claim("别的话"), version=row.version, **how)


def test_what_is_sent_again_in_other_words_is_not_lost(story: Story) -> None:
    """Back on the page that was sent, the text is put right and sent again: the form is the same, the word is not."""
    key = uuid4()
    for words in ("排了人", "排了两个人"):
        with doing(story, "unit", "示例-02") as (found, how):
            measuring.add_measure(found, Claim("设导办台", words), key=key, **how)
            measuring.report_measure(found.measures[0], words, False, key=key, **how)
    with doing(story, "clerk", "示例-02") as (found, _how):
        assert [row.responsible for row in found.measures if row.text == "设导办台"] == [
            "排了人",
            "排了两个人",
        ]
        assert [each.text for each in found.measures[0].reports] == ["排了两个人", "排了人"]


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        (("设导办台", "公示补贴", "再加一条"), ["党政办", "财政所", ""]),
        (("公示补贴", "设导办台"), ["财政所", "党政办"]),
        (("设一个导办台", "公示补贴"), ["党政办", "财政所"]),  # the same line in other words
        (("公示补贴",), ["财政所"]),
        (("别的", "又一条", "第三条"), ["", "", ""]),
    ],
)
def test_an_edited_draft_keeps_who_sees_to_a_measure(
    story: Story, texts: tuple[str, ...], kept: list[str]
) -> None:
    day = date(2018, 6, 20)
    with doing(story, "clerk", "示例-05") as (found, how):
        measuring.set_measures(found, [])
        measuring.add_measure(found, Claim("设导办台", "党政办", day), **how)
        measuring.add_measure(found, Claim("公示补贴", "财政所", day), **how)
    with doing(story, "clerk", "示例-05") as (found, how):
        draft = replace(DRAFT, number="示例-05", measures=texts)
        actions.edit_draft(found, draft, found.inspection, version=found.version, **how)
    with doing(story, "clerk", "示例-05") as (found, _how):
        assert [row.text for row in found.measures] == list(texts)
        assert [row.responsible for row in found.measures] == kept
        assert [row.planned_on for row in found.measures] == [day if who else None for who in kept]


def test_a_changed_measure_makes_an_open_page_stale(story: Story) -> None:
    with doing(story, "clerk", "示例-02") as (found, how):
        before = found.version
        measuring.add_measure(found, Claim("设导办台"), **how)
        assert found.version > before


def test_the_tags_are_those_that_the_items_on_the_phone_carry() -> None:
    told = library.words()["criterion_tags"]
    assert {each["code"]: each["label"] for each in told} == CRITERION_TAGS
