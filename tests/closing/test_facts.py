"""事实确认: a new finding goes to its unit in neutral words; answered, and only then, it becomes a problem."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from fieldapp import clock, history
from fieldapp.closing.fact_models import Fact, FactProblem, FactReply
from fieldapp.db import apart
from fieldapp.inspections.models import Inspection
from fieldapp.problems.models import Problem
from tests.closing.finding import WORDS, found_new
from tests.pages import changed, fields_of
from tests.problems.test_views import NEW
from tests.story import Story
from tests.visits.visiting import state_of

TEXT = "服务大厅没有人引导，叫号屏不能用"


def rows(story: Story, model: Any) -> list[Any]:
    with story.app.app_context(), apart() as session:
        found = list(session.scalars(sa.select(model)))
        session.expunge_all()
        return found


def sent(story: Story, as_: Any) -> str:
    """The address of a fact that the unit may answer."""
    visit, tap = found_new(story, as_)
    clerk, page = as_("clerk"), f"/findings/{visit}/{tap}"
    fields = changed(fields_of(clerk.get(page).text, page), text=TEXT)
    for _ in range(2):  # sent twice, it is one
        assert clerk.post(page, data=fields).status_code == 303
    (fact,) = rows(story, Fact)
    return f"/facts/{fact.id}"


def inspection_of(story: Story) -> str:
    return str(story.row(Inspection, Inspection.county_id == story.viewer("clerk").county_id))


def test_the_unit_reads_neutral_words_of_the_day_they_were_sent(story: Story, as_: Any) -> None:
    visit, tap = found_new(story, as_)
    clerk, unit, page = as_("clerk"), as_("unit"), f"/findings/{visit}/{tap}"
    before = unit.get("/problems").text
    assert page in clerk.get("/facts").text
    assert WORDS in clerk.get(page).text
    tomorrow = clock.now() + 86_400_000
    with clock.moved_to(tomorrow):
        as_("clerk").post(page, data=changed(fields_of(as_("clerk").get(page).text, page), text=TEXT))
        (fact,) = rows(story, Fact)
        assert fact.day == clock.today()
        listed, shown = as_("unit").get("/problems").text, as_("unit").get(f"/facts/{fact.id}").text
    assert TEXT not in before
    assert TEXT in listed
    assert TEXT in shown
    day = clock.today() + timedelta(1)
    assert f"{day.month}月{day.day}日发来" in shown
    for secret in (WORDS, str(visit), str(tap), "回访", "第一巡察组", "社会保障窗口"):
        assert secret not in shown, secret
        assert secret not in listed, secret


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("没有导办", "至少 10 个字"), ("", "这一项要填"), ("回访员甲看到大厅里没有人引导", "谁去的"),
     ("第一巡察组看到大厅里没有人引导", "哪个组去的"), ("今天上午大厅里没有人引导群众", "哪天去的"),
     ("长" * 501, "最多 500")],
)  # fmt: skip
def test_words_that_give_the_visit_away_are_sent_back(
    story: Story, as_: Any, text: str, sentence: str
) -> None:
    visit, tap = found_new(story, as_)
    answer = as_("clerk").post(f"/findings/{visit}/{tap}", data={"text": text})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert text in answer.text
    assert rows(story, Fact) == []


def test_the_day_of_the_visit_is_not_named(story: Story, as_: Any) -> None:
    visit, tap = found_new(story, as_)
    today = clock.today()
    answer = as_("clerk").post(
        f"/findings/{visit}/{tap}", data={"text": f"{today.month}月{today.day}日大厅里没有人引导"}
    )
    assert answer.status_code == 422
    assert "哪天去的" in answer.text


def test_a_finding_of_a_visit_that_is_not_checked_goes_nowhere(story: Story, as_: Any) -> None:
    visit = story.handed_in()
    assert as_("clerk").get(f"/findings/{visit}/{visit}").status_code == 404
    reviewed, _tap = found_new(story, as_)
    assert as_("clerk").get(f"/findings/{reviewed}/{visit}").status_code == 404
    assert as_("clerk2").get(f"/findings/{reviewed}/{_tap}").status_code == 404


def test_a_finding_waits_for_no_request_to_close(story: Story, as_: Any) -> None:
    """A visit that found the problem as it was is never reviewed: what else it found is the office's all the same."""
    visit, tap = found_new(story, as_, asked=False)
    assert state_of(story, visit) == "checked"
    clerk, page = as_("clerk"), f"/findings/{visit}/{tap}"
    assert page in clerk.get("/facts").text
    assert clerk.post(page, data={"text": TEXT}).status_code == 303
    assert page not in clerk.get("/facts").text
    assert TEXT in as_("unit").get("/problems").text


