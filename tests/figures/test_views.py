"""Figures on their pages: each with n/N, what it means, and the rows behind it."""

import re
from typing import Any

import pytest

from fieldapp.closing import actions
from fieldapp.db import db
from fieldapp.organisations.models import County, Unit
from fieldapp.visits import reviewing
from fieldapp.visits.models import Visit
from tests.closing import steps
from tests.pages import cells_of
from tests.story import ROLES, Story

STILL = "告知单要贴在窗口上，让人一眼看到"


def figures_of(page: str) -> dict[str, tuple[str, str]]:
    """Label -> number and share."""
    return {row[0]: (row[1], row[2].split(" 看 N")[0]) for row in cells_of(page, "整改数据")}


def send_back(story: Story) -> None:
    def act(by: Any) -> None:
        visit = db.session.get(Visit, steps.closing_visit(story))
        reviewing.send_back(visit, "照片看不清，再补一张窗口的", by=by, at=steps.CHECKED)

    steps.does(story, "leader1", act)


def turn_down(story: Story) -> None:
    where = steps.problem_id(story)
    steps.does(
        story, "head", lambda by: actions.turn_down(where, STILL, "10 个工作日", by=by, at=steps.CHECKED)
    )


def test_only_office_leading_group_and_city_read_them(as_: Any) -> None:
    for address in ("/figures", "/figures/rows?of=issued"):
        assert {name for name in ROLES if as_(name).get(address).status_code == 200} == {
            "clerk", "head", "leadership", "city", "clerk2",
        }  # fmt: skip


def test_of_nothing_there_is_no_share(as_: Any) -> None:
    found = figures_of(as_("clerk").get("/figures").text)
    assert found["交办"] == ("5", "—")
    assert found["已销号"] == ("0", "0.0%（0/5）")
    assert found["超期"][1].endswith("/5）")
    assert found["打回单位"] == ("0", "—")  # nothing asked: no 0 %, and no 100 %
    assert found["退回回访组"] == ("0", "0.0%（0/1）")


def test_the_two_returns_stand_apart(story: Story, as_: Any) -> None:
    clerk = as_("clerk")
    steps.asks(story)
    send_back(story)
    found = figures_of(clerk.get("/figures").text)
    assert found["退回回访组"] == ("1", "100.0%（1/1）")
    assert found["打回单位"] == ("0", "0.0%（0/1）")
    turn_down(story)
    assert figures_of(clerk.get("/figures").text)["打回单位"][0] == "0"  # the unit has not been told
    steps.publishes(story)
    found = figures_of(clerk.get("/figures").text)
    assert (found["打回单位"], found["退回回访组"]) == (("1", "100.0%（1/1）"), ("1", "100.0%（1/1）"))


def test_closed_counts_and_reopened_does_not(story: Story, as_: Any) -> None:
    clerk = as_("clerk")
    steps.to_signing(story)
    steps.signs(story, "head", "office")
    assert figures_of(clerk.get("/figures").text)["已销号"] == ("0", "0.0%（0/5）")
    steps.signs(story, "origin3", "origin_team")
    assert figures_of(clerk.get("/figures").text)["已销号"] == ("1", "20.0%（1/5）")
    steps.publishes(story)
    where = steps.problem_id(story)
    said = (STILL, "10 个工作日", "七月又有人反映，窗口没有告知单")
    steps.does(story, "head", lambda by: actions.order_reopening(where, *said, by=by, at=steps.CHECKED))
    steps.publishes(story)
    found = figures_of(clerk.get("/figures").text)
    assert found["已销号"] == ("0", "0.0%（0/5）")
    assert found["打回单位"] == ("0", "0.0%（0/1）")  # a reopening is no return


@pytest.mark.parametrize("username", ["clerk", "leadership", "city"])
def test_every_number_leads_to_as_many_rows(story: Story, as_: Any, username: str) -> None:
    steps.asks(story)
    steps.checks(story)
    turn_down(story)
    steps.publishes(story)
    client = as_(username)
    pages = ["/figures"]
    pages += re.findall(r'href="(/figures/units/[^"]+)"', client.get("/figures").text)
    seen = 0
    for page in pages:
        for address, number in re.findall(
            r'href="(/figures/rows[^"]*)"[^>]*>(?:<b>)?(\d+)', client.get(page).text
        ):
            rows = client.get(address.replace("&amp;", "&")).text
            assert f"{number} 条·" in rows, address
            assert rows.count("<tr>") == (int(number) + 1 if int(number) else 0), address
            for row in re.findall(r'<td class="row-name"><a href="([^"]+)"', rows):
                assert client.get(row).status_code == 200, row
            seen += 1
    assert seen >= 8


def test_the_city_counts_problems_and_nothing_of_visits(story: Story, as_: Any) -> None:
    send_back(story)
    city = as_("city")
    page = city.get("/figures").text
    assert set(figures_of(page)) == {"交办", "已销号", "超期", "打回单位"}
    for word in ("退回回访组", "用时", "记录", "回访", "甘棠镇"):
        assert word not in page.split('id="main"')[1], word
    assert "开江县" in page
    unit = story.row(Unit, Unit.name == "甘棠镇")
    for address in (
        "/figures/rows?of=handed",
        "/figures/rows?of=sent_back",
        f"/figures/rows?of=sent_back&unit={unit}",
    ):
        assert city.get(address).status_code == 404
    assert city.get(f"/figures/units/{unit}").status_code == 404
    assert city.get("/figures/rows?of=nonsense").status_code == 404


def test_no_county_counts_anothers(story: Story, as_: Any) -> None:
    neighbour = as_("clerk2")
    assert figures_of(neighbour.get("/figures").text)["交办"][0] == "0"
    home, unit = story.row(County, County.name == "开江县"), story.row(Unit, Unit.name == "甘棠镇")
    assert "0 条·" in neighbour.get(f"/figures/rows?of=issued&county={home}").text
    assert neighbour.get(f"/figures/units/{unit}").status_code == 404


def test_the_leading_group_counts_the_records_that_it_may_read(story: Story, as_: Any) -> None:
    group = as_("leadership")
    assert figures_of(group.get("/figures").text)["退回回访组"] == ("0", "—")
    steps.to_signing(story)
    page = group.get("/figures").text
    assert figures_of(page)["退回回访组"] == ("0", "0.0%（0/1）")
    assert "只算你看得到的" in page


def test_times_wait_for_the_leader_and_say_median_and_range(story: Story, as_: Any) -> None:
    clerk = as_("clerk")
    unit = story.row(Unit, Unit.name == "甘棠镇")
    assert "还没有组长核过的用时" in clerk.get(f"/figures/units/{unit}").text
    steps.checks(story)
    page = clerk.get(f"/figures/units/{unit}").text
    name = "甘棠镇·社会保障窗口"
    assert cells_of(page, "等候用时") == [[name, "1", "4分36秒", "4分36秒", "4分36秒"]]
    assert cells_of(page, "办理用时") == [[name, "1", "5分00秒", "5分00秒", "5分00秒"]]
    labels = re.findall(r'<svg class="chart[^>]*aria-label="([^"]+)"', page)
    assert [label.split("：")[0] for label in labels] == ["等候用时", "办理用时"]
    assert f"{name}，1 次，中位数 4分36秒" in labels[0]


def test_definitions_stand_beside_the_numbers(as_: Any) -> None:
    page = as_("head").get("/figures").text
    for words in ("草稿不算", "不相加，也不从总数里减", "退几次都算一次", "报来销号的不算"):
        assert words in page
    for word in ("第一名", "最好", "最差"):
        assert word not in page
