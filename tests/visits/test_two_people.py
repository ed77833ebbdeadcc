"""Two people, one visit: begin, join, blindness before the own hand-in, countersign, late taps, conflicts."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from fieldapp import clock
from fieldapp.db import apart
from fieldapp.visits.models import TapRow, Visit
from tests.clients import LintingClient
from tests.pages import changed, fields_of
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
)  # fmt: skip

Two = tuple[LintingClient, LintingClient, str]


@pytest.fixture
def two(story: Story, as_: LogIn) -> Two:
    return begin_both(story, as_)


def test_an_unplanned_visit_is_offered_to_the_team_and_joined(story: Story, as_: LogIn) -> None:
    first, second, visit = as_("inspector1"), as_("inspector2"), str(uuid4())
    begin_unplanned(story, first, visit)
    assert state_of(story, visit) == "under_way"
    assert visit in second.get("/n/").text
    assert visit not in as_("origin3").get("/n/").text
    assert second.get(f"/n/{visit}").status_code == 404
    send(second, visit, "begin", "观察")
    assert second.get(f"/n/{visit}").status_code == 200
    assert people_of(story, visit) == {story.viewer(name).person_id for name in ("inspector1", "inspector2")}


def test_another_team_cannot_join(story: Story, as_: LogIn) -> None:
    first, other, visit = as_("inspector1"), as_("origin3"), str(uuid4())
    begin_unplanned(story, first, visit)
    assert "Outbox-Ack" in send(other, visit, "begin", "观察").headers
    assert other.get(f"/n/{visit}").status_code == 404
    assert len(people_of(story, visit)) == 1


def test_the_colleagues_judgements_are_hidden_until_the_own_hand_in(two: Two, story: Story) -> None:
    first, second, visit = two
    problem = _problem(story, visit)
    send(second, visit, "answer", "no", item="greeting", note="没人抬头")
    send(second, visit, "conclude", "反弹", problem=problem)
    send(second, visit, "overall", "督办")
    send(second, visit, "finding", "一般", text="意见箱锁着")
    send(first, visit, "stage", "arrive")
    hand_in(second, visit)
    pages = ("", "/all", "/log", "/checks", f"/checks/{problem}", "/handin", "/pictures", "/aside")
    for page in pages:
        shown = first.get(f"/n/{visit}{page}").text
        for word in ("没人抬头", "意见箱锁着", "已记“反弹”", "已记“督办”"):
            assert word not in shown, (page, word)
    assert first.get(f"/n/{visit}/merged").location == f"/n/{visit}/handin"
    assert first.get(f"/visits/{visit}").location == f"/n/{visit}"
    hand_in(first, visit)
    merged = first.get(f"/n/{visit}/merged").text
    assert "没人抬头" in merged
    assert "反弹" in merged


def _problem(story: Story, visit: str) -> str:
    with story.app.app_context(), apart() as session:
        return str(session.get_one(Visit, UUID(visit)).briefing["problems"][0]["id"])


def handed_in(first: LintingClient, second: LintingClient, visit: str) -> None:
    """first, then second hand in; first signs what both see."""
    hand_in(first, visit)
    hand_in(second, visit)
    countersign(first, visit)


def test_hand_in_and_countersign_bring_the_visit_in(two: Two, story: Story, as_: LogIn) -> None:
    first, second, visit = two
    send(first, visit, "stage", "arrive")
    leader = as_("leader1")
    hand_in(first, visit)
    assert state_of(story, visit) == "under_way"
    assert leader.get(f"/visits/{visit}").status_code == 404
    hand_in(second, visit)
    assert state_of(story, visit) == "collected"
    assert leader.get(f"/visits/{visit}").status_code == 200
    countersign(first, visit)
    assert state_of(story, visit) == "handed_in"
    assert steps_of(story, visit) == ["begin", "collect", "hand_in"]


def test_a_late_tap_voids_the_countersign_and_asks_again(two: Two, story: Story) -> None:
    first, second, visit = two
    handed_in(first, second, visit)
    send(second, visit, "note", text="想起来一件事")
    assert state_of(story, visit) == "collected"
    assert steps_of(story, visit)[-1] == "void"
    assert "再交一次" in second.get(f"/n/{visit}/handin").text
    assert "会签这一份" in first.get(f"/n/{visit}/handin").text
    countersign(first, visit)
    assert state_of(story, visit) == "handed_in"
    assert steps_of(story, visit) == ["begin", "collect", "hand_in", "void", "hand_in"]


def test_a_countersign_of_another_record_counts_for_nothing(two: Two, story: Story) -> None:
    first, second, visit = two
    hand_in(first, visit)
    hand_in(second, visit)
    send(first, visit, "countersign", "yes", record="0" * 64)
    assert state_of(story, visit) == "collected"


def test_what_is_missing_is_said_and_completes_the_hand_in(two: Two, story: Story) -> None:
    first, second, visit = two
    device = {"seq": "2"}
    hand_in(second, visit)
    manifest = {"taps": "2", "photos": "0", "first_seq": "1", "last_seq": "2"}
    tap = uuid4()
    own = taps_in(story, TapRow.visit == UUID(visit), TapRow.person == story.viewer("inspector1").person_id)
    named = "\n".join(sorted(str(each) for each in (own[0].id, tap)))
    manifest["ids_sha256"] = hashlib.sha256(named.encode()).hexdigest()
    send(first, visit, "handin", seq="3", **manifest)
    assert "还差 1 条记录" in first.get(f"/n/{visit}/handin").text
    send(first, visit, "stage", "arrive", tap=tap, **device)
    assert "还差 1 条记录" not in first.get(f"/n/{visit}/handin").text


def conflict(two: Two, story: Story) -> str:
    first, second, visit = two
    for client, value in ((first, "已整改"), (second, "未整改")):
        send(client, visit, "conclude", value, problem=_problem(story, visit), unmet="窗口")
        hand_in(client, visit)
    return visit


def test_the_leaders_first_page_says_where_two_differ(two: Two, story: Story, as_: LogIn) -> None:
    leader, inspector = as_("leader1"), as_("inspector1")
    assert "等组长的" not in leader.get("/n/").text
    send(two[0], two[2], "conclude", "已整改", problem=_problem(story, two[2]), unmet="窗口")
    send(two[1], two[2], "conclude", "未整改", problem=_problem(story, two[2]), unmet="窗口")
    assert "等组长的" not in leader.get("/n/").text  # a running visit shows in no count
    visit = conflict(two, story)
    page = leader.get("/n/").text
    assert "1 处说法要定" in page.split("等组长的")[1]
    assert f'href="/visits/{visit}#record-conflicts"' in page
    for other in (inspector, as_("origin3")):
        assert "等组长的" not in other.get("/n/").text
    address = f"/visits/{visit}/conflicts/0"
    sent = changed(fields_of(leader.get(address).text, address), value="未整改", reason="两人核对过照片")
    leader.post(address, data=sent)
    assert "等组长的" not in leader.get("/n/").text


def test_only_the_leader_settles_a_conflict(two: Two, story: Story, as_: LogIn) -> None:
    first, second, visit = two
    conflict(two, story)
    countersign_is_offered = "record" in first.get(f"/n/{visit}/handin").text
    if countersign_is_offered:
        countersign(first, visit)
    assert state_of(story, visit) == "collected"
    address = f"/visits/{visit}/conflicts/0"
    for username in ("inspector1", "clerk", "head", "unit", "origin3"):
        assert as_(username).get(address).status_code == 404
    leader = as_("leader1")
    page = leader.get(address).text
    assert "已整改" in page
    assert "未整改" in page
    assert "回访员乙记的，没做到：窗口" in page
    sent = changed(fields_of(page, address), value="未整改", reason="两人核对过照片")
    assert leader.post(address, data={**sent, "value": ["督办"]}).status_code == 422
    assert leader.post(address, data={**sent, "reason": [""]}).status_code == 422
    assert leader.post(address, data=sent).location == f"/visits/{visit}"
    assert "定下来了" in leader.get(f"/visits/{visit}").text
    countersign(first, visit)
    assert state_of(story, visit) == "handed_in"
    settled = leader.get(f"/visits/{visit}").text
    assert "两人核对过照片" in settled
    assert leader.get(f"/visits/{visit}/conflicts/1").status_code == 404


def test_a_leader_who_takes_part_is_blind_as_well(story: Story, as_: LogIn) -> None:
    first, leader, visit = as_("inspector1"), as_("leader1"), str(uuid4())
    begin_unplanned(story, first, visit)
    send(leader, visit, "begin", "观察")
    send(first, visit, "note", text="没人抬头")
    send(first, visit, "answer", "no", item="greeting")
    assert leader.get(f"/visits/{visit}").location == f"/n/{visit}"


def test_judging_anew_after_reading_the_colleague_is_told(two: Two, story: Story, as_: LogIn) -> None:
    first, second, visit = two
    send(first, visit, "answer", "yes", item="greeting")
    send(second, visit, "answer", "no", item="greeting")
    hand_in(first, visit)
    hand_in(second, visit)
    assert "交了记录以后才传到的" not in as_("leader1").get(f"/visits/{visit}").text
    send(first, visit, "answer", "no", item="greeting", seq="1")
    assert "交了记录以后才传到的" in as_("leader1").get(f"/visits/{visit}").text


def test_a_begin_that_comes_in_days_later_is_of_its_own_day(story: Story, as_: LogIn) -> None:
    first, visit, three_days = as_("inspector1"), str(uuid4()), 3 * 86_400_000
    wall = str(clock.now() - three_days)
    begin_unplanned(
        story, first, visit, wall_ms=wall, mono_ms="1", origin_ms="1", offset_ms="0", offset_at=wall
    )
    with story.app.app_context(), apart() as session:
        day = session.scalar(sa.select(Visit.day).where(Visit.id == UUID(visit)))
    assert day == clock.today() - timedelta(3)


def test_a_planned_visit_begun_without_its_plan_stays_the_plans(story: Story, as_: LogIn) -> None:
    first, plan = as_("inspector1"), story.plan_of_today()
    begin_unplanned(story, first, plan.visit_id)
    with story.app.app_context(), apart() as session:
        visit = session.get_one(Visit, UUID(plan.visit_id))
        assert str(visit.plan_id) == plan.id
    assert as_("clerk").get(f"/visits/{plan.visit_id}").status_code == 200


def test_two_who_hand_in_at_the_same_moment_are_both_counted(two: Two, story: Story) -> None:
    """Neither transaction sees the other's tap; the visit must not stay behind its log."""
    first, second, visit = two
    start = Barrier(2)

    def press(client: LintingClient) -> int:
        page = client.get(f"/n/{visit}/handin").text
        fields = changed(fields_of(page, f"/n/{visit}/taps"), press=str(uuid4()))
        start.wait()
        return client.post(f"/n/{visit}/taps", data=fields).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(press, (first, second))) == [303, 303]
    assert state_of(story, visit) == "collected"