@pytest.mark.parametrize("agrees", ["yes", "no"])
def test_the_unit_answers_once_and_then_it_may_become_a_problem(story: Story, as_: Any, agrees: str) -> None:
    fact = sent(story, as_)
    unit, clerk = as_("unit"), as_("clerk")
    assert "请单位确认是不是这样" in unit.get("/problems").text
    assert clerk.get(f"{fact}/problem").status_code == 404, "not before it is answered"
    said = {"agrees": agrees, "text": "叫号屏当天已报修"}
    for _ in range(2):
        assert unit.post(f"{fact}/reply", data=said).status_code == 303
    assert unit.post(f"{fact}/reply", data={"agrees": "yes", "text": "别的"}).status_code == 422
    (reply,) = rows(story, FactReply)
    assert (reply.agrees, reply.by_office) == (agrees == "yes", False)
    assert "请单位确认是不是这样" not in unit.get("/problems").text
    shown = unit.get(fact).text
    form = clerk.get(f"{fact}/problem").text
    assert TEXT in form
    fields = changed(fields_of(form, f"{fact}/problem"), **{**NEW, "inspection_id": inspection_of(story)})
    fields["text"] = [TEXT]
    made = clerk.post(f"{fact}/problem", data=fields)
    assert made.status_code == 303
    problem = UUID(made.location.rsplit("/", 1)[1])
    (link,) = rows(story, FactProblem)
    assert link.problem_id == problem
    with story.app.app_context(), apart() as session:
        row = session.get_one(Problem, problem)
        assert (row.state, row.text) == ("draft", TEXT)
    assert clerk.post(f"{fact}/problem", data={**fields, "number": ["新-02"]}).status_code == 404, "once"
    assert unit.get(fact).text.split("<main")[1] == shown.split("<main")[1], "a draft is nobody's to know"
    assert "新-01" not in unit.get("/problems").text


def test_an_objection_says_why(story: Story, as_: Any) -> None:
    fact = sent(story, as_)
    answer = as_("unit").post(f"{fact}/reply", data={"agrees": "no", "text": ""})
    assert answer.status_code == 422
    assert "写明哪里不对" in answer.text
    assert as_("unit").post(f"{fact}/reply", data={"text": "x"}).status_code == 422
    assert rows(story, FactReply) == []


def test_the_office_enters_the_letter_of_a_unit_without_account(story: Story, as_: Any) -> None:
    fact = sent(story, as_)
    clerk = as_("clerk")
    letter = clerk.get(f"{fact}/letter").text
    assert TEXT in letter
    assert WORDS not in letter
    said = {"agrees": "yes", "text": "", "letter": ""}
    assert "写来文字号" in clerk.post(f"{fact}/reply", data=said).text
    assert clerk.post(f"{fact}/reply", data={**said, "letter": "甘委〔2018〕15 号"}).status_code == 303
    (reply,) = rows(story, FactReply)
    assert (reply.by_office, reply.letter) == (True, "甘委〔2018〕15 号")
    assert "甘委〔2018〕15 号" in clerk.get(fact).text
    assert "巡察办按来文登记" in as_("unit").get(fact).text


def test_what_is_answered_waits_for_the_office(story: Story, as_: Any) -> None:
    fact = sent(story, as_)
    clerk = as_("clerk")
    assert "要不要建成问题" not in clerk.get("/todo").text
    as_("unit").post(f"{fact}/reply", data={"agrees": "yes"})
    assert "要不要建成问题" in clerk.get("/todo").text
    assert "属实" in clerk.get("/facts").text


@pytest.mark.parametrize(
    "username", ["unit2", "clerk2", "leader1", "inspector1", "origin3", "leadership", "city", "admin"]
)
def test_nobody_else_reads_or_answers_it(story: Story, as_: Any, username: str) -> None:
    fact = sent(story, as_)
    client = as_(username)
    assert client.get(fact).status_code == 404
    assert client.post(f"{fact}/reply", data={"agrees": "yes", "letter": "1"}).status_code == 404
    assert TEXT not in client.get("/facts").text
    assert client.get(f"{fact}/problem").status_code == 404
    assert rows(story, FactReply) == []


