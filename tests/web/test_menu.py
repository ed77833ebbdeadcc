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


def test_ones_own_page_is_no_entry(as_: Any) -> None:
    assert current(as_("clerk").get("/me").text) == []
