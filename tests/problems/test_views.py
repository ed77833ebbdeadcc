"""The pages of the checklist, as the office, the unit, the city and leadership meet them."""

import re
from dataclasses import fields
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from fieldapp import clock
from fieldapp.access.models import Account
from fieldapp.db import acting, apart, db
from fieldapp.deadlines.calendar import add_working_days
from fieldapp.inspections.models import Inspection
from fieldapp.office.check import faults
from fieldapp.organisations.models import County
from fieldapp.problems import queries
from fieldapp.problems.models import WAYS, Measure, Problem
from fieldapp.web.ui import dated_text, day_text
from tests.pages import cells_of, changed, fields_of
from tests.story import Story

NEW = {
    "number": "新-01",
    "text": "窗口没人",
    "short_name": "镇上办事",
    "severity": "minor",
    "criteria": "开门时间有人\n\n值班表公示",
    "criterion_tags": ["discipline"],
    "verification": "mystery",
    "department": "党政办",
    "responsible": "负责人",
    "limit_text": "10 个工作日",
    "measures": "排好班\n公示值班表",
}


@pytest.fixture
def inspection(story: Story) -> str:
    return str(story.row(Inspection, Inspection.county_id == story.viewer("clerk").county_id))


def page_of(story: Story, number: str) -> str:
    return f"/problems/{story.row(Problem, Problem.number == number)}"


def measure_of(story: Story, number: str, place: int = 0) -> str:
    problem = story.row(Problem, Problem.number == number)
    return f"/measures/{story.row(Measure, Measure.problem_id == problem, Measure.place == place)}"


def rows(text: str) -> list[str]:
    """The numbers in the ledger's first column."""
    return [cells[0] for cells in cells_of(text)] if "<tbody>" in text else []


def figures(text: str) -> dict[str, str]:
    """The boxes above the ledger: name -> number and share."""
    boxes = re.findall(
        r'class="figure-box"[^>]*><span[^>]*>([^<]+)</span><b>(\d+)</b><span[^>]*>([^<]*)<', text
    )
    return {name: f"{number} {below}" for name, number, below in boxes}


# The ledger


def test_the_ledger_counts_all_and_names_what_each_share_is_of(as_: Any) -> None:
    text = as_("clerk").get("/problems").text
    assert sorted(rows(text)) == ["甘棠-07", "示例-01", "示例-02", "示例-03", "示例-04", "示例-05"]
    told = figures(text)
    assert told["问题"] == "6 交办过 5·草稿 1"
    assert told["已销号"] == "0 0.0%（0/5）"  # a draft is nobody's work yet: no share counts it
    assert told["在单位手里"] == "5 100.0%（5/5）"
    assert told["已超期"].endswith(f"（{told['已超期'].split()[0]}/5）")
    assert int(told["已超期"].split()[0]) >= 1  # the story's own limit ended in 2018


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("state=draft", ["示例-05"]),
        ("state=working", ["甘棠-07", "示例-01", "示例-02", "示例-03", "示例-04"]),
        ("severity=minor", ["示例-01", "示例-03"]),
        ("severity=major", []),
        ("q=惠农", ["示例-04"]),
        ("q=%E7%A4%BA%E4%BE%8B-0&state=received", ["示例-03"]),
        ("q=财政所", ["示例-04"]),
        ("q=%25", []),
        ("state=nonsense", []),
        ("unit=nonsense", []),
    ],
)
def test_each_filter_narrows_and_keeps_what_was_asked(as_: Any, asked: str, numbers: list[str]) -> None:
    clerk = as_("clerk")
    answer = clerk.get(f"/problems?{asked}")
    assert sorted(rows(answer.text)) == numbers
    if not numbers:
        assert "没有符合的问题" in answer.text
        assert "清除筛选" in answer.text


def test_every_figure_leads_to_exactly_its_rows(as_: Any) -> None:
    clerk = as_("clerk")
    for asked in ("", "?severity=minor", "?q=%E7%A4%BA%E4%BE%8B&state=draft", "?severity=major&due=overdue"):
        text = clerk.get(f"/problems{asked}").text
        links = re.findall(r'class="figure-box" href="([^"]+)".*?<b>(\d+)</b>', text)
        assert len(links) == 4
        for href, number in links:
            assert len(rows(clerk.get(href.replace("&amp;", "&")).text)) == int(number), (asked, href)