def test_a_problem_of_another_unit_s_inspection_is_not_offered(story: Story, as_: Any) -> None:
    fact = sent(story, as_)
    as_("unit").post(f"{fact}/reply", data={"agrees": "yes"})
    clerk = as_("clerk")
    foreign = str(story.row(Inspection, Inspection.county_id == story.viewer("clerk").county_id))
    fields = changed(fields_of(clerk.get(f"{fact}/problem").text, f"{fact}/problem"), **{**NEW, "text": TEXT})
    fields["inspection_id"] = [foreign.replace(foreign[:8], "00000000")]
    assert clerk.post(f"{fact}/problem", data=fields).status_code == 422
    assert rows(story, FactProblem) == []


WHY = "大厅当天临时停电，不是长期没人管"


def shown(client: Any, *pages: str) -> list[str]:
    """What is on them; the head holds the instant."""
    return [client.get(page).text.split("<main")[1] for page in pages]


def history_of(story: Story, visit: UUID) -> list[dict[str, Any]]:
    with story.app.app_context(), apart() as session:
        return [row.fields for row in history.entries(f"visit:{visit}", session)]


def test_a_finding_is_dismissed_with_a_reason_that_no_unit_reads(story: Story, as_: Any) -> None:
    visit, tap = found_new(story, as_)
    clerk, unit, page = as_("clerk"), as_("unit"), f"/findings/{visit}/{tap}"
    before = shown(unit, "/problems", "/facts")
    short = clerk.post(f"{page}/dismissal", data={"reason": "不算"})
    assert short.status_code == 422
    assert "不算" in short.text
    for _ in range(2):
        assert clerk.post(f"{page}/dismissal", data={"reason": WHY}).status_code == 303
    last = history_of(story, visit)[-1]
    assert (last["action"], last["payload"]) == ("dismiss_finding", {"tap": str(tap), "reason": WHY})
    assert [row["action"] for row in history_of(story, visit)].count("dismiss_finding") == 1, "once"
    listed = clerk.get("/facts").text
    assert listed.index("不立为问题的") < listed.index(WORDS), "it is no longer among those that wait"
    assert WHY in listed
    assert WHY in clerk.get(page).text
    assert shown(unit, "/problems", "/facts") == before
    sent = clerk.post(page, data={"text": TEXT})
    assert sent.status_code == 303, "the office may think better of it"


def test_what_the_unit_answered_is_dismissed_too_and_waits_no_more(story: Story, as_: Any) -> None:
    fact = sent(story, as_)
    clerk, unit = as_("clerk"), as_("unit")
    (row,) = rows(story, Fact)
    no = f"/findings/{row.visit_id}/{row.tap_id}/dismissal"
    early = clerk.post(no, data={"reason": WHY})
    assert early.status_code == 422
    assert "等它答复了再定" in early.text
    unit.post(f"{fact}/reply", data={"agrees": "no", "text": "当天停电"})
    unit.get(fact)  # which says once that the answer came
    before = shown(unit, fact, "/facts")
    assert no.removesuffix("/dismissal") in clerk.get(fact).text
    assert clerk.post(no, data={"reason": WHY}).status_code == 303
    assert "要不要建成问题" not in clerk.get("/todo").text
    assert WHY in clerk.get(fact).text
    assert shown(unit, fact, "/facts") == before
    form = clerk.get(f"{fact}/problem").text
    fields = changed(fields_of(form, f"{fact}/problem"), **{**NEW, "inspection_id": inspection_of(story)})
    assert clerk.post(f"{fact}/problem", data=fields).status_code == 303
    late = clerk.post(no, data={"reason": WHY + "，再说一遍"})
    assert late.status_code == 422
    assert "已经建成问题了" in late.text


@pytest.mark.parametrize("username", ["unit", "clerk2", "leader1", "inspector1", "leadership", "admin"])
def test_only_the_office_dismisses(story: Story, as_: Any, username: str) -> None:
    visit, tap = found_new(story, as_)
    answer = as_(username).post(f"/findings/{visit}/{tap}/dismissal", data={"reason": WHY})
    assert answer.status_code == 404
    assert "dismiss_finding" not in [row["action"] for row in history_of(story, visit)]
