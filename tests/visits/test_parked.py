"""The office decides on what fits no visit: it sees whose and why, and nothing else of a plan."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest

from fieldapp import clock
from fieldapp.db import SYSTEM, acting, apart
from fieldapp.office.check import faults
from fieldapp.visits import planning, plans, reviewing
from fieldapp.visits.joining import Asked, Fit, Why, fit_of
from fieldapp.visits.models import ParkedDecision, TapRow, Visit
from fieldapp.visits.plans import PlannedVisit
from tests.clients import LintingClient
from tests.evidence.pictures import jpeg
from tests.story import Story
from tests.visits.visiting import (
    LogIn,
    begin_both,
    begin_unplanned,
    countersign,
    hand_in,
    people_of,
    send,
    state_of,
    steps_of,
    taps_in,
)


def who(story: Story, username: str) -> UUID:
    return story.viewer(username).person_id


def address(story: Story, visit: Any, username: str) -> str:
    return f"/visits/parked/{visit}/{who(story, username)}"


def decide(client: LintingClient, where: str, decision: str, reason: str = "核对过行程，确实去了") -> Any:
    return client.post(f"{where}/decisions", data={"decision": decision, "reason": reason})


def save(story: Story, plan: PlannedVisit) -> None:
    with story.app.app_context(), acting(story.viewer("clerk")):
        plans.save(plan)


def cancelled(story: Story) -> PlannedVisit:
    plan = story.plan_of_today()
    with story.app.app_context(), acting(story.viewer("clerk")):
        planning.cancel_plan(plan, by=story.viewer("clerk"), at=clock.now())
    return plan


def began(story: Story, as_: LogIn, plan: PlannedVisit, username: str = "inspector1") -> LintingClient:
    client = as_(username)
    send(client, plan.visit_id, "begin", "办事", plan=plan.id, briefing="1")
    return client


def sound(story: Story) -> list[str]:
    with story.app.app_context():
        return list(faults())


def outcomes(story: Story) -> list[str]:
    with story.app.app_context(), apart() as session:
        rows = session.query(ParkedDecision).order_by(ParkedDecision.at, ParkedDecision.n)
        return [row.outcome for row in rows]


def test_the_offices_first_page_says_how_many_wait(story: Story, as_: LogIn) -> None:
    clerk, plan = as_("clerk"), cancelled(story)
    assert "没对上的记录等定" not in clerk.get("/todo").text
    began(story, as_, plan)
    began(story, as_, plan, "inspector2")
    for username in ("clerk", "head"):
        page = as_(username).get("/todo").text
        assert "2 份" in page
        assert 'href="/visits/parked"' in page.split('<main class="wide"')[1]
    for username in ("clerk2", "leader1", "leadership"):
        assert "没对上的记录等定" not in as_(username).get("/todo").text
    decide(clerk, address(story, plan.visit_id, "inspector1"), "aside")
    assert "1 份" in clerk.get("/todo").text
    send(as_("inspector1"), plan.visit_id, "note", text="又来一条")
    assert "2 份" in clerk.get("/todo").text  # more came after the decision


def test_with_nothing_parked_the_page_says_so(story: Story, as_: LogIn) -> None:
    for username in ("clerk", "head"):
        page = as_(username).get("/visits/parked").text
        assert "没有要定的" in page
        assert "已处理" not in page


def test_a_leaders_settling_is_not_parked(story: Story, as_: LogIn) -> None:
    """The leader takes no part; the correction that he makes at the desk fits all the same."""
    first, second, visit = begin_both(story, as_)
    for client, value in ((first, "yes"), (second, "no")):
        send(client, visit, "answer", value, item="greeting")
        hand_in(client, visit)
    sent = {"value": "yes", "reason": "两人核对过"}
    assert as_("leader1").post(f"/visits/{visit}/conflicts/0", data=sent).status_code == 303
    assert "没有要定的" in as_("clerk").get("/visits/parked").text


def test_one_line_a_person_says_whose_how_many_and_why(story: Story, as_: LogIn) -> None:
    plan = cancelled(story)
    first = began(story, as_, plan)
    send(first, plan.visit_id, "stage", "arrive")
    send(first, plan.visit_id, "answer", "no", item="greeting")
    send(first, plan.visit_id, "conclude", "未整改", problem=plan.problem_ids[0])
    send(first, plan.visit_id, "note", text="去了才知道取消了")
    send(first, plan.visit_id, "stage", ["arrive", "call"][0], ago_s=["30", "60"])
    send(first, plan.visit_id, "answer", "?")
    picture = {"file": (BytesIO(jpeg()), "a.jpg")}
    send(first, plan.visit_id, "photo", "大厅", **picture)
    page = as_("clerk").get("/visits/parked").text
    name = story.viewer("inspector1").name
    assert page.count(name) == 1
    assert "8 条，照片 1 张" in page
    assert "安排取消了" in page
    opened = as_("clerk").get(address(story, plan.visit_id, "inspector1")).text
    for words in ("开始：办事", "到达", "一个问题：未整改", "写字：去了才知道取消了", "照片·大厅", "缺内容"):
        assert words in opened, words
    content = plan.briefing["content"]
    for secret in (plan.id, plan.problem_ids[0], content["unit"], content["scenario"]["name"], plan.approval):
        assert secret not in page + opened, secret


def test_newest_first(story: Story, as_: LogIn) -> None:
    for username in ("inspector2", "inspector1"):
        send(as_(username), uuid4(), "note", text="x")
    page = as_("clerk").get("/visits/parked").text
    first, second = (page.index(story.viewer(name).name) for name in ("inspector1", "inspector2"))
    assert first < second


def test_only_the_office_of_the_county_sees_and_decides(story: Story, as_: LogIn) -> None:
    plan = cancelled(story)
    began(story, as_, plan)
    where = address(story, plan.visit_id, "inspector1")
    for username in ("inspector1", "leader1", "origin3", "unit", "leadership", "city", "admin", "clerk2"):
        client = as_(username)
        assert client.get(where).status_code == 404, username
        assert decide(client, where, "adopt").status_code == 404, username
    assert story.viewer("inspector1").name not in as_("clerk2").get("/visits/parked").text
    assert as_("clerk").get(address(story, plan.visit_id, "inspector2")).status_code == 404
    assert outcomes(story) == []


def test_a_cancelled_plans_visit_is_made_as_its_begin_asked(story: Story, as_: LogIn) -> None:
    plan = cancelled(story)
    first, second = began(story, as_, plan), began(story, as_, plan, "inspector2")
    send(first, plan.visit_id, "stage", "arrive")
    assert state_of(story, plan.visit_id) == ""
    clerk = as_("clerk")
    assert decide(clerk, address(story, plan.visit_id, "inspector1"), "adopt").status_code == 303
    assert state_of(story, plan.visit_id) == "under_way"
    assert people_of(story, plan.visit_id) == {
        who(story, "inspector1")
    }  # the other is decided upon by himself
    assert first.get(f"/n/{plan.visit_id}").status_code == 200
    assert second.get(f"/n/{plan.visit_id}").status_code == 404
    decide(clerk, address(story, plan.visit_id, "inspector2"), "adopt")
    with story.app.app_context(), apart() as session:
        made = session.get_one(Visit, UUID(plan.visit_id))
        assert (made.plan_id, made.briefing_version) == (UUID(plan.id), 1)
    assert steps_of(story, plan.visit_id) == ["begin", "adopt", "adopt"]
    hand_in(first, plan.visit_id)
    hand_in(second, plan.visit_id)
    countersign(first, plan.visit_id)
    assert state_of(story, plan.visit_id) == "handed_in"
    assert sound(story) == []


def test_what_had_been_handed_in_takes_its_steps_at_once(story: Story, as_: LogIn) -> None:
    plan = cancelled(story)
    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    empty = {"taps": "0", "photos": "0", "first_seq": "0", "last_seq": "0"}
    for username in ("inspector1", "inspector2"):
        send(began(story, as_, plan, username), plan.visit_id, "handin", nothing, **empty)
    for username in ("inspector1", "inspector2"):
        decide(as_("head"), address(story, plan.visit_id, username), "adopt")
    assert state_of(story, plan.visit_id) == "collected"
    assert sound(story) == []


def test_a_reassigned_plan_takes_in_who_went_and_still_lets_its_own_people_begin(
    story: Story, as_: LogIn
) -> None:
    plan = story.plan_of_today()
    save(story, replace(plan, people=[str(who(story, "inspector2")), str(who(story, "leader1"))]))
    began(story, as_, plan)
    clerk = as_("clerk")
    assert "安排派的是别人" in clerk.get("/visits/parked").text
    decide(clerk, address(story, plan.visit_id, "inspector1"), "adopt")
    assert people_of(story, plan.visit_id) == {who(story, "inspector1")}
    began(story, as_, plan, "inspector2")
    assert people_of(story, plan.visit_id) == {who(story, name) for name in ("inspector1", "inspector2")}
    assert steps_of(story, plan.visit_id) == ["begin", "adopt", "join"]
    assert sound(story) == []


def test_another_teams_inspector_joins_an_unplanned_visit(story: Story, as_: LogIn) -> None:
    visit = str(uuid4())
    begin_unplanned(story, as_("inspector1"), visit)
    send(as_("origin3"), visit, "begin", "观察")
    where = address(story, visit, "origin3")
    assert "不是这个组的人" in as_("clerk").get(where).text
    assert decide(as_("clerk"), where, "adopt").status_code == 303
    assert who(story, "origin3") in people_of(story, visit)
    assert "来确认" not in as_("clerk").get("/visits/parked").text
    assert (
        story.viewer("origin3").name in as_("leader1").get("/visits/people").text
    )  # the leader's word is wanted
    assert sound(story) == []


def test_without_a_begin_it_can_only_be_kept_and_fits_by_itself_once_that_comes(
    story: Story, as_: LogIn
) -> None:
    first, visit = as_("inspector1"), str(uuid4())
    send(first, visit, "note", text="没信号")
    where = address(story, visit, "inspector1")
    clerk = as_("clerk")
    page = clerk.get(where).text
    assert "传到以后会自己对上" in page
    assert 'value="adopt"' not in page
    assert decide(clerk, where, "adopt").status_code == 422
    assert outcomes(story) == []
    begin_unplanned(story, first, visit)
    assert state_of(story, visit) == "under_way"
    assert "没有要定的" in clerk.get("/visits/parked").text
    assert clerk.get(where).status_code == 404


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"counter": str(uuid4()), "scenario": str(uuid4())}, "窗口或事项认不出来"),
        ({"plan": str(uuid4()), "briefing": "1"}, "说的安排对不上"),
        ({"plan": "x", "briefing": "1"}, "说的安排对不上"),
    ],
)
def test_what_cannot_be_made_is_only_kept(story: Story, as_: LogIn, sent: dict[str, str], why: str) -> None:
    visit = str(uuid4())
    send(as_("inspector1"), visit, "begin", "办事", **sent)
    where = address(story, visit, "inspector1")
    page = as_("clerk").get(where).text
    assert why in page
    assert "收不进来" in page
    assert 'value="adopt"' not in page
    assert decide(as_("clerk"), where, "adopt").status_code == 422
    assert state_of(story, visit) == ""


def test_a_plan_named_under_another_visit_is_not_found(story: Story, as_: LogIn) -> None:
    """Else a begin could fish for whether a plan exists, and for whom."""
    plan, visit = cancelled(story), str(uuid4())
    send(as_("origin3"), visit, "begin", "办事", plan=plan.id, briefing="1")
    assert "说的安排对不上" in as_("clerk").get(address(story, visit, "origin3")).text


def test_what_is_kept_aside_stands_below_and_may_be_taken_in_later(story: Story, as_: LogIn) -> None:
    plan = cancelled(story)
    first = began(story, as_, plan)
    where, clerk = address(story, plan.visit_id, "inspector1"), as_("clerk")
    assert decide(clerk, where, "aside", "人没到就折回来了").status_code == 303
    page = clerk.get("/visits/parked").text
    assert "没有要定的" in page
    assert "人没到就折回来了" in page[page.index("已处理") :]
    assert story.viewer("clerk").name in page[page.index("已处理") :]
    assert state_of(story, plan.visit_id) == ""
    send(first, plan.visit_id, "stage", "arrive")  # more came after the decision: open again
    page = clerk.get("/visits/parked").text
    assert "没有要定的" not in page
    assert "已处理" not in page
    assert decide(as_("head"), where, "adopt", "补传的照片看得清").status_code == 303
    assert outcomes(story) == ["aside", "joined"]
    page = clerk.get(where).text
    assert "人没到就折回来了" in page
    assert "补传的照片看得清" in page
    assert "由办公室定" not in page
    assert decide(clerk, where, "aside").status_code == 422
    assert outcomes(story) == ["aside", "joined"]
    assert sound(story) == []


def test_a_decision_wants_a_reason_and_keeps_what_was_typed(story: Story, as_: LogIn) -> None:
    plan = cancelled(story)
    began(story, as_, plan)
    where, clerk = address(story, plan.visit_id, "inspector1"), as_("clerk")
    answer = decide(clerk, where, "adopt", " ")
    assert answer.status_code == 422
    assert "写一句理由" in answer.text
    assert 'value="adopt" checked' in answer.text
    answer = clerk.post(f"{where}/decisions", data={"reason": "看过行程单"})
    assert answer.status_code == 422
    assert "看过行程单" in answer.text
    assert outcomes(story) == []


def finished(story: Story, as_: LogIn) -> tuple[LintingClient, str]:
    """Two have handed in an unplanned visit; a third begins it when it is too late, and notes something."""
    first, second, third, visit = as_("inspector1"), as_("inspector2"), as_("leader1"), str(uuid4())
    begin_unplanned(story, first, visit)
    send(second, visit, "begin", "观察")
    send(first, visit, "answer", "yes", item="greeting")
    hand_in(first, visit)
    hand_in(second, visit)
    countersign(first, visit)
    send(third, visit, "begin", "观察")
    send(third, visit, "answer", "no", item="greeting")
    return first, visit


def test_after_the_review_it_is_taken_in_no_more(story: Story, as_: LogIn) -> None:
    _first, visit = finished(story, as_)
    with story.app.app_context(), acting(SYSTEM) as session:
        row = session.get_one(Visit, UUID(visit))
        row.state = "checked"
        reviewing.review(row, row.seal, by=SYSTEM, at=clock.now(), session=session)
    answer = decide(as_("clerk"), address(story, visit, "leader1"), "adopt")
    assert answer.status_code == 422
    assert "已经审过，记录不再变" in answer.text
    assert outcomes(story) == []
    decide(as_("clerk"), address(story, visit, "leader1"), "aside")
    assert outcomes(story) == ["aside"]


def test_after_the_hand_in_it_is_late_voids_the_countersign_and_asks_again(story: Story, as_: LogIn) -> None:
    first, visit = finished(story, as_)
    assert state_of(story, visit) == "handed_in"  # parked taps stand outside what was signed
    before = people_of(story, visit)
    decide(as_("clerk"), address(story, visit, "leader1"), "adopt")
    assert outcomes(story) == ["late"]
    assert state_of(story, visit) == "collected"
    assert steps_of(story, visit)[-2:] == ["adopt", "void"]
    assert people_of(story, visit) == before  # frozen
    page = as_("clerk").get(f"/visits/{visit}").text
    assert "交了以后由办公室收进来的" in page
    assert "晚到" in page
    assert "说法不一致的 1 处" in page  # what was taken in counts
    sent = {"value": "yes", "reason": "两人核对过"}
    assert as_("leader1").post(f"/visits/{visit}/conflicts/0", data=sent).status_code == 303
    countersign(first, visit)
    assert state_of(story, visit) == "handed_in"
    parked = as_("clerk").get("/visits/parked").text
    assert "没有要定的" in parked
    assert "收进来了" in parked
    assert sound(story) == []


def test_kept_aside_after_the_hand_in_changes_nothing_but_the_history(story: Story, as_: LogIn) -> None:
    _, visit = finished(story, as_)
    decide(as_("clerk"), address(story, visit, "leader1"), "aside")
    assert state_of(story, visit) == "handed_in"
    assert steps_of(story, visit)[-1] == "set_aside"
    assert len(taps_in(story, TapRow.visit == UUID(visit), TapRow.person == who(story, "leader1"))) == 2
    assert sound(story) == []


def test_of_two_decisions_at_once_one_stands(story: Story, as_: LogIn) -> None:
    """There is no visit to lock."""
    plan = cancelled(story)
    began(story, as_, plan)
    where, start = address(story, plan.visit_id, "inspector1"), Barrier(2)

    def press(client: LintingClient) -> int:
        start.wait()
        return int(decide(client, where, "adopt").status_code)

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(press, (as_("clerk"), as_("head"))))
    assert answers == [303, 422]
    assert outcomes(story) == ["joined"]
    assert sound(story) == []


def test_hand_ins_that_came_before_every_begin_count_once_it_comes(story: Story, as_: LogIn) -> None:
    plan = story.plan_of_today()
    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    empty = {"taps": "0", "photos": "0", "first_seq": "0", "last_seq": "0"}
    for username in ("inspector1", "inspector2"):
        send(as_(username), plan.visit_id, "handin", nothing, **empty)
    assert state_of(story, plan.visit_id) == ""
    began(story, as_, plan)
    assert state_of(story, plan.visit_id) == "collected"


def test_a_neighbour_countys_visit_or_plan_is_nowhere(story: Story) -> None:
    """Else its office could take one of its own people into a visit that is none of its business."""
    plan, stranger = cancelled(story), who(story, "clerk2")
    with story.app.app_context(), apart() as session:
        visit = session.get_one(Visit, story.handed_in())
        asked = Asked(visit.id, {}, stranger, visit.day)
        assert fit_of(session, visit, asked) == Fit(Why.NOWHERE)
        named = Asked(UUID(plan.visit_id), {"plan": plan.id, "briefing": 1}, stranger, visit.day)
        assert fit_of(session, None, named) == Fit(Why.NOWHERE)
        assert fit_of(session, None, replace(named, person=who(story, "inspector1"))).why is Why.CANCELLED