def test_the_figures_follow_the_filter_but_for_what_they_cut_by(as_: Any) -> None:
    clerk = as_("clerk")
    minor = figures(clerk.get("/problems?severity=minor").text)
    assert minor["问题"] == "2 都交办了"
    assert minor["在单位手里"] == "2 100.0%（2/2）"
    assert figures(clerk.get("/problems?severity=minor&state=closed").text) == minor
    assert figures(clerk.get("/problems?severity=major").text)["已超期"] == "0 —"


def test_a_folded_filter_tells_what_is_asked_for(as_: Any) -> None:
    clerk, told = as_("clerk"), r'class="fold-told">([^<]*)<'
    assert re.search(told, clerk.get("/problems").text)[1] == "全部"  # type: ignore[index]
    asked = clerk.get("/problems?severity=minor&due=overdue&q=指南").text
    assert re.search(told, asked)[1] == "微小·已超期·“指南”"  # type: ignore[index]
    assert "微小" not in as_("city").get("/problems?severity=minor").text


def test_an_overdue_line_says_by_how_much_and_stands_in_the_filter(as_: Any) -> None:
    text = as_("clerk").get("/problems?due=overdue").text
    assert "甘棠-07" in rows(text)
    assert re.search(r"超期 \d+ 年", text)
    assert re.search(r"超期 \d+ 个工作日", text)
    assert "还有 " not in text.split("<tbody>")[1]


def test_an_empty_county_is_told_what_comes_next(as_: Any) -> None:
    text = as_("clerk2").get("/problems").text
    assert "还没有问题" in text
    assert "导入一张表" in text


def test_the_county_next_door_sees_none_of_it(story: Story, as_: Any) -> None:
    clerk2, unit2 = as_("clerk2"), as_("unit2")
    for client in (clerk2, unit2):
        assert client.get(page_of(story, "示例-01")).status_code == 404
    assert (
        clerk2.post(page_of(story, "示例-05") + "/issue", data={"issued_on": "2026-01-05"}).status_code == 404
    )
    assert unit2.post(page_of(story, "示例-04") + "/receipt").status_code == 404
    assert unit2.get(measure_of(story, "示例-02")).status_code == 404


# Adding and editing


def test_a_problem_is_added_with_its_criteria_and_measures(as_: Any, inspection: str) -> None:
    clerk = as_("clerk")
    answer = clerk.post("/problems/new", data={**NEW, "inspection_id": inspection})
    assert answer.status_code == 303
    shown = clerk.get(answer.location).text
    for text in (
        "窗口没人",
        "开门时间有人",
        "值班表公示",
        "排好班",
        "公示值班表",
        "体验式回访",
        "10 个工作日",
        "草稿",
    ):
        assert text in shown, text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"number": "示例-01"}, "这个编号已经用过"),
        ({"text": "  "}, "这一项要填"),
        ({"limit_text": "尽快"}, "算不出哪天到期"),
        ({"limit_text": "6月6日"}, "看不出是哪一年"),
        ({"short_name": "十三个字的名字放不下放不下放"}, "最多 12 个字"),
        ({"text": "机密★10年\n某事"}, "带密级标志的内容不能放进本系统"),
        ({"measures": "【秘密】某措施"}, "带密级标志的内容不能放进本系统"),
        ({"department": "（机密）"}, "带密级标志的内容不能放进本系统"),
    ],
)
def test_a_wrong_field_is_told_beside_it_and_nothing_typed_is_lost(
    as_: Any, inspection: str, wrong: dict[str, str], sentence: str
) -> None:
    clerk = as_("clerk")
    sent = {**NEW, "inspection_id": inspection, **wrong}
    answer = clerk.post("/problems/new", data=sent)
    assert answer.status_code == 422
    (name,) = wrong
    assert re.search(rf'id="{name}-error">.*{sentence}', answer.text)
    assert f'href="#{name}"' in answer.text  # the summary leads to it
    kept = changed(fields_of(answer.text, "/problems/new"))
    for field in set(sent) - {"criterion_tags"}:
        assert [" ".join(text.split()) for text in kept[field]] == [" ".join(sent[field].split())], field


