"""等我办的: whom something waits for, until it is done; and nobody else."""

import re
from typing import Any
from uuid import uuid4

import pytest

from fieldapp.closing import actions
from fieldapp.closing.fact_models import Fact, FactReply
from fieldapp.db import apart
from fieldapp.visits.models import Visit
from tests.closing import steps
from tests.closing.finding import found_new
from tests.closing.pages import in_june
from tests.closing.test_views import words
from tests.story import ROLES, Story
from tests.visits.visiting import begin_both, begin_unplanned, countersign, hand_in, send

STILL = "告知单要贴在窗口上，让人一眼看到"


def lines(client: Any) -> dict[str, list[str]]:
    """Kind -> what stands below it."""
    groups = client.get("/todo").text.split('id="todo-groups"')[1].split("</main>")[0].split("<h2")[1:]
    found = {}
    for group in groups:
        label = words("<h2" + group.split("</h2>")[0]).rstrip(" 0123456789")
        found[label] = [
            words(line) for line in re.findall(r'<span class="grow">(.*?)</a>', group, flags=re.S)
        ]
    return found


def who_has(as_: Any, label: str) -> set[str]:
    return {name for name in ROLES if label in lines(as_(name))}


def test_nothing_waits_and_it_says_so(as_: Any) -> None:
    for username in ("inspector1", "leadership", "city", "admin"):
        assert "现在没有等你办的" in as_(username).get("/todo").text


def test_a_record_to_countersign_waits_for_who_has_to(story: Story, as_: Any) -> None:
    first, second, visit = begin_both(story, as_)
    send(first, visit, "stage", "arrive")
    hand_in(first, visit)
    assert who_has(as_, "等我会签") == set()  # earlier it would be of what still changes
    hand_in(second, visit)
    assert "等我会签" in lines(first) or "等我会签" in lines(second)
    for client in (first, second):
        if "等我会签" in lines(client):
            assert lines(client)["等我会签"][0].startswith("镇上办事")
            countersign(client, visit)
    assert who_has(as_, "等我会签") == set()
    assert lines(as_("leader1"))["等我核的记录"][0].startswith("镇上办事")


def test_a_record_to_check_waits_for_the_teams_leader(story: Story, as_: Any) -> None:
    assert who_has(as_, "等我核的记录") == {"leader1"}
    steps.checks(story)
    assert who_has(as_, "等我核的记录") == set()


def test_who_went_waits_for_the_teams_leader(story: Story, as_: Any) -> None:
    visit = str(uuid4())
    begin_unplanned(story, as_("inspector1"), visit)
    assert who_has(as_, "等我确认的人") == {"leader1"}
    as_("leader1").post(
        f"/visits/{visit}/people/{story.viewer('inspector1').person_id}", data={"went": "yes"}
    )
    assert who_has(as_, "等我确认的人") == set()


def test_a_difference_waits_for_the_teams_leader(story: Story, as_: Any) -> None:
    first, second, visit = begin_both(story, as_)
    send(first, visit, "answer", "yes", item="greeting")
    send(second, visit, "answer", "no", item="greeting")
    hand_in(first, visit)
    hand_in(second, visit)
    assert who_has(as_, "说法不一样，等我定") == {"leader1"}


def test_a_request_waits_for_the_office_until_it_is_decided(story: Story, as_: Any) -> None:
    assert who_has(as_, "销号申请等审核") == set()
    steps.asks(story)
    assert who_has(as_, "销号申请等审核") == {"clerk", "head"}
    with in_june():
        assert "办内待审 11 个工作日" in lines(as_("clerk"))["销号申请等审核"][0]
    steps.checks(story)
    steps.approves(story)
    assert who_has(as_, "销号申请等审核") == set()


def test_what_was_turned_down_waits_to_be_told_and_not_to_be_reviewed(story: Story, as_: Any) -> None:
    steps.asks(story)
    where = steps.problem_id(story)
    steps.does(
        story, "head", lambda by: actions.turn_down(where, STILL, "10 个工作日", by=by, at=steps.CHECKED)
    )
    assert who_has(as_, "销号申请等审核") == set()
    assert who_has(as_, "等发的反馈") == {"clerk", "head"}
    steps.publishes(story)
    assert who_has(as_, "等发的反馈") == set()
    steps.asks(story, at=steps.CHECKED)  # the second request waits although the first was turned down
    assert who_has(as_, "销号申请等审核") == {"clerk", "head"}


