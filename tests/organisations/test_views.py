"""Desk pages of the organisation: what the office adds and changes, and who gets a page at all."""

from typing import Any
from uuid import UUID

import pytest

from fieldapp import clock
from fieldapp.db import apart
from fieldapp.organisations.models import Person, Recusal, Round, ServicePoint, Team, TeamMembership, Unit
from tests.pages import cells_of, changed, fields_of
from tests.story import Story


@pytest.fixture
def home(story: Story) -> UUID:
    return story.viewer("clerk").county_id


@pytest.fixture
def town(story: Story, home: UUID) -> str:
    return f"/units/{story.row(Unit, Unit.county_id == home, Unit.name.contains('甘棠'))}"


@pytest.fixture
def first_team(story: Story, home: UUID) -> str:
    return f"/teams/{story.row(Team, Team.county_id == home, Team.name == '第一巡察组')}"


def test_a_new_unit_has_its_page_and_stands_in_the_list(as_: Any) -> None:
    clerk = as_("clerk")
    answer = clerk.post("/units", data={"name": " 新街乡 ", "party_org": "新街乡党委", "phone_name": "办事"})
    assert answer.status_code == 303
    assert "新街乡党委" in clerk.get(answer.location).text
    assert "新街乡" in clerk.get("/units").text


def test_a_name_is_taken_once(as_: Any) -> None:
    clerk = as_("clerk")
    sent = {"name": "新街乡", "party_org": "另一个党委", "phone_name": "办事"}
    clerk.post("/units", data=sent)
    again = clerk.post("/units", data=sent)
    assert again.status_code == 422
    assert "已经有这个单位" in again.text
    assert 'value="另一个党委"' in again.text


def test_a_unit_is_renamed(as_: Any, town: str) -> None:
    clerk = as_("clerk")
    shown = fields_of(clerk.get(town).text, town)
    assert clerk.post(town, data=changed(shown, name="甘棠街道")).status_code == 303
    assert "甘棠街道" in clerk.get("/units").text


def test_a_unit_is_not_renamed_to_anothers_name(as_: Any, town: str) -> None:
    clerk = as_("clerk")
    clerk.post("/units", data={"name": "新街乡", "phone_name": "办事"})
    answer = clerk.post(town, data=changed(fields_of(clerk.get(town).text, town), name="新街乡"))
    assert answer.status_code == 422
    assert "已经有这个单位" in answer.text


def test_two_editors_of_a_unit_see_both_versions(as_: Any, town: str) -> None:
    clerk, head = as_("clerk"), as_("head")
    mine, theirs = (fields_of(each.get(town).text, town) for each in (clerk, head))
    head.post(town, data=changed(theirs, party_org="主任写的党委"))
    answer = clerk.post(town, data=changed(mine, party_org="经办写的党委"))
    assert answer.status_code == 409
    assert "主任写的党委" in answer.text
    assert "经办写的党委" in answer.text
    assert "经办写的党委" not in clerk.get(town).text


def test_points_and_counters_are_added(story: Story, as_: Any, home: UUID) -> None:
    clerk = as_("clerk")
    page = clerk.post("/units", data={"name": "新街乡", "phone_name": "办事"}).location.split("?")[0]
    assert clerk.post(f"{page}/points", data={"name": "新街便民站", "hours": "9:00–17:00"}).status_code == 303
    point = story.row(ServicePoint, ServicePoint.county_id == home, ServicePoint.name == "新街便民站")
    assert clerk.post(f"/points/{point}/counters", data={"name": "三号窗口"}).status_code == 303
    shown = clerk.get(page).text
    assert "新街便民站" in shown
    assert "三号窗口" in shown
    assert clerk.post(f"/points/{point}/counters", data={"name": ""}).status_code == 422


def test_each_form_of_a_units_page_tells_its_own_fault(story: Story, as_: Any, home: UUID, town: str) -> None:
    clerk, too_long = as_("clerk"), "长" * 61
    point = story.row(ServicePoint, ServicePoint.county_id == home)
    for address, field in (
        (f"{town}/points", "point-name"),
        (f"/points/{point}/counters", f"counter-{point}-name"),
    ):
        answer = clerk.post(address, data={"name": too_long})
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
        assert f'id="{field}-error"' in answer.text
        assert ("name", too_long) in fields_of(answer.text, address)
        assert ("name", too_long) not in fields_of(answer.text, town)  # the unit's own name is what it was


def test_a_round_ends_after_it_starts_and_what_was_typed_stays(as_: Any) -> None:
    clerk = as_("clerk")
    sent = {"name": "第九轮", "starts": "2026-05-02", "ends": "2026-05-01"}
    answer = clerk.post("/rounds", data=sent)
    assert answer.status_code == 422
    assert "结束的日子不能早于开始" in answer.text
    assert all(f'value="{typed}"' in answer.text for typed in sent.values())
    assert "第九轮" not in clerk.get("/rounds").text


def test_a_round_a_team_and_its_people(story: Story, as_: Any, home: UUID) -> None:
    clerk = as_("clerk")
    sent = {"name": "第九轮", "starts": "2026-05-01", "ends": "2026-06-30"}
    page = clerk.post("/rounds", data=sent).location.split("?")[0]
    team = clerk.post(page, data={"name": "第七巡察组"}).location.split("?")[0]
    assert "第七巡察组" in clerk.get(page).text
    assert "这一轮已经有这个组" in clerk.post(page, data={"name": "第七巡察组"}).text
    shown = fields_of(clerk.get(team).text, team)
    assert ("starts", "2026-05-01") in shown
    person = str(story.row(Person, Person.county_id == home, Person.name == "回访员甲"))
    leading = changed(shown, person_id=person, leads="y")
    assert "组长由主任指定" in clerk.post(team, data=leading).text
    assert as_("head").post(team, data=leading).status_code == 303
    assert [row[:2] for row in cells_of(clerk.get(team).text, "组里的人")] == [["回访员甲", "是"]]
    twice = clerk.post(team, data=changed(shown, person_id=person))
    assert twice.status_code == 422
    assert "这几天已经在这个组里" in twice.text