def test_a_draft_is_edited_fully(story: Story, as_: Any) -> None:
    clerk, edit = as_("clerk"), page_of(story, "示例-05") + "/edit"
    shown = fields_of(clerk.get(edit).text, edit)
    sent = changed(shown, text="投诉电话占线", number="示例-55", verification="papers", limit_text="2 个月")
    answer = clerk.post(edit, data=sent)
    assert answer.status_code == 303
    text = clerk.get(answer.location).text
    for word in ("投诉电话占线", "示例-55", "资料核验", "2 个月", "不同日子打 3 次都有人接"):
        assert word in text, word


def test_a_draft_cannot_take_anothers_number(story: Story, as_: Any) -> None:
    clerk, edit = as_("clerk"), page_of(story, "示例-05") + "/edit"
    answer = clerk.post(edit, data=changed(fields_of(clerk.get(edit).text, edit), number="示例-04"))
    assert answer.status_code == 422
    assert "这个编号已经用过" in answer.text


def test_two_editors_see_both_versions(story: Story, as_: Any) -> None:
    clerk, head, edit = as_("clerk"), as_("head"), page_of(story, "示例-05") + "/edit"
    mine, theirs = (fields_of(each.get(edit).text, edit) for each in (clerk, head))
    head.post(edit, data=changed(theirs, text="主任写的"))
    answer = clerk.post(edit, data=changed(mine, text="经办写的"))
    assert answer.status_code == 409
    assert "主任写的" in answer.text
    assert "经办写的" in answer.text
    assert "主任写的" in clerk.get(edit).text


@pytest.mark.parametrize("version", [None, "", "x"])
def test_a_post_that_names_no_version_changes_nothing(story: Story, as_: Any, version: str | None) -> None:
    clerk, edit = as_("clerk"), page_of(story, "示例-05") + "/edit"
    sent = changed(fields_of(clerk.get(edit).text, edit), version=version, text="别的话")
    assert clerk.post(edit, data=sent).status_code == 409
    assert "别的话" not in clerk.get(edit).text


def test_after_issue_only_what_may_change_is_offered(story: Story, as_: Any) -> None:
    clerk, edit = as_("clerk"), page_of(story, "示例-04") + "/edit"
    shown = fields_of(clerk.get(edit).text, edit)
    assert {name for name, _ in shown} == {"version", "short_name", "department", "responsible"}
    assert clerk.post(edit, data=changed(shown, department="财政所二")).status_code == 303
    assert "财政所二" in clerk.get(page_of(story, "示例-04")).text


# Steps


def test_issue_receipt_and_start_by_the_office(story: Story, as_: Any) -> None:
    clerk, page = as_("clerk"), page_of(story, "示例-05")
    offered = fields_of(clerk.get(page).text, f"{page}/issue")
    assert {name for name, _ in offered} == {
        "issued_on",
        "shown",
    }  # the day of the feedback stands there already
    assert clerk.post(f"{page}/issue", data=changed(offered, past="y")).status_code == 303
    assert "已交办" in clerk.get(page).text
    assert clerk.post(f"{page}/receipt").status_code == 303
    assert clerk.post(f"{page}/start").status_code == 303
    assert "整改中" in clerk.get(page).text
    again = clerk.post(f"{page}/start")
    assert again.status_code == 422
    assert "现在不能做这一步" in again.text


@pytest.mark.parametrize("day", ["", "昨天", "9999-12-31", "0001-01-01"])
def test_an_impossible_day_of_feedback_is_refused_beside_its_field(story: Story, as_: Any, day: str) -> None:
    clerk, page = as_("clerk"), page_of(story, "示例-05")
    answer = clerk.post(f"{page}/issue", data={"issued_on": day})
    assert answer.status_code == 422
    assert 'id="issued_on-error"' in answer.text
    assert "草稿" in clerk.get(page).text


def test_the_head_amends_with_a_reason_and_the_clerk_is_not_offered_it(story: Story, as_: Any) -> None:
    clerk, head, page = as_("clerk"), as_("head"), page_of(story, "示例-04")
    assert "amendments" not in clerk.get(page).text
    assert clerk.post(f"{page}/amendments", data={}).status_code == 404
    shown = fields_of(head.get(page).text, f"{page}/amendments")
    for lacking in ({"reason": "短"}, {"reason": " " * 12}, {"criteria": " \n "}):
        sent = changed(shown, **{"reason": "原来的标准没有说清期限", **lacking})
        assert head.post(f"{page}/amendments", data=sent).status_code == 422
    sent = changed(shown, criteria="当天公示", reason="原来的标准没有说清期限")
    assert head.post(f"{page}/amendments", data=sent).status_code == 303
    assert "当天公示" in clerk.get(page).text
    assert head.post(f"{page}/amendments", data=sent).status_code == 409  # the page was opened before