def test_an_objection_brings_it_back_to_the_office(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    where, shown = steps.problem_id(story), steps.closing(story).fingerprint
    no = "照片看不清窗口上贴的告知单"
    steps.does(
        story,
        "origin3",
        lambda by: actions.object_to(where, "origin_team", shown, no, by=by, at=steps.CHECKED),
    )
    assert who_has(as_, "销号申请等审核") == {"clerk", "head"}
    assert who_has(as_, "等我签认") == set()


def test_a_signature_waits_for_whoever_may_give_it(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    assert who_has(as_, "等我签认") == {"clerk", "head", "origin3"}
    assert "替原巡察组（第三巡察组）签" in lines(as_("origin3"))["等我签认"][0]
    steps.signs(story, "head", "office")
    assert who_has(as_, "等我签认") == {"origin3"}
    steps.signs(story, "origin3", "origin_team")
    assert who_has(as_, "等我签认") == set()
    assert who_has(as_, "等发的反馈") == {"clerk", "head"}


def test_a_page_on_paper_waits_for_another_than_entered_it(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    paper = steps.paper(story)
    assert who_has(as_, "纸质签批等核对") == {"head"}
    steps.does(story, "head", lambda by: actions.confirm_paper(paper, False, by=by, at=steps.CHECKED))
    assert who_has(as_, "纸质签批等核对") == set()


def test_a_page_of_an_earlier_freezing_waits_no_more(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    steps.paper(story)
    where, shown = steps.problem_id(story), steps.closing(story).fingerprint
    no = "照片看不清窗口上贴的告知单"
    steps.does(
        story,
        "origin3",
        lambda by: actions.object_to(where, "origin_team", shown, no, by=by, at=steps.CHECKED),
    )
    steps.approves(story)
    assert who_has(as_, "纸质签批等核对") == set()


def test_drafts_wait_for_the_office(as_: Any) -> None:
    assert who_has(as_, "草稿等交办") == {"clerk", "head"}


def test_a_finding_waits_for_the_office_until_its_unit_is_asked(story: Story, as_: Any) -> None:
    visit, tap = found_new(story, as_, asked=False)
    assert who_has(as_, "新发现等发给单位确认") == {"clerk", "head"}
    (line,) = lines(as_("clerk"))["新发现等发给单位确认"]
    assert line == "新发现 1 条没发给单位"
    data = {"text": "服务大厅没有人引导，叫号屏不能用"}
    assert as_("clerk").post(f"/findings/{visit}/{tap}", data=data).status_code == 303
    assert who_has(as_, "新发现等发给单位确认") == set()


def test_a_dismissed_finding_waits_no_more(story: Story, as_: Any) -> None:
    visit, tap = found_new(story, as_, asked=False)
    said = {"reason": "看过了，和交办的是同一件事"}
    assert as_("clerk").post(f"/findings/{visit}/{tap}/dismissal", data=said).status_code == 303
    assert who_has(as_, "新发现等发给单位确认") == set()


def test_a_fact_waits_for_its_unit_and_then_for_the_office(story: Story, as_: Any) -> None:
    with story.app.app_context(), apart(writes=True) as session:
        seen = session.get_one(Visit, steps.closing_visit(story))
        by = story.viewer("head").person_id
        place = {"county_id": seen.county_id, "unit_id": seen.unit_id, "visit_id": seen.id}
        fact = Fact(tap_id=uuid4(), text="大厅没有导办", day=seen.day, by_id=by, at=1, **place)
        session.add(fact)
        session.flush()
        key = fact.id
    assert who_has(as_, "请本单位确认的事实") == {"unit"}
    with story.app.app_context(), apart(writes=True) as session:
        said = {"text": "已经设了", "letter": "", "by_office": False, "by_id": by, "at": 2}
        session.add(FactReply(fact_id=key, agrees=False, **said))
    assert who_has(as_, "请本单位确认的事实") == set()
    assert who_has(as_, "单位答复过的事实，要不要建成问题") == {"clerk", "head"}


def test_a_unit_has_its_own_next_steps(story: Story, as_: Any) -> None:
    unit = as_("unit")
    assert who_has(as_, "本单位的问题") == {"unit"}
    mine = lines(unit)["本单位的问题"]
    assert any(line.startswith("示例-04") and "签收" in line for line in mine)
    assert not any("示例-05" in line for line in mine)  # a draft
    steps.receives(story, "示例-04")
    assert any(line.startswith("示例-04") and "写上整改措施" in line for line in lines(unit)["本单位的问题"])
    before = len(lines(unit)["本单位的问题"])
    steps.asks(story)
    assert len(lines(unit)["本单位的问题"]) == before - 1  # it lies with the office


def test_the_sidebar_counts_what_the_page_lists(story: Story, as_: Any) -> None:
    steps.asks(story)
    for username in ("head", "clerk", "origin3", "leader1", "unit"):
        client = as_(username)
        page = client.get("/todo").text
        listed = sum(len(each) for each in lines(client).values())
        if username != "unit":
            first = page.split('class="side-links"')[1].split("</a>")[0]
            assert words(f"<p{first}") == f"等我办的 {listed} 件" if listed else "等我办的"
        else:
            assert f"{listed} 件" in client.get("/problems").text


@pytest.mark.parametrize(
    ("username", "where"),
    [
        ("clerk", "/todo"),
        ("head", "/todo"),
        ("leadership", "/todo"),
        ("unit", "/problems"),
        ("inspector1", "/n/"),
    ],
)
def test_where_one_lands(as_: Any, username: str, where: str) -> None:
    assert as_(username).get("/").location == where


def test_every_line_leads_somewhere(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    steps.paper(story)
    for username in ROLES:
        client = as_(username)
        page = client.get("/todo").text
        if 'id="todo-groups"' in page:
            body = page.split('id="todo-groups"')[1].split("</main>")[0]
            for address in re.findall(r'href="([^"#]+)', body):
                assert client.get(address.replace("&amp;", "&")).status_code == 200, (username, address)


def test_a_line_names_no_visitor_and_no_way(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    for username in ("clerk", "head", "origin3", "leader1", "inspector1"):
        body = as_(username).get("/todo").text.split('id="main"')[1]
        for word in ("回访员", "体验式回访", "社会保障窗口", "第一巡察组·"):
            assert word not in body, (username, word)
