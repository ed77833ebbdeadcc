"""县里的规定: what the head settles, what it changes from then on, and what it leaves as it was."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from fieldapp import clock, history
from fieldapp.db import apart
from fieldapp.deadlines.calendar import add_working_days
from fieldapp.office.check import faults
from fieldapp.organisations.models import County
from fieldapp.problems.models import Problem
from tests.pages import changed, fields_of
from tests.story import Story

REASON = "县里今年的通知"


def post(head: Any, address: str, **values: Any) -> Any:
    """A form of the page as it stands, some fields typed over."""
    return head.post(address, data=changed(fields_of(head.get("/rules").text, address), **values))


def problem(story: Story, number: str) -> Problem:
    with story.app.app_context(), apart() as session:
        return session.scalars(sa.select(Problem).where(Problem.number == number)).one()


def issue(story: Story, clerk: Any, on: str, limit: str) -> Problem:
    """The story's draft with this limit, handed over on this day."""
    edit = f"/problems/{problem(story, '示例-05').id}/edit"
    clerk.post(edit, data=changed(fields_of(clerk.get(edit).text, edit), limit_text=limit))
    step = edit.replace("edit", "issue")
    asked = clerk.post(
        step, data={"issued_on": on}
    )  # another day than the page's own: counted and shown first
    sent = changed(fields_of(asked.text, step), issued_on=on, past="y")
    assert clerk.post(step, data=sent).status_code == 303
    return problem(story, "示例-05")


def journal(story: Story) -> list[dict[str, Any]]:
    county = story.row(County, County.name == "开江县")
    with story.app.app_context(), apart() as session:
        return [row.fields for row in history.entries(f"county:{county}", session)]


def last_entry(story: Story, number: str) -> dict[str, Any]:
    found = problem(story, number)
    with story.app.app_context(), apart() as session:
        return history.entries(found.stream, session)[-1].fields


def test_only_the_head_has_this_page(as_: Any) -> None:
    assert as_("head").get("/rules").status_code == 200
    for other in ("clerk", "inspector1", "unit", "leadership", "city", "admin"):
        assert as_(other).get("/rules").status_code == 404
        assert as_(other).post("/rules/recounting").status_code == 404


def test_a_new_way_of_counting_moves_no_deadline_that_is_set(story: Story, as_: Any) -> None:
    head, before = as_("head"), problem(story, "甘棠-07")
    new = {"first_day_counts": "y", "roll_forward": None, "basis": "县委办〔2026〕3 号", "reason": REASON}
    assert post(head, "/rules/counting", **new).status_code == 303
    same = problem(story, "甘棠-07")
    assert (same.due, same.due_rule) == (before.due, before.due_rule)
    later = issue(story, as_("clerk"), "2026-06-01", "20 个自然日")
    assert (later.due, later.due_rule) == (
        date(2026, 6, 20),
        "县委办〔2026〕3 号·第1版",
    )  # a Saturday, not moved
    (entry,) = journal(story)
    assert entry["payload"]["reason"] == REASON
    assert entry["payload"]["changed"]["最后一天"][1] == "碰上休息日也不顺延"
    shown = head.get("/rules").text
    assert "主任甲" in shown
    assert REASON in shown


def test_a_local_rest_day_counts_from_then_on(story: Story, as_: Any) -> None:
    head = as_("head")
    lines = "2026-06-15 休息 县庆\n2026-06-13 上班 补班"
    assert post(head, "/rules/days", lines=lines, reason=REASON).status_code == 303
    assert "县庆" in head.get("/rules").text
    assert issue(story, as_("clerk"), "2026-06-12", "2 个工作日").due == date(2026, 6, 16)
    first = fields_of(head.get("/rules").text, "/rules/days/removal")
    assert head.post("/rules/days/removal", data=dict(first)).status_code == 303
    assert "2026-06-13" not in dict(fields_of(head.get("/rules").text, "/rules/days/removal")).values()


def test_days_to_go_know_the_local_days(story: Story, as_: Any) -> None:
    head, clerk, today = as_("head"), as_("clerk"), clock.today()
    page = f"/problems/{issue(story, clerk, today.isoformat(), '10 个工作日').id}"
    assert "还有 10 个工作日" in clerk.get(page).text
    coming = [add_working_days(today, n).day for n in (2, 5)]
    post(head, "/rules/days", lines="\n".join(f"{day} 休息" for day in coming), reason=REASON)
    assert "还有 8 个工作日" in clerk.get(page).text


def test_an_estimate_is_counted_anew_once_the_year_is_known(story: Story, as_: Any) -> None:
    head = as_("head")
    found = issue(story, as_("clerk"), "2028-05-04", "3 个工作日")
    assert (found.due, found.due_estimated) == (date(2028, 5, 9), True)
    assert "放假安排还没公布" in head.get("/rules").text
    head.post("/rules/recounting")
    assert problem(story, "示例-05").due_estimated
    notice = {"lines": "2028-05-05 休息 劳动节\n2028-05-06 上班", "year": "2028", "reason": REASON}
    assert post(head, "/rules/days", **notice).status_code == 303
    assert problem(story, "示例-05").due == date(2028, 5, 9)  # until somebody asks
    offered = head.get("/rules").text
    assert "2028年5月9日" in offered
    assert "按正式放假表重算" in offered
    assert head.post("/rules/recounting").status_code == 303
    done = problem(story, "示例-05")
    assert (done.due, done.due_estimated) == (date(2028, 5, 9), False)
    assert last_entry(story, "示例-05")["action"] == "recount"
    assert "示例-05" not in head.get("/rules").text
    with story.app.app_context():
        assert list(faults()) == []