def test_the_unit_receives_and_reports(story: Story, as_: Any) -> None:
    unit, clerk, page = as_("unit"), as_("clerk"), page_of(story, "示例-04")
    assert clerk.post(f"{page}/measures", data={"text": "三日内公示"}).status_code == 303
    measure = measure_of(story, "示例-04")
    assert measure not in unit.get(page).text  # nothing to report before the receipt
    assert unit.post(measure, data={"progress": "公示了"}).status_code == 422
    assert unit.post(f"{page}/receipt").status_code == 303
    assert measure in unit.get(page).text
    empty = unit.post(measure, data={"progress": " ", "done": "y"})
    assert empty.status_code == 422
    assert "checked" in empty.text
    assert unit.post(measure, data={"progress": "公示了", "done": "y"}).status_code == 303
    for client in (unit, clerk):
        shown = client.get(page).text
        assert all(word in shown for word in ("公示了", "已做完", "整改中"))


def test_the_office_words_and_orders_measures(story: Story, as_: Any) -> None:
    clerk, page, last = as_("clerk"), page_of(story, "示例-02"), measure_of(story, "示例-02", 2)
    words = fields_of(clerk.get(f"{last}/words").text, f"{last}/words")
    assert clerk.post(f"{last}/words", data=changed(words, text="")).status_code == 422
    assert clerk.post(f"{last}/words", data=changed(words, text="窗口有 AB 岗")).status_code == 303
    assert clerk.post(f"{last}/earlier").status_code == 303
    text = clerk.get(page).text
    assert text.index("窗口有 AB 岗") < text.index("设一次性告知单")
    assert as_("unit").post(f"{last}/words", data={"text": "x"}).status_code == 404
    refused = clerk.post(last, data={"progress": "做了"})  # the unit has an account: its word is its own
    assert refused.status_code == 422
    assert "由单位自己报" in refused.text


def test_two_who_word_a_measure_see_both(story: Story, as_: Any) -> None:
    page = measure_of(story, "示例-02") + "/words"
    mine, theirs = (fields_of(as_(who).get(page).text, page) for who in ("clerk", "head"))
    assert as_("head").post(page, data=changed(theirs, text="指南贴一楼")).status_code == 303
    answer = as_("clerk").post(page, data=changed(mine, text="指南贴二楼"))
    assert answer.status_code == 409
    assert all(words in answer.text for words in ("指南贴一楼", "指南贴二楼"))
    assert "指南贴一楼" in as_("clerk").get(page).text


def test_a_unit_without_measures_writes_them_and_reports_on_each(story: Story, as_: Any) -> None:
    unit, page, today = as_("unit"), page_of(story, "示例-04"), clock.today()
    assert f'action="{page}/measures"' not in unit.get(page).text  # first the receipt
    assert unit.post(f"{page}/measures", data={"text": "三日内公示"}).status_code == 422
    unit.post(f"{page}/receipt")
    shown = fields_of(unit.get(page).text, f"{page}/measures")
    wrong = unit.post(
        f"{page}/measures", data=changed(shown, text="", planned_on="明天", responsible="财政所")
    )
    assert wrong.status_code == 422
    assert 'value="财政所"' in wrong.text
    sent = changed(shown, text="三日内公示", planned_on=today.isoformat(), responsible="财政所")
    for _ in range(2):  # a second tap on a slow line
        assert unit.post(f"{page}/measures", data=sent).status_code == 303
    text = unit.get(page).text
    assert text.count("三日内公示") == 1
    assert all(word in text for word in ("财政所", f"{today.month}月{today.day}日", "还没报", "单位说的"))
    measure = measure_of(story, "示例-04")
    for progress in ("先公示了耕地补贴", "都公示了"):
        form = fields_of(unit.get(measure).text, measure)
        assert ("progress", "") in form  # empty for what is said now
        assert unit.post(measure, data=changed(form, progress=progress)).status_code == 303
    told = unit.get(measure).text
    assert told.index("都公示了") < told.index("先公示了耕地补贴")
    assert "甘棠镇联络员" in told
    text = as_("clerk").get(page).text
    assert all(word in text for word in ("都公示了", "先公示了耕地补贴", "以前报过 1 次", "单位说的"))


