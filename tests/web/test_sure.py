"""Steps that a slip must not take: the first press opens what the step does, the second, inside, takes it."""

from typing import Any

import pytest

from fieldapp.access.models import Account
from tests.pages import tree
from tests.story import Story


def account(story: Story, username: str) -> str:
    return f"/accounts/{story.row(Account, Account.username == username)}"


def of_today(story: Story, _client: Any) -> tuple[str, str]:
    """The page, and where the step goes."""
    page = f"/plans/{story.plan_of_today().id}"
    return page, f"{page}/cancellation"


def of_the_unit(story: Story, _client: Any) -> tuple[str, str]:
    page = account(story, "unit")
    return page, f"{page}/disabled"


def of_a_newcomer(story: Story, client: Any) -> tuple[str, str]:
    sent = {"name": "新来的", "username": "newcomer", "password": "first-password-1"}
    page = str(client.post("/accounts", data=sent).location).split("?")[0]
    return page, f"{page}/password"


def of_the_clerk(story: Story, _client: Any) -> tuple[str, str]:
    return "/roles", f"{account(story, 'clerk')}/password"


SURE = [
    ("clerk", "取消这次", of_today),
    ("admin", "停用这个账号", of_the_unit),
    ("admin", "换临时密码", of_a_newcomer),
    ("head", "换临时密码", of_the_clerk),
]


@pytest.mark.parametrize(("username", "label", "where"), SURE)
def test_a_step_asks_once_more_and_says_what_it_does(
    story: Story, as_: Any, username: str, label: str, where: Any
) -> None:
    client = as_(username)
    page, action = where(story, client)
    forms = [each for each in tree(client.get(page).text).all() if each.said.get("action") == action]
    assert len(forms) == 1
    around = next(each for each in forms[0].up() if each.tag == "details")
    assert "open" not in around.said
    (summary,) = (each for each in around.all() if each.tag == "summary")
    assert (summary.text, forms[0].text) == (label, f"确定{label}")
    (said,) = (each for each in around.all() if each.tag == "p")
    assert len(said.text) > 10
    assert client.post(action).status_code in (200, 303)
