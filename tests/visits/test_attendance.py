"""The leader says who went on an unplanned visit; before the hand-in he may know name, day and people only."""

from uuid import UUID, uuid4

import pytest

from fieldapp import history
from fieldapp.db import acting, apart
from fieldapp.office.check import faults
from fieldapp.visits import attendance
from fieldapp.visits.attending import why_not
from fieldapp.visits.models import TapRow, Visit, VisitAttendance
from tests.clients import LintingClient
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

TEAM = ("inspector1", "inspector2", "leader1")
Three = tuple[LintingClient, LintingClient, LintingClient, str]


@pytest.fixture
def three(story: Story, as_: LogIn) -> Three:
    """Two went and the leader joined by mistake; the last of the three is his."""
    first, second, leader = (as_(name) for name in TEAM)
    visit = str(uuid4())
    begin_unplanned(story, first, visit)
    send(second, visit, "begin", "观察")
    send(leader, visit, "begin", "观察")
    return first, second, leader, visit


def who(story: Story, username: str) -> UUID:
    return story.viewer(username).person_id


def say(client: LintingClient, story: Story, visit: str, username: str, went: str) -> int:
    address = f"/visits/{visit}/people/{who(story, username)}"
    return client.post(address, data={"went": went}).status_code


def to_confirm(story: Story, visit: str) -> set[UUID]:
    with story.app.app_context(), acting(story.viewer("leader1"), writes=False), apart() as session:
        return set(attendance.people_to_confirm(session.get_one(Visit, UUID(visit))))


def sound(story: Story) -> list[str]:
    with story.app.app_context():
        return list(faults())


def test_a_planned_visit_waits_for_no_word(story: Story, as_: LogIn) -> None:
    _, _, visit = begin_both(story, as_)
    assert to_confirm(story, visit) == set()
    leader = as_("leader1")
    assert "没有要确认的人" in leader.get("/visits/people").text
    assert say(leader, story, visit, "inspector1", "yes") == 404


def test_the_leader_sees_name_day_and_people_and_nothing_that_was_recorded(
    three: Three, story: Story
) -> None:
    first, _, leader, visit = three
    send(first, visit, "note", text="窗口锁着门")
    page = leader.get("/visits/people").text
    with story.app.app_context(), apart() as session:
        seen = session.get_one(Visit, UUID(visit))
        name, counter = seen.briefing["short_name"], seen.briefing["counter"]
    assert name in page
    for username in TEAM:
        assert story.viewer(username).name in page
    assert counter not in page
    assert "窗口锁着门" not in page
    assert to_confirm(story, visit) == {who(story, username) for username in TEAM}


def test_whoever_is_not_this_teams_leader_finds_nothing(three: Three, story: Story, as_: LogIn) -> None:
    visit = three[3]
    for username in (
        "inspector1",
        "origin3",
        "clerk",
        "head",
        "unit",
        "leadership",
        "city",
        "admin",
        "clerk2",
    ):
        client = as_(username)
        assert say(client, story, visit, "inspector2", "no") == 404, username
        page = client.get("/visits/people")
        assert page.status_code == 404 or visit not in page.text, username
    assert len(people_of(story, visit)) == 3
    assert say(three[2], story, visit, "origin3", "yes") == 404  # nobody of this visit
    assert len(people_of(story, visit)) == 3


def test_a_word_is_a_row_and_an_entry_and_said_on_the_page(three: Three, story: Story) -> None:
    _, _, leader, visit = three
    assert say(leader, story, visit, "inspector1", "yes") == 303
    assert say(leader, story, visit, "inspector1", "yes") == 303  # a double press
    assert to_confirm(story, visit) == {who(story, "inspector2"), who(story, "leader1")}
    with story.app.app_context(), apart() as session:
        row = session.get_one(VisitAttendance, (UUID(visit), who(story, "inspector1"), 1))
        assert (row.went, row.by_id) == (True, who(story, "leader1"))
        entry = history.entries(f"visit:{visit}", session)[-1].fields
    assert entry["actor"] == f"person:{who(story, 'leader1')}"
    assert entry["payload"] == {"person": str(who(story, "inspector1")), "went": True}
    assert steps_of(story, visit) == ["begin", "join", "join", "attendance"]
    assert sound(story) == []


def test_who_did_not_go_is_waited_for_no_longer(three: Three, story: Story) -> None:
    first, second, leader, visit = three
    send(leader, visit, "note", text="记错了地方")
    hand_in(first, visit)
    hand_in(second, visit)
    assert state_of(story, visit) == "under_way"
    assert say(leader, story, visit, "leader1", "no") == 303
    assert people_of(story, visit) == {who(story, name) for name in TEAM[:2]}
    assert state_of(story, visit) == "collected"
    countersign(first, visit)
    assert state_of(story, visit) == "handed_in"
    assert steps_of(story, visit)[-3:] == ["attendance", "collect", "hand_in"]
    shown = leader.get(f"/visits/{visit}").text
    assert "不是这次回访的人记的" in shown
    assert "没去" in shown
    assert "来确认谁去了" in shown
    assert "记错了地方" not in shown
    assert sound(story) == []