def test_the_office_enters_reports_for_a_unit_without_account(story: Story, as_: Any) -> None:
    clerk, page, measure = as_("clerk"), page_of(story, "示例-02"), measure_of(story, "示例-02")
    unit = as_("unit")
    assert f'href="{measure}"' not in clerk.get(page).text
    with story.app.app_context(), apart(writes=True) as session:
        session.execute(sa.update(Account).where(Account.username == "unit").values(disabled=True))
    assert f'href="{measure}"' in clerk.get(page).text
    form = fields_of(clerk.get(measure).text, measure)
    assert clerk.post(measure, data=changed(form, progress="贴了", done="y")).status_code == 303
    assert "经办员甲代登记" in clerk.get(page).text
    with story.app.app_context(), apart(writes=True) as session:
        session.execute(sa.update(Account).where(Account.username == "unit").values(disabled=False))
    text = unit.get(page).text
    assert "巡察办代登记" in text
    assert "经办员甲" not in text  # who in the office is not the unit's to read


def test_who_reads_a_problem_reads_what_the_unit_said_and_cannot_say_it(story: Story, as_: Any) -> None:
    page, measure = page_of(story, "示例-02"), measure_of(story, "示例-02")
    as_("unit").post(measure, data={"progress": "告知单印好了"})
    for username in ("origin3", "leadership"):
        client = as_(username)
        assert "告知单印好了" in client.get(page).text
        assert client.post(measure, data={"progress": "x"}).status_code == 404
        assert client.post(f"{page}/measures", data={"text": "x"}).status_code == 404
    city = as_("city")
    assert "告知单印好了" not in city.get(page).text
    assert as_("unit2").post(measure, data={"progress": "x"}).status_code == 404
    assert as_("unit2").post(f"{page}/measures", data={"text": "x"}).status_code == 404


@pytest.mark.parametrize("field", ["text", "responsible"])
def test_a_measure_with_a_marking_is_stopped(story: Story, as_: Any, field: str) -> None:
    page = page_of(story, "示例-02")
    answer = as_("unit").post(f"{page}/measures", data={"text": "公示", field: "机密★1年"})
    assert answer.status_code == 422
    assert "密级" in answer.text


# Until when


def draft_with(story: Story, clerk: Any, limit: str) -> str:
    """The story's draft with this limit; its page."""
    page = page_of(story, "示例-05")
    shown = fields_of(clerk.get(f"{page}/edit").text, f"{page}/edit")
    assert clerk.post(f"{page}/edit", data=changed(shown, limit_text=limit)).status_code == 303
    return page


def test_a_drafts_page_and_form_say_until_when_before_it_is_handed_over(story: Story, as_: Any) -> None:
    clerk = as_("clerk")
    page = draft_with(story, clerk, "30 个工作日")
    with story.app.app_context(), acting(story.viewer("clerk"), writes=False):
        feedback = db.session.get_one(Problem, UUID(page.split("/")[-1])).inspection.feedback_on
    assert feedback is not None
    told = f"{dated_text(add_working_days(feedback, 30).day)}（30 个工作日"
    shown = clerk.get(page).text
    assert told in shown.split("交办</h2>")[1]
    assert told in clerk.get(f"{page}/edit").text
    assert clerk.post(f"{page}/issue", data=changed(fields_of(shown, f"{page}/issue"))).status_code == 303
    assert told in clerk.get(page).text


def test_another_day_of_feedback_is_counted_and_shown_before_it_counts(story: Story, as_: Any) -> None:
    clerk = as_("clerk")
    page = draft_with(story, clerk, "30 个工作日")
    sent = changed(fields_of(clerk.get(page).text, f"{page}/issue"), issued_on=clock.today().isoformat())
    asked = clerk.post(f"{page}/issue", data=sent)
    assert asked.status_code == 422
    assert dated_text(add_working_days(clock.today(), 30).day) in asked.text
    assert "草稿" in clerk.get(page).text
    assert (
        clerk.post(f"{page}/issue", data=changed(fields_of(asked.text, f"{page}/issue"))).status_code == 303
    )
    for reader in (clerk, as_("unit")):  # the day from which it is counted, not the inspection's
        shown = re.sub(r"<[^>]+>", " ", reader.get(page).text.split("<main")[1])
        assert re.search(rf"反馈\s+{day_text(clock.today())}", shown)


