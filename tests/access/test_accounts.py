"""The list of accounts, and what can be reached there on a phone."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from fieldapp import clock
from fieldapp.access.models import Account, Login, RoleGrant
from fieldapp.db import apart
from tests.pages import cells_of
from tests.story import Story


def line_of(text: str, username: str) -> str:
    """What the list says of an account."""
    return "；".join(next(row for row in cells_of(text, "能登录的人") if row[1] == username))


@pytest.mark.slow
def test_the_list_says_role_unit_or_team_and_the_day_of_last_use(story: Story, as_: Any) -> None:
    as_("leader1"), as_("unit")
    admin = as_("admin")
    text = admin.get("/accounts").text
    for username, words in {
        "leader1": "组长·第一巡察组",
        "inspector1": "回访人员·第一巡察组",
        "unit": "单位联络员·甘棠镇",
        "leadership": "领导小组",
    }.items():
        assert words in line_of(text, username)
    today = clock.today()
    assert f"{today.month}月{today.day}日" in line_of(text, "leader1")
    assert "没登录过" in line_of(text, "leadership")
    assert not re.search(r"\d:\d\d", text)  # a day and no more: no hours are counted here


def test_the_last_use_is_that_of_the_newest_login(story: Story, as_: Any) -> None:
    as_("head"), as_("head")
    with story.app.app_context(), apart(writes=True) as session:
        account = session.scalars(sa.select(Account).where(Account.username == "head")).one()
        first, second = session.scalars(sa.select(Login).where(Login.account_id == account.id)).all()
        first.seen_at, second.seen_at = clock.at(2018, 3, 1, 9), clock.at(2018, 4, 1, 9)
    assert "2018年4月1日" in line_of(as_("admin").get("/accounts").text, "head")


def test_nobody_of_another_county_is_in_the_list(story: Story, as_: Any) -> None:
    text = as_("admin").get("/accounts").text
    assert "clerk2" not in text
    assert "示例单位" not in text


def test_end_and_confirmation_stand_in_cards_on_a_phone(story: Story, as_: Any) -> None:
    """A table that scrolls sideways hid them at 360 pixels; whether they are in sight, the browser test says."""
    account = story.row(Account, Account.username == "unit")
    page = as_("admin").get(f"/accounts/{account}").text
    assert "as-cards" in page
    grant = story.row(RoleGrant, RoleGrant.person_id == story.viewer("unit").person_id)
    assert f'action="/roles/{grant}/end"' in page
