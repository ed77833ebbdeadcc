"""The desk's sidebar says where one is: one entry, and the right one on the pages below it too."""

import re
from typing import Any

import pytest

from fieldapp.organisations.models import Team, Unit
from tests.story import Story


def current(html: str) -> list[str]:
    side = html.split('class="side-links"')[1].split("</div>")[0]
    return re.findall(r'aria-current="page"[^>]*><span>([^<]+)<', side)


@pytest.mark.parametrize(
    ("address", "entry"),
    [
        ("/units", "单位和窗口"),
        ("/rounds", "轮次和组"),
        ("/people", "人员和回避"),
        ("/inspections/new", "巡察"),
        ("/problems/import", "问题清单"),
        ("/plans", "回访安排"),
        ("/draws", "回访安排"),
        ("/visits", "交来的记录"),
        ("/visits/parked", "没对上的记录"),
        ("/scenarios/items", "事项和看什么"),
        ("/roles", "角色和密码"),
    ],
)
def test_one_entry_is_marked(as_: Any, address: str, entry: str) -> None:
    assert current(as_("head").get(address).text) == [entry]


def test_the_page_of_one_thing_belongs_to_its_list(story: Story, as_: Any) -> None:
    home, clerk = story.viewer("clerk").county_id, as_("clerk")
    unit, team = (story.row(model, model.county_id == home) for model in (Unit, Team))
    assert current(clerk.get(f"/units/{unit}").text) == ["单位和窗口"]
    assert current(clerk.get(f"/teams/{team}").text) == ["轮次和组"]
    assert current(clerk.post(f"/units/{unit}/points", data={}).text) == ["单位和窗口"]


def sections(html: str) -> list[tuple[str, list[str]]]:
    """Each heading of the sidebar with the entries under it."""
    side = html.split('class="side-links"')[1].split("</div>")[0]
    found: list[tuple[str, list[str]]] = [("", [])]
    for heading, label in re.findall(r"side-heading[^>]*>([^<]+)<|<a [^>]+><span>([^<]+)<", side):
        if heading:
            found.append((heading, []))
        else:
            found[-1][1].append(label)
    return found


def test_entries_stand_under_headings_in_the_order_of_the_work(as_: Any) -> None:
    top, *rest = sections(as_("head").get("/todo").text)
    assert top == ("", ["等我办的", "问题清单", "数据"])
    assert [heading for heading, _ in rest] == ["回访", "销号", "基础资料"]
    assert rest[1][1] == ["审核", "签认销号", "发布", "发出的反馈", "证据包"]
    assert all(labels for _, labels in rest), "no heading without an entry"


def test_what_is_seldom_needed_is_folded_unless_one_is_there(as_: Any) -> None:
    """All that a head works with is on one screen; whoever has few entries sees them all."""
    head = as_("head")
    assert '<details class="side-fold"><summary' in head.get("/todo").text
    assert '<details class="side-fold" open><summary' in head.get("/units").text
    for username in ("leadership", "city", "admin"):
        assert "side-fold" not in as_(username).get("/me").text


def test_who_sees_little_has_no_heading_over_nothing(as_: Any) -> None:
    assert sections(as_("city").get("/figures").text) == [("", ["等我办的", "问题清单", "数据"])]


def test_ones_own_page_is_no_entry(as_: Any) -> None:
    assert current(as_("clerk").get("/me").text) == []
