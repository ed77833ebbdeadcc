"""Papers: who may open which, and what stands on them."""

import re
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from fieldapp import clock
from fieldapp.closing import actions
from fieldapp.closing.models import Closing
from fieldapp.db import apart
from fieldapp.organisations.models import Unit
from fieldapp.visits.models import Visit
from fieldapp.web.qr import code_of
from tests.closing import steps
from tests.story import ROLES, Story


def sheet_of(story: Story) -> str:
    return f"/visits/{steps.closing_visit(story)}/sheet"


def report_of(story: Story) -> str:
    return f"/problems/{steps.problem_id(story)}/report"


def form_of(story: Story) -> str:
    return f"/closings/{steps.closing(story).id}/form"


def list_of(story: Story) -> str:
    return f"/units/{story.row(Unit, Unit.name == '甘棠镇')}/checklist"


def words(html: str) -> str:
    """The sheet alone, as it is read."""
    body = html.split('id="main"')[1]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def opened_by(as_: Any, address: str) -> set[str]:
    return {name for name in ROLES if as_(name).get(address).status_code == 200}


def test_who_may_open_which(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    office = {"clerk", "head"}
    assert opened_by(as_, sheet_of(story)) == office | {"inspector1", "leader1", "origin3", "leadership"}
    assert opened_by(as_, report_of(story)) == office | {"origin3", "leadership"}  # who sees the problem too
    assert opened_by(as_, form_of(story)) == office | {"origin3", "leadership"}
    assert opened_by(as_, list_of(story)) == office | {"unit"}


def test_the_record_of_a_visit(story: Story, as_: Any) -> None:
    page = as_("clerk").get(sheet_of(story)).text
    said = words(page)
    for part in (
        "回访督查记录表",
        "开江县委巡察办",
        "第三巡察组 （2018年5月6日反馈）",
        "☑ 模拟办事",
        "☐ 咨询了解",
        "☑ 蹲点观察",
        "等候 4分36秒",
        "办理 5分00秒",
        "窗口承诺 当场办，法定 10 个工作日",
        "手机计时，钟差已核对",
        "☑ 已整改",
        "☐ 部分整改",
        "窗口实行 AB 岗：说不准",
        "☑ 销号",
        "回访人（签字）：回访员甲",
    ):
        assert part.replace(" ", "") in said.replace(" ", ""), part
    with story.app.app_context(), apart() as session:
        seal = session.get_one(Visit, steps.closing_visit(story)).seal
    assert seal[:4] in said
    assert code_of(seal).path in page
    assert page.count("<img") == 2


@pytest.mark.parametrize("state", ["under_way", "collected", "sent_back"])
def test_no_sheet_of_what_not_everybody_has_signed(story: Story, as_: Any, state: str) -> None:
    address = sheet_of(story)
    with story.app.app_context(), apart(writes=True) as session:
        session.execute(sa.update(Visit).values(state=state))
    for username in ("clerk", "inspector1", "leader1"):
        assert as_(username).get(address).status_code == 404


def test_a_report_waits_for_the_leader_and_not_for_the_review_that_it_asks_for(
    story: Story, as_: Any
) -> None:
    clerk, problem = as_("clerk"), f"/problems/{steps.problem_id(story)}"
    steps.asks(story)
    assert clerk.get(report_of(story)).status_code == 404
    assert "回访情况报告" not in clerk.get(problem).text
    steps.checks(story)
    assert "回访情况报告" in clerk.get(problem).text
    said = words(clerk.get(report_of(story)).text)
    assert "2018年6月5日，甘棠镇报来销号申请" in said
    assert "结论是“已整改”" in said


def test_the_form_shows_what_is_signed_and_how(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    head = as_("head")
    said = words(head.get(form_of(story)).text)
    assert said.count("签字（盖章）") == 2
    assert "☐ 同意销号" in said
    paper = steps.paper(story)
    said = words(head.get(form_of(story)).text)
    assert "第三巡察组组长 2018年6月21日 纸质签批已录入，等第二个人核对 （经办员甲录入" in said
    assert said.count("同意销号。") == 0
    steps.does(story, "head", lambda by: actions.confirm_paper(paper, True, by=by, at=steps.CHECKED))
    steps.signs(story, "head", "office")
    said = words(head.get(form_of(story)).text)
    assert "纸质签批 （经办员甲录入，主任甲核对）" in said
    assert re.search(r"主任甲 2018年6月21日 9:00:00 系统内签认", said)
    assert said.count("同意销号。") == 2
    assert "签字（盖章）" not in said


def test_the_form_carries_the_fingerprint_of_its_record(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    found, page = steps.closing(story), as_("clerk").get(form_of(story)).text
    fours = " ".join(found.fingerprint[n : n + 4] for n in range(0, 64, 4))
    assert fours in page
    assert fours[:14] in page
    assert code_of(found.fingerprint).path in page
    for part in (
        "便民服务中心窗口办事不力",
        "三条措施都做了",
        "核实方式：体验式回访",
        "第一巡察组",
        "2018年6月5日",
    ):
        assert part in page


def test_no_form_goes_out_with_a_fingerprint_that_is_not_its_own(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    with story.app.app_context(), apart(writes=True) as session:
        session.execute(sa.update(Closing).values(record=Closing.record + " "))
    answer = as_("head").get(form_of(story))
    assert answer.status_code == 422
    assert "对不上" in answer.text


def test_no_form_while_nothing_is_frozen(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    address, shown = form_of(story), steps.closing(story).fingerprint
    where, no = steps.problem_id(story), "照片看不清窗口上贴的告知单"
    steps.does(
        story,
        "origin3",
        lambda by: actions.object_to(where, "origin_team", shown, no, by=by, at=steps.CHECKED),
    )
    assert as_("head").get(address).status_code == 404
    steps.approves(story)
    said = words(as_("head").get(address).text)
    assert no in said  # the next freezing tells that the first was refused
    assert "第 2 版" in said


@pytest.mark.parametrize("query", ["", "?as=unit"])
def test_no_way_of_verification_on_a_checklist(story: Story, as_: Any, query: str) -> None:
    for username in ("head", "unit"):
        page = as_(username).get(list_of(story) + query).text
        assert "甘棠-07" in page
        assert "示例-05" not in page  # a draft
        for way in ("体验式回访", "实地核查", "资料核验", "电话回访"):
            assert way not in page


def test_the_units_own_list_says_closed_when_it_was_told(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    steps.signs(story, "head", "office")
    steps.signs(story, "origin3", "origin_team")
    head, unit, address = as_("head"), as_("unit"), list_of(story)
    assert "已销号" in head.get(address).text
    assert "办内用，不发单位" in head.get(address).text
    for page in (
        head.get(f"{address}?as=unit").text,
        unit.get(address).text,
        unit.get(f"{address}?as=x").text,
    ):
        assert "已销号" not in page
        assert "审核中" in page
        assert "办内用" not in page
    steps.publishes(story)
    for page in (head.get(f"{address}?as=unit").text, unit.get(address).text):
        assert "已销号" in page


def test_another_units_list_is_not_there(story: Story, as_: Any) -> None:
    with story.app.app_context(), apart() as session:
        others: list[UUID] = list(session.scalars(sa.select(Unit.id).where(Unit.name != "甘棠镇")))
    assert others
    for each in others:
        assert as_("unit").get(f"/units/{each}/checklist").status_code == 404
        assert as_("head").get(f"/units/{each}/checklist").status_code == 404


def test_the_way_there_is_on_the_page_of_the_thing(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    head = as_("head")
    visit = steps.closing_visit(story)
    assert f'href="{sheet_of(story)}"' in head.get(f"/visits/{visit}").text
    assert f'href="{form_of(story)}"' in head.get(f"/problems/{steps.problem_id(story)}").text
    assert (
        f'href="{form_of(story)}"'
        in as_("origin3").get(f"/problems/{steps.problem_id(story)}/closure/record").text
    )
    assert f'href="{list_of(story)}"' in as_("unit").get("/problems").text
    unit = list_of(story).removesuffix("/checklist")
    assert f'href="{list_of(story)}"' in head.get(unit).text
    assert f'href="{list_of(story)}"' in head.get(f"/problems?unit={unit.rpartition('/')[2]}").text


def test_paper_says_years_whatever_year_it_is(story: Story, as_: Any) -> None:
    with clock.moved_to(steps.CHECKED):
        assert "2018年6月20日" in words(as_("clerk").get(sheet_of(story)).text)