def test_a_deadline_that_is_over_is_warned_of_and_must_be_meant(story: Story, as_: Any) -> None:
    clerk, page = (
        as_("clerk"),
        page_of(story, "示例-05"),
    )  # ten working days from a feedback of twenty days ago
    shown = clerk.get(page).text
    assert "这个期限已经过了" in shown
    sent = changed(fields_of(shown, f"{page}/issue"))
    refused = clerk.post(f"{page}/issue", data=sent)
    assert refused.status_code == 422
    assert 'href="#past"' in refused.text
    assert "草稿" in clerk.get(page).text
    assert clerk.post(f"{page}/issue", data={**sent, "past": "y"}).status_code == 303
    assert "超期" in clerk.get(page).text


def test_a_draft_kept_from_before_with_bare_days_is_not_handed_over(story: Story, as_: Any) -> None:
    with story.app.app_context(), apart(writes=True) as session:
        session.execute(sa.update(Problem).where(Problem.number == "示例-05").values(limit_text="十天"))
    clerk, page = as_("clerk"), page_of(story, "示例-05")
    shown = clerk.get(page).text
    assert "没说是工作日还是自然日" in shown
    assert "先改期限" in shown
    day = clock.today().isoformat()
    assert clerk.post(f"{page}/issue", data={"issued_on": day, "shown": day}).status_code == 422


def test_a_named_day_before_the_feedback_leaves_the_feedback_to_be_changed(story: Story, as_: Any) -> None:
    clerk = as_("clerk")
    page = draft_with(story, clerk, (clock.today() - timedelta(30)).isoformat())
    shown = clerk.get(page).text
    assert "早于起算的" in shown
    earlier = (clock.today() - timedelta(40)).isoformat()
    asked = clerk.post(f"{page}/issue", data={"issued_on": earlier, "shown": ""})
    sent = changed(fields_of(asked.text, f"{page}/issue"), past="y")
    assert clerk.post(f"{page}/issue", data=sent).status_code == 303


def test_the_head_corrects_deadline_and_responsibility_and_the_first_ones_are_kept(
    story: Story, as_: Any
) -> None:
    clerk, head, page = as_("clerk"), as_("head"), page_of(story, "示例-04")
    assert "revisions" not in clerk.get(page).text
    assert clerk.post(f"{page}/revisions", data={}).status_code == 404
    shown = fields_of(head.get(page).text, f"{page}/revisions")
    for wrong in ({"reason": "短"}, {"limit_text": "十天"}, {"limit_text": ""}, {"limit_text": "2018-06-06"}):
        sent = changed(shown, **{"reason": "反馈会上另外定了期限", "limit_text": "60 个工作日", **wrong})
        assert head.post(f"{page}/revisions", data=sent).status_code == 422, wrong
    same = changed(shown, reason="反馈会上另外定了期限")
    assert "没有要改的" in head.post(f"{page}/revisions", data=same).text
    sent = {**same, "limit_text": ["60 个工作日"], "responsible": ["新负责人"]}
    assert head.post(f"{page}/revisions", data=sent).status_code == 303
    text = clerk.get(page).text
    assert "（60 个工作日" in text
    told = text.split("改期限或责任")[1]
    assert "→ 60 个工作日" in told
    assert "理由：反馈会上另外定了期限" in told
    assert "主任甲" in told
    assert "新负责人" in as_("unit").get(page).text
    assert head.post(f"{page}/revisions", data=sent).status_code == 409  # the page was opened before
    with story.app.app_context():
        assert list(faults()) == []  # what the head may do is no forgery


def test_a_deadline_corrected_into_the_past_must_be_meant(story: Story, as_: Any) -> None:
    head, page = as_("head"), page_of(story, "示例-04")
    shown = fields_of(head.get(page).text, f"{page}/revisions")
    sent = changed(shown, limit_text="1 个工作日", reason="当时定的就是一个工作日")
    refused = head.post(f"{page}/revisions", data=sent)
    assert refused.status_code == 422
    assert 'href="#revise-past"' in refused.text
    assert 'id="revise-past"' in refused.text
    assert head.post(f"{page}/revisions", data={**sent, "past": "y"}).status_code == 303


# What the page tells