def test_what_came_from_another_phone_is_told_before_and_after_the_hand_in(
    two: Two, story: Story, as_: LogIn
) -> None:
    first, _, visit = two
    assert "别处还有" not in first.get(f"/n/{visit}/handin").text
    tablet = as_("inspector1")
    send(tablet, visit, "note", text="在另一部手机上记的")
    page = first.get(f"/n/{visit}/handin").text
    assert "这部手机 1 条已送达" in page
    assert "别处还有 1 条" in page
    hand_in(first, visit)
    flagged = "不在清点之内：交了以后才到，或者在另一部手机、浏览器上记的"
    assert flagged in first.get(f"/n/{visit}/log").text
    hand_in(tablet, visit)
    page = first.get(f"/n/{visit}/handin").text
    assert "别处还有" not in page
    assert "·2 条、照片 0 张" in page  # of both phones
    assert flagged not in first.get(f"/n/{visit}/log").text


def test_the_office_reads_what_was_taken_back_in_the_words_it_was_noted_in(
    two: Two, story: Story, as_: LogIn
) -> None:
    first, second, visit = two
    answer = uuid4()
    send(first, visit, "answer", "no", tap=answer, item="greeting")
    send(first, visit, "undo", str(answer))
    handed_in(first, second, visit)
    log = as_("leader1").get(f"/visits/{visit}").text.partition('id="record-log"')[2]
    assert '<span class="struck">主动问候：否</span>' in log
