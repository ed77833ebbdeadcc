"""An account for somebody who is on the list of people already, and the word that waits for the head."""

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from fieldapp import clock
from fieldapp.access.models import Account, RoleGrant
from fieldapp.access.policy import Role
from fieldapp.organisations.models import Person, TeamMembership
from tests.access.test_login import log_in
from tests.access.test_rights import password_on
from tests.story import Story

TYPED = "typed-by-admin-1"


@pytest.fixture
def client(story: Story) -> FlaskClient:
    return story.app.test_client()


def listed(story: Story, *, in_team: bool) -> UUID:
    """Somebody of the list without an account."""
    teams, accounts = sa.select(TeamMembership.person_id), sa.select(Account.person_id)
    now = teams.where(TeamMembership.ends >= clock.today())
    has_team = Person.id.in_(now) if in_team else Person.id.not_in(teams)
    home = story.viewer("clerk").county_id
    return story.row(Person, Person.county_id == home, Person.id.not_in(accounts), has_team)


def open_account(admin: Any, person: UUID | str, name: str = "") -> Any:
    sent = {"person_id": str(person), "name": name, "username": "listed", "password": TYPED}
    return admin.post("/accounts", data=sent)


def test_an_inspector_of_the_list_gets_an_account_and_the_head_his_password(
    client: FlaskClient, story: Story, as_: Any
) -> None:
    """Else the administrator, who chose the first password, could read visits with it."""
    admin, person = as_("admin"), listed(story, in_team=True)
    answer = open_account(admin, person)
    assert answer.status_code == 303
    assert "请主任在“角色和密码”里给他临时密码" in admin.get(answer.location).text
    assert log_in(client, "listed", TYPED).status_code == 422
    account = story.row(Account, Account.username == "listed")
    password = password_on(as_("head").post(f"/accounts/{account}/password").text)
    assert log_in(client, "listed", password).headers["Location"] == "/me"
    found = story.viewer("listed")
    assert found.person_id == person
    assert found.roles & {Role.INSPECTOR, Role.LEADER}


def test_somebody_of_the_list_who_reads_nothing_gets_the_typed_one(
    client: FlaskClient, story: Story, as_: Any
) -> None:
    as_("clerk").post("/people", data={"name": "新来的", "home": ""})
    person = listed(story, in_team=False)
    assert open_account(as_("admin"), person).status_code == 303
    assert log_in(client, "listed", TYPED).headers["Location"] == "/me"
    assert story.viewer("listed").person_id == person


def test_nobody_is_put_on_the_list_twice(story: Story, as_: Any) -> None:
    as_("clerk").post("/people", data={"name": "新来的", "home": ""})
    again = open_account(as_("admin"), "", name=" 新来的 ")
    assert again.status_code == 422
    assert "名单上有这个人，还没有账号：在上面选他" in again.text


def test_who_has_an_account_and_who_is_of_another_county_gets_none(story: Story, as_: Any) -> None:
    admin = as_("admin")
    for username in ("clerk", "clerk2"):
        assert open_account(admin, story.viewer(username).person_id).status_code == 422


def test_a_name_or_somebody_of_the_list_is_asked_for(as_: Any) -> None:
    answer = open_account(as_("admin"), "")
    assert answer.status_code == 422
    assert "姓名：这一项要填" in answer.text


def test_a_role_that_waits_is_said_where_the_head_lands_with_its_unit(story: Story, as_: Any) -> None:
    admin, head = as_("admin"), as_("head")
    assert "角色等确认" not in head.get("/todo").text
    open_account(admin, "", name="新来的")
    account = story.row(Account, Account.username == "listed")
    sent = {"role": "unit", "unit_id": str(story.viewer("unit").unit_id)}
    span = {"starts": "2018-01-01", "ends": "2030-12-31"}
    assert admin.post(f"/accounts/{account}", data={**sent, **span}).status_code == 303
    assert "角色等确认" in head.get("/todo").text
    assert "新来的·单位联络员·甘棠镇" in head.get("/roles").text
    grant = story.row(RoleGrant, RoleGrant.person_id == story.viewer("listed").person_id)
    head.post(f"/roles/{grant}/confirmation")
    assert "角色等确认" not in head.get("/todo").text


def test_no_role_is_chosen_beforehand(story: Story, as_: Any) -> None:
    admin = as_("admin")
    account = story.row(Account, Account.username == "leadership")
    answer = admin.post(
        f"/accounts/{account}", data={"role": "", "starts": "2018-01-01", "ends": "2030-12-31"}
    )
    assert answer.status_code == 422
    assert "角色：选一个角色" in answer.text