def test_a_late_problem_stands_in_the_same_ink_as_in_the_list(story: Story, as_: Any) -> None:
    assert re.search(
        r'class="ink-bad strong">超期 \d+ (年|个工作日)', as_("clerk").get(page_of(story, "甘棠-07")).text
    )


def test_chosen_kinds_are_told_in_words(story: Story, as_: Any) -> None:
    text = as_("clerk").get(page_of(story, "示例-02")).text
    assert re.search(r"<dt>主要看什么</dt><dd>[^<—]+</dd>", text)


def test_what_happened_is_told_to_the_office_and_to_no_unit(story: Story, as_: Any) -> None:
    clerk, page = as_("clerk"), page_of(story, "示例-05")
    edit = f"{page}/edit"
    clerk.post(edit, data=changed(fields_of(clerk.get(edit).text, edit), severity="major"))
    told = clerk.get(page).text.split("经过<")[1]
    assert "经办员甲" in told
    assert "程度：一般 → 重大" in told
    assert "经过<" not in as_("unit").get(page_of(story, "示例-02")).text


@pytest.mark.parametrize("has_account", [True, False])
def test_who_signs_for_a_unit_is_told_as_it_is(story: Story, as_: Any, has_account: bool) -> None:
    if not has_account:
        with story.app.app_context(), apart(writes=True) as session:
            session.execute(sa.update(Account).where(Account.username == "unit").values(disabled=True))
    text = as_("clerk").get(page_of(story, "示例-04")).text
    assert ("单位自己做，也可以由办公室登记" in text) is has_account
    assert ("单位没有账号" in text) is not has_account


def test_after_handing_over_the_button_says_what_it_still_changes(story: Story, as_: Any) -> None:
    clerk, page = as_("clerk"), page_of(story, "示例-04")
    assert "改责任、手机上的名字</a>" in clerk.get(page).text
    assert "还能改责任部门、责任人、手机上显示的名字" in clerk.get(f"{page}/edit").text


def test_a_new_problem_has_nothing_chosen(as_: Any, inspection: str) -> None:
    clerk = as_("clerk")
    page = clerk.get("/problems/new").text
    assert page.split('<div class="chips">')[1].split("</div>")[0].count('type="checkbox"') == 13
    empty = changed(fields_of(page, "/problems/new"))
    chosen = {name: empty[name] for name in ("inspection_id", "severity", "verification", "limit_text")}
    assert chosen == {name: [""] for name in chosen}
    answer = clerk.post("/problems/new", data={**NEW, **chosen})
    for sentence in ("选一次巡察", "选一个程度", "选一个核实方式"):
        assert sentence in answer.text


# Who sees what


def test_the_unit_sees_its_list_most_urgent_first_and_never_a_draft(story: Story, as_: Any) -> None:
    dues = {"示例-04": date(2018, 6, 1), "示例-02": date(2018, 7, 1), "示例-01": date(2018, 8, 1)}
    with story.app.app_context(), apart(writes=True) as session:
        for number, day in dues.items():
            session.execute(sa.update(Problem).where(Problem.number == number).values(due=day))
        asked = {"state": "closure_requested", "requested_on": date(2018, 5, 30)}
        session.execute(sa.update(Problem).where(Problem.number == "示例-01").values(**asked))
    unit = as_("unit")
    text = unit.get("/problems").text
    assert "接下来要做：签收" in text
    told = re.findall(r"(?:示例|甘棠)-\d+", text)
    assert told == ["示例-04", "甘棠-07", "示例-02", "示例-03", "示例-01"]  # each once, the first on top
    assert unit.get(page_of(story, "示例-05")).status_code == 404


def test_no_page_of_the_unit_tells_how_it_will_be_checked(story: Story, as_: Any) -> None:
    unit = as_("unit")
    pages = [
        "/problems",
        *(page_of(story, number) for number in ("甘棠-07", "示例-01", "示例-03", "示例-04")),
    ]
    pages += [measure_of(story, "示例-02"), "/problems?q=体验式", "/problems?severity=minor"]
    for address in pages:
        text = unit.get(address).text
        for word in (*WAYS.values(), "mystery", "on_site", "核实", "回访", "第一巡察组", "组长", "镇上办事"):
            assert word not in text, (word, address)