def test_an_ended_membership_is_over_tomorrow(story: Story, as_: Any, home: UUID) -> None:
    clerk, today = as_("clerk"), clock.today()
    person = story.row(Person, Person.county_id == home, Person.name == "回访员乙")
    row = story.row(TeamMembership, TeamMembership.person_id == person, TeamMembership.ends > today)
    end = f"/memberships/{row}/end"
    left = clerk.post(end)
    assert left.status_code == 303
    with story.app.app_context(), apart() as session:
        assert session.get_one(TeamMembership, row).ends == today
    assert "回访员乙" in clerk.get(left.location).text


def test_people_and_recusals(story: Story, as_: Any, home: UUID, town: str) -> None:
    clerk = as_("clerk")
    assert clerk.post("/people", data={"name": "借调员甲", "home": "某局"}).status_code == 303
    person = story.row(Person, Person.county_id == home, Person.name == "借调员甲")
    sent = {"person": str(person), "unit": town.rsplit("/", 1)[1], "reason": "在那里任过职"}
    assert clerk.post("/recusals", data=sent).status_code == 303
    shown = clerk.get("/people").text
    assert "某局" in shown
    assert "在那里任过职" in shown
    again = clerk.post("/recusals", data=sent)
    assert again.status_code == 422
    assert "这一条已经有了" in again.text


def test_nobody_of_another_county_can_be_chosen(story: Story, as_: Any, home: UUID, town: str) -> None:
    clerk = as_("clerk")
    stranger = str(story.row(Person, Person.county_id != home))
    sent = {"person": stranger, "unit": town.rsplit("/", 1)[1], "reason": "在那里任过职"}
    assert clerk.post("/recusals", data=sent).status_code == 422
    with pytest.raises(AssertionError):
        story.row(Recusal, Recusal.person_id == UUID(stranger))


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_countys_things_do_not_exist(story: Story, as_: Any, home: UUID, method: str) -> None:
    clerk = as_("clerk2")
    for model, address in ((Unit, "/units/{}"), (Round, "/rounds/{}"), (Team, "/teams/{}")):
        foreign = address.format(story.row(model, model.county_id == home))
        assert (
            getattr(clerk, method)(foreign, **({"data": {}} if method == "post" else {})).status_code == 404
        )
    point = story.row(ServicePoint, ServicePoint.county_id == home)
    assert clerk.post(f"/points/{point}/counters", data={"name": "窗口"}).status_code == 404
    member = story.row(TeamMembership, TeamMembership.county_id == home)
    assert clerk.post(f"/memberships/{member}/end").status_code == 404


@pytest.mark.parametrize("address", ["/units", "/rounds", "/people"])
def test_a_unit_has_none_of_these_pages(as_: Any, town: str, address: str) -> None:
    unit = as_("unit")
    assert unit.get(address).status_code == 404
    assert unit.post(address, data={"name": "新街乡", "phone_name": "办事"}).status_code == 404
    assert unit.get(town).status_code == 404


def test_a_reader_reads_and_changes_nothing(as_: Any, town: str, first_team: str) -> None:
    inspector = as_("inspector1")
    page = inspector.get(town)
    assert page.status_code == 200
    assert f'action="{town}' not in page.text
    assert inspector.post(town, data={"name": "甘棠街道", "phone_name": "办事"}).status_code == 404
    assert inspector.post(first_team, data={}).status_code == 404
    assert inspector.get("/people").status_code == 404


@pytest.mark.parametrize("username", ["clerk", "inspector1", "leadership"])
def test_a_units_page_tells_nothing_of_a_check(as_: Any, town: str, username: str) -> None:
    main = as_(username).get(town).text.split('<main class="wide"')[1]
    for word in ("回访", "核实", "核验", "暗访", "体验式", "/visits", "/plans"):
        assert word not in main, word


def test_nobody_is_chosen_beforehand(as_: Any, first_team: str) -> None:
    """Whoever stood first in the list was recused, or joined, by whoever overlooked the field."""
    clerk = as_("clerk")
    recusal = fields_of(clerk.get("/people").text, "/recusals")
    answer = clerk.post("/recusals", data=changed(recusal, reason="在那里任过职"))
    assert answer.status_code == 422
    assert "谁：选一个人" in answer.text
    assert "回避哪个单位：选一个单位" in answer.text
    joined = clerk.post(first_team, data=changed(fields_of(clerk.get(first_team).text, first_team)))
    assert joined.status_code == 422
    assert "谁：选一个人" in joined.text


def test_two_of_one_name_are_told_apart_where_one_is_chosen(as_: Any) -> None:
    clerk = as_("clerk")
    for home in ("财政局", "审计局"):
        clerk.post("/people", data={"name": "新来的", "home": home})
    page = clerk.get("/people").text
    assert ">新来的（财政局）</option>" in page
    assert ">新来的（审计局）</option>" in page


def test_who_does_not_lead_has_no_word_leader_in_his_row(as_: Any, first_team: str) -> None:
    """On a phone the column's name stands in the row, and alone it read as if he led."""
    page = as_("clerk").get(first_team).text
    row = page.split(">回访员甲</a>")[1].split("</tr>")[0]
    assert "组长" not in row
    assert "组长" in page.split(">第一巡察组组长</a>")[1].split("</tr>")[0]