def test_counting_anew_keeps_the_rule_the_deadline_was_set_by(story: Story, as_: Any) -> None:
    head = as_("head")
    assert issue(story, as_("clerk"), "2028-05-04", "3 个工作日").due == date(2028, 5, 9)
    counting = {"first_day_counts": "y", "roll_forward": None, "basis": "县里新规定", "reason": REASON}
    post(head, "/rules/counting", **counting)
    post(head, "/rules/days", lines="2028-05-05 休息", year="2028", reason=REASON)
    head.post("/rules/recounting")
    assert problem(story, "示例-05").due == date(2028, 5, 10)
    payload = last_entry(story, "示例-05")["payload"]
    assert payload["due"] == ["2028-05-09", "2028-05-10"]
    assert payload["rule"] == "民法典第201至203条"


def test_the_lists_are_called_as_the_county_calls_them(as_: Any) -> None:
    assert post(as_("head"), "/rules/lists", problems="任务清单", unit="整改台账").status_code == 303
    for address in ("/problems", "/units"):
        assert "<span>任务清单</span>" in as_("clerk").get(address).text
    assert "<h1>任务清单</h1>" in as_("clerk").get("/problems").text
    assert "整改台账" in as_("unit").get("/problems").text
    assert "任务清单" not in as_("unit").get("/problems").text
    assert "问题清单" in as_("clerk2").get("/problems").text  # the county next door keeps its own


def test_the_county_names_who_signs(story: Story, as_: Any) -> None:
    bodies = ["origin_team", "office", "discipline"]
    assert post(as_("head"), "/rules/bodies", bodies=bodies, reason=REASON).status_code == 303
    page = as_("head").get("/rules").text
    assert "现在是原巡察组、巡察办、纪委监委" in page
    assert REASON in page


@pytest.mark.parametrize(
    ("address", "typed", "sentence"),
    [
        ("/rules/counting", {"basis": "", "reason": REASON}, "这一项要填"),
        ("/rules/counting", {"basis": "甲", "reason": "短"}, "至少 5 个字"),
        ("/rules/days", {"lines": "元旦 休息", "reason": REASON}, "看不懂"),
        ("/rules/days", {"year": "1999", "reason": REASON}, "写 2000 到 2099"),
        ("/rules/days", {"lines": "", "reason": REASON}, "没有要改的"),
        ("/rules/lists", {"problems": "字" * 13}, "最多 12 个字"),
        ("/rules/bodies", {"bodies": ["office"], "reason": REASON}, "至少两方签认"),
        ("/rules/bodies", {"bodies": ["origin_team", "office"], "reason": REASON}, "没有要改的"),
    ],
)
def test_what_cannot_be_settled_is_told_and_stays(
    story: Story, as_: Any, address: str, typed: dict[str, str], sentence: str
) -> None:
    answer = post(as_("head"), address, **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    shown = changed(fields_of(answer.text, address))
    assert all(shown[name] == ([value] if isinstance(value, str) else value) for name, value in typed.items())
    assert journal(story) == []


def test_two_heads_see_what_differs(as_: Any) -> None:
    head = as_("head")
    stale = fields_of(head.get("/rules").text, "/rules/lists")
    post(head, "/rules/lists", problems="任务清单")
    answer = head.post("/rules/lists", data=changed(stale, problems="问题台账"))
    assert answer.status_code == 409
    assert "问题台账" in answer.text
    assert "任务清单" in answer.text


def test_bare_days_are_counted_as_the_county_settles_and_told(story: Story, as_: Any) -> None:
    head, clerk = as_("head"), as_("clerk")
    edit = f"/problems/{problem(story, '示例-05').id}/edit"
    typed = changed(fields_of(clerk.get(edit).text, edit), limit_text="十天")
    refused = clerk.post(edit, data=typed)
    assert refused.status_code == 422
    assert "没说是工作日还是自然日" in refused.text
    assert (
        post(head, "/rules/counting", bare_day="workday", basis="县里通知", reason=REASON).status_code == 303
    )
    assert "按工作日数" in head.get("/rules").text
    assert "只写“天”的按工作日数" in clerk.get(edit).text
    assert clerk.post(edit, data=typed).status_code == 303
    assert "（10 个工作日）" in clerk.get(edit.removesuffix("/edit")).text


def test_a_deadline_once_counted_from_bare_days_is_recounted_as_it_was(story: Story, as_: Any) -> None:
    """Before they were asked back, bare days were calendar days; the page of rules must still open."""
    with story.app.app_context(), apart(writes=True) as session:
        old = {"limit_text": "10 天", "due": date(2090, 5, 15), "due_estimated": True}
        session.execute(sa.update(Problem).where(Problem.number == "示例-04").values(**old))
    text = as_("head").get("/rules").text
    assert "示例-04" in text
    assert "（10 个自然日，估算）" in as_("clerk").get(f"/problems/{problem(story, '示例-04').id}").text