def test_the_units_view_has_these_fields_and_no_other() -> None:
    assert {field.name for field in fields(queries.UnitProblem)} == {
        "id", "number", "text", "severity", "criteria", "department", "responsible", "limit", "due",
        "due_estimated", "state", "state_label", "standing", "measures", "feedback_on", "takes_reports",
        "requested_on", "told_on",
    }  # fmt: skip
    assert {field.name for field in fields(queries.UnitMeasure)} == {
        "id", "text", "responsible", "planned_on", "reports",
    }  # fmt: skip
    assert {field.name for field in fields(queries.UnitReport)} == {"text", "done", "at", "who"}
    assert {field.name for field in fields(queries.CityProblem)} == {
        "id", "number", "county", "unit", "state", "state_label", "due", "standing",
    }  # fmt: skip


def test_no_field_of_the_units_view_changes_with_how_a_problem_is_checked(story: Story) -> None:
    clerk = story.viewer("clerk")
    with story.app.app_context(), acting(clerk):
        problem = db.session.get_one(Problem, story.row(Problem, Problem.number == "示例-02"))
        before = queries.unit_view(problem, date(2026, 1, 5))
        problem.verification, problem.short_name, problem.criterion_tags = "papers", "别的名字", ["speed"]
        db.session.flush()
        assert queries.unit_view(problem, date(2026, 1, 5)) == before


def test_the_city_sees_number_unit_state_and_day_only(story: Story, as_: Any) -> None:
    city = as_("city")
    text = city.get("/problems").text
    assert sorted(rows(text)) == ["甘棠-07", "示例-01", "示例-02", "示例-03", "示例-04"]
    for address in ("/problems", page_of(story, "示例-04")):
        shown = city.get(address).text
        for word in ("惠农补贴", "财政所", "公示", "微小", "资料核验", "负责人"):
            assert word not in shown, (word, address)
    assert city.get(page_of(story, "示例-05")).status_code == 404


@pytest.mark.parametrize("asked", ["severity=minor", "severity=major", "q=惠农", "q=nothing"])
def test_the_city_cannot_ask_for_what_it_does_not_see(as_: Any, asked: str) -> None:
    assert len(rows(as_("city").get(f"/problems?{asked}").text)) == 5


def test_the_city_filters_by_what_it_sees(as_: Any) -> None:
    assert rows(as_("city").get("/problems?state=received").text) == ["示例-03"]


@pytest.mark.parametrize(
    ("username", "offered"), [("clerk", True), ("origin3", True), ("leadership", False), ("city", False)]
)
def test_drafts_are_offered_to_those_who_see_them(as_: Any, username: str, offered: bool) -> None:
    client = as_(username)
    assert ('<option value="draft">' in client.get("/problems").text) == offered
    assert ("示例-05" in client.get("/problems?state=draft").text) == offered


def test_the_city_reads_which_county_and_asks_for_one(story: Story, as_: Any) -> None:
    city = as_("city")
    text = city.get("/problems").text
    assert "市委巡察办·达州市" in text
    assert {row[1] for row in cells_of(text, "问题清单")} == {"开江县"}
    names = re.findall(r"<option[^>]*>([^<]*)</option>", text.split('name="unit"')[1].split("</select>")[0])
    assert names == ["全部", "开江县·甘棠镇"]  # no unit without a problem
    other = story.row(County, County.name == "大竹县")
    home = story.row(County, County.name == "开江县")
    assert rows(city.get(f"/problems?county={other}").text) == []
    assert len(rows(city.get(f"/problems?county={home}").text)) == 5
    assert "开江县" in city.get(page_of(story, "示例-04")).text
    assert "市委巡察办·达州市" in city.get("/me").text


def test_a_county_is_no_filter_of_those_who_see_one(story: Story, as_: Any) -> None:
    clerk = as_("clerk")
    assert 'name="county"' not in clerk.get("/problems").text
    assert len(rows(clerk.get(f"/problems?county={story.row(County, County.name == '大竹县')}").text)) == 6


def test_leadership_reads_issued_problems_with_their_way_and_changes_none(story: Story, as_: Any) -> None:
    leadership = as_("leadership")
    assert "示例-05" not in leadership.get("/problems").text
    text = leadership.get(page_of(story, "示例-02")).text
    assert "体验式回访" in text
    assert 'method="post"' not in text.split('<main class="wide"')[1]
    assert leadership.get(page_of(story, "示例-02") + "/edit").status_code == 404