def test_his_later_taps_are_kept_and_parked(three: Three, story: Story, as_: LogIn) -> None:
    first, second, leader, visit = three
    say(leader, story, visit, "inspector2", "no")
    kept = send(second, visit, "begin", "观察")
    assert kept.headers["Outbox-Ack"]
    assert kept.location == "/n/"
    assert "存下了" in second.get("/n/").text
    assert second.get(f"/n/{visit}").status_code == 404
    assert visit not in second.get("/n/").text
    assert who(story, "inspector2") not in people_of(story, visit)
    assert len(taps_in(story, TapRow.visit == UUID(visit), TapRow.person == who(story, "inspector2"))) == 2
    page = as_("clerk").get("/visits/parked").text
    assert "组长说没去" in page
    hand_in(first, visit)
    hand_in(leader, visit)
    countersign(first, visit)
    assert state_of(story, visit) == "handed_in"
    send(second, visit, "note", text="还在记")  # a stranger's tap voids nothing
    assert state_of(story, visit) == "handed_in"
    assert sound(story) == []


def test_two_must_remain(three: Three, story: Story) -> None:
    _, _, leader, visit = three
    assert say(leader, story, visit, "leader1", "no") == 303
    answer = leader.post(f"/visits/{visit}/people/{who(story, 'inspector2')}", data={"went": "no"})
    assert answer.status_code == 422
    assert "至少要留 2 个人" in answer.text
    assert len(people_of(story, visit)) == 2
    assert steps_of(story, visit).count("attendance") == 1
    assert to_confirm(story, visit) == {who(story, "inspector1"), who(story, "inspector2")}


def test_a_changed_mind_is_a_row_more(three: Three, story: Story) -> None:
    _, second, leader, visit = three
    say(leader, story, visit, "inspector2", "no")
    assert "说过的" not in leader.get("/visits/people").text  # two others still wait
    assert say(leader, story, visit, "inspector2", "yes") == 303
    assert who(story, "inspector2") in people_of(story, visit)
    assert second.get(f"/n/{visit}").status_code == 200
    with story.app.app_context(), apart() as session:
        said = attendance.all_words(UUID(visit), session)
    assert said == [(who(story, "inspector2"), False), (who(story, "inspector2"), True)]
    for username in ("inspector1", "leader1"):
        say(leader, story, visit, username, "yes")
    assert "说过的，交记录以前可以改" in leader.get("/visits/people").text
    assert sound(story) == []


def test_after_the_hand_in_the_people_stand(three: Three, story: Story, as_: LogIn) -> None:
    first, second, leader, visit = three
    say(leader, story, visit, "leader1", "no")
    hand_in(first, visit)
    hand_in(second, visit)
    countersign(first, visit)
    assert state_of(story, visit) == "handed_in"
    before = people_of(story, visit)
    for username, went in (("inspector1", "no"), ("leader1", "yes")):
        answer = leader.post(f"/visits/{visit}/people/{who(story, username)}", data={"went": went})
        assert (answer.status_code, people_of(story, visit)) == (422, before)
        assert "记录已经交了，去的人不能再变" in answer.text
    assert say(leader, story, visit, "inspector1", "yes") == 303  # changes nobody, and review waits for it
    assert say(leader, story, visit, "inspector2", "yes") == 303
    assert to_confirm(story, visit) == set()
    assert state_of(story, visit) == "handed_in"
    assert "没有要确认的人" in leader.get("/visits/people").text
    assert story.viewer("leader1").name in as_("clerk").get(f"/visits/{visit}").text


def test_nobody_joins_after_the_hand_in(story: Story, as_: LogIn) -> None:
    first, second, visit = as_("inspector1"), as_("inspector2"), str(uuid4())
    begin_unplanned(story, first, visit)
    send(second, visit, "begin", "观察")
    hand_in(first, visit)
    hand_in(second, visit)
    countersign(first, visit)
    send(as_("leader1"), visit, "begin", "观察")
    assert len(people_of(story, visit)) == 2
    assert state_of(story, visit) == "handed_in"
    assert "那次交了记录才加入的" in as_("clerk").get("/visits/parked").text


def test_a_begin_that_comes_last_completes_what_it_belongs_to(story: Story, as_: LogIn) -> None:
    """The phone sends in any order: the hand-in lay parked until its begin came."""
    first, second, visit = as_("inspector1"), as_("inspector2"), str(uuid4())
    begin_unplanned(story, first, visit)
    hand_in(first, visit)
    empty = {"taps": "0", "photos": "0", "first_seq": "0", "last_seq": "0"}
    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    send(second, visit, "handin", nothing, seq="5", **empty)
    assert state_of(story, visit) == "under_way"
    send(second, visit, "begin", "观察", seq="4")
    assert state_of(story, visit) == "collected"
    assert sound(story) == []


@pytest.mark.parametrize(
    ("went", "is_in", "people", "is_frozen", "refused"),
    [
        (True, True, 1, True, ""),
        (False, False, 2, True, ""),
        (False, True, 3, False, ""),
        (True, False, 2, False, ""),
        (False, True, 2, False, "至少要留 2 个人"),
        (False, True, 3, True, "记录已经交了"),
        (True, False, 2, True, "记录已经交了"),
    ],
)
def test_what_forbids_a_word(went: bool, is_in: bool, people: int, is_frozen: bool, refused: str) -> None:
    said = why_not(went, is_in, people, is_frozen)
    assert said.startswith(refused)
    assert bool(said) == bool(refused)
