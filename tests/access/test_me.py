"""One's own page: in the frame of whoever looks, first who one is."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from fieldapp.access.models import Account
from fieldapp.db import apart
from tests.story import Story

TABS = 'class="tabs"'
SIDE = 'class="side folded"'


def parts(html: str) -> list[str]:
    """The headings in their order."""
    return re.findall(r'class="panel-head">([^<]+)', html)


@pytest.mark.parametrize("username", ["inspector1", "leader1", "origin3"])
def test_who_works_on_a_phone_keeps_its_tabs_and_what_else_there_is(as_: Any, username: str) -> None:
    client = as_(username)
    page = client.get("/me").text
    assert TABS in page
    assert SIDE not in page
    links = re.findall(r'<a class="cell" href="([^"]+)"', page)
    assert {"/problems", "/visits"} <= set(links)
    assert all(client.get(href).status_code == 200 for href in links)
    assert "退出登录" in page


@pytest.mark.parametrize("username", ["clerk", "head", "leadership", "city", "admin"])
def test_who_works_at_a_desk_keeps_the_sidebar(as_: Any, username: str) -> None:
    page = as_(username).get("/me").text
    assert SIDE in page
    assert TABS not in page


def test_a_unit_sees_its_own_name_and_nothing_of_the_county(as_: Any) -> None:
    page = as_("unit").get("/me").text
    assert SIDE not in page
    assert TABS not in page
    assert "甘棠镇" in page.split("能看到的")[1].split("</dl>")[0]
    assert "开江县" not in page
    assert 'href="/problems"' in page  # the way back
    assert "退出登录" in page


def test_the_citys_office_belongs_to_no_county(as_: Any) -> None:
    page = as_("city").get("/me").text
    assert "达州市" in page.split("能看到的")[1].split("</dl>")[0]
    assert "开江县" not in page


@pytest.mark.parametrize("username", ["inspector1", "unit", "clerk"])
def test_the_password_comes_last_unless_it_is_a_temporary_one(story: Story, as_: Any, username: str) -> None:
    client = as_(username)
    assert parts(client.get("/me").text)[0] == story.viewer(username).name
    assert parts(client.get("/me").text)[-1] == "密码"
    with story.app.app_context(), apart(writes=True) as session:
        session.execute(sa.update(Account).where(Account.username == username).values(must_change=True))
    assert parts(client.get("/me").text)[0] == "密码"
