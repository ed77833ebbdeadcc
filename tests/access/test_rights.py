"""Nobody makes himself somebody else: roles, passwords and teams are given by one who may do as much himself."""

from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fieldapp import clock
from fieldapp.access.models import Account, Audit, RoleGrant
from fieldapp.access.policy import Role
from fieldapp.db import apart
from fieldapp.office.accounts import add_user, reset_user
from fieldapp.organisations.models import Counter
from fieldapp.visits.models import VisitPerson
from fieldapp.visits.scenario_models import Scenario, ScenarioVersion
from tests.access.test_login import log_in
from tests.story import Story
from tests.visits.visiting import send

READERS = ("inspector1", "leader1", "clerk", "unit", "leadership")


@pytest.fixture
def client(story: Story) -> FlaskClient:
    return story.app.test_client()


def password_on(page: str) -> str:
    return page.split('class="fingerprint mt-2">')[1].split("<")[0]


def account_of(story: Story, username: str) -> UUID:
    return story.row(Account, Account.username == username)


def a_clerk_without_work(admin: Any) -> str:
    """An account without a role; gives its address."""
    sent = {"name": "新来的", "username": "newcomer", "password": "first-password-1"}
    return str(admin.post("/accounts", data=sent).location).split("?")[0]


def test_a_reset_password_is_shown_once_and_must_be_changed(client: FlaskClient, as_: Any) -> None:
    admin = as_("admin")
    address = a_clerk_without_work(admin)
    password = password_on(admin.post(f"{address}/password").text)
    assert password not in admin.get(address).text
    assert log_in(client, "newcomer", "first-password-1").status_code == 422
    assert log_in(client, "newcomer", password).headers["Location"] == "/me"


@pytest.mark.parametrize("username", [*READERS, "head", "city"])
def test_an_administrator_sets_no_password_of_a_reader(
    client: FlaskClient, story: Story, as_: Any, username: str
) -> None:
    admin, account = as_("admin"), account_of(story, username)
    page = admin.get(f"/accounts/{account}").text
    assert f'action="/accounts/{account}/password"' not in page
    assert ("只能在服务器上换" if username == "city" else "密码由主任") in page
    assert admin.post(f"/accounts/{account}/password").status_code == 422
    assert log_in(client, username).status_code == 303


@pytest.mark.parametrize("username", READERS)
def test_the_head_sets_it_and_it_is_written_down(
    client: FlaskClient, story: Story, as_: Any, username: str
) -> None:
    head, account = as_("head"), account_of(story, username)
    assert f'action="/accounts/{account}/password"' in head.get("/roles").text
    password = password_on(head.post(f"/accounts/{account}/password").text)
    assert password not in head.get("/roles").text
    assert log_in(client, username, password).headers["Location"] == "/me"
    with story.app.app_context(), apart() as session:
        said = session.scalars(sa.select(Audit).where(Audit.event == "password_reset")).one()
    assert said.person_id == story.viewer(username).person_id
    assert said.about == story.viewer("head").actor


@pytest.mark.parametrize("username", ["head", "city", "admin", "clerk2"])
def test_the_head_sets_neither_his_own_nor_those_of_others(story: Story, as_: Any, username: str) -> None:
    head, account = as_("head"), account_of(story, username)
    assert f"/accounts/{account}/password" not in head.get("/roles").text
    expected = 404 if username == "clerk2" else 422
    assert head.post(f"/accounts/{account}/password").status_code == expected


def test_nobody_else_comes_near_a_password(story: Story, as_: Any) -> None:
    account = account_of(story, "unit")
    for username in ("clerk", "leader1", "unit", "leadership"):
        assert as_(username).post(f"/accounts/{account}/password").status_code == 404


def test_a_role_that_has_ended_still_keeps_the_password_from_the_administrator(
    story: Story, as_: Any
) -> None:
    """Else he ends it, sets the password and has it confirmed anew."""
    admin, account = as_("admin"), account_of(story, "clerk")
    grant = story.row(RoleGrant, RoleGrant.person_id == story.viewer("clerk").person_id)
    assert admin.post(f"/roles/{grant}/end").status_code == 303
    assert admin.post(f"/accounts/{account}/password").status_code == 422


def test_the_server_sets_every_password(client: FlaskClient, story: Story) -> None:
    for username in ("head", "city"):
        with story.app.app_context():
            password = reset_user(username).split("新密码是 ")[1].split("，")[0]
        assert log_in(client, username, password).headers["Location"] == "/me"


def give_role(client: FlaskClient, account: UUID, role: str) -> TestResponse:
    span = {"starts": "2018-01-01", "ends": "2030-12-31"}
    return client.post(f"/accounts/{account}", data={"role": role, "unit_id": "", **span})


@pytest.mark.parametrize(
    ("role", "door"), [("clerk", "/visits"), ("head", "/roles"), ("leadership", "/problems")]
)
def test_an_administrator_makes_himself_no_reader(story: Story, as_: Any, role: str, door: str) -> None:
    admin, own = as_("admin"), story.row(Account, Account.username == "admin")
    assert give_role(admin, own, role).status_code == 303
    grant = story.row(RoleGrant, RoleGrant.role == role, RoleGrant.confirmed_by.is_(None))
    assert "等主任确认" in admin.get(f"/accounts/{own}").text
    assert admin.get(door).status_code == 404
    assert admin.post(f"/roles/{grant}/confirmation").status_code == 404
    assert admin.get(door).status_code == 404

    head = as_("head")
    assert "管理员甲" in head.get("/roles").text
    assert head.post(f"/roles/{grant}/confirmation").status_code == 303
    assert admin.get(door).status_code == 200


def test_a_head_does_not_confirm_himself(story: Story, as_: Any) -> None:
    account = story.row(Account, Account.username == "head")
    give_role(as_("admin"), account, "clerk")
    grant = story.row(RoleGrant, RoleGrant.role == "clerk", RoleGrant.confirmed_by.is_(None))
    assert as_("head").post(f"/roles/{grant}/confirmation").status_code == 422


def test_a_liaison_counts_once_the_head_has_said_so(client: FlaskClient, story: Story, as_: Any) -> None:
    admin = as_("admin")
    address = a_clerk_without_work(admin)
    unit = story.viewer("unit").unit_id
    sent = {"role": "unit", "unit_id": str(unit), "starts": "2018-01-01", "ends": "2030-12-31"}
    assert admin.post(address, data=sent).status_code == 303
    assert not story.viewer("newcomer").is_unit
    grant = story.row(RoleGrant, RoleGrant.role == "unit", RoleGrant.confirmed_by.is_(None))
    assert as_("head").post(f"/roles/{grant}/confirmation").status_code == 303
    assert story.viewer("newcomer").is_unit


def test_the_city_s_office_is_given_on_the_server_alone(story: Story, as_: Any) -> None:
    admin, own = as_("admin"), account_of(story, "admin")
    assert 'value="city"' not in admin.get(f"/accounts/{own}").text
    assert give_role(admin, own, "city").status_code == 422
    with story.app.app_context():
        add_user("city2", "市办乙", county="开江县", city="", role="city")
    assert story.viewer("city2").roles == {Role.CITY}


@pytest.fixture
def team(story: Story) -> UUID:
    """The team of today."""
    return UUID(story.plan_of_today().team_id)


def put(client: Any, team: UUID, person: UUID | None) -> TestResponse:
    today = clock.today()
    span = {
        "starts": today.replace(day=1).isoformat(),
        "ends": today.replace(year=today.year + 1, day=1).isoformat(),
    }
    return client.post(f"/teams/{team}", data={"person_id": str(person), **span})


@pytest.mark.parametrize("username", ["clerk", "head"])
def test_nobody_puts_himself_into_a_team(story: Story, as_: Any, team: UUID, username: str) -> None:
    own = story.viewer(username).person_id
    answer = put(as_(username), team, own)
    assert answer.status_code == 422
    assert "不能把自己加进组" in answer.text
    other = "head" if username == "clerk" else "clerk"
    assert put(as_(other), team, own).status_code == 303


def begun(story: Story, client: Any) -> str:
    """An unplanned visit under way."""
    county = story.viewer("inspector1").county_id
    place = {
        "counter": str(story.row(Counter, Counter.county_id == county)),
        "scenario": str(
            story.row(
                ScenarioVersion,
                ScenarioVersion.scenario_id.in_(
                    sa.select(Scenario.id).where(
                        Scenario.county_id == county, Scenario.code == "pension-join"
                    )
                ),
            )
        ),
    }
    visit = str(uuid4())
    assert send(client, visit, "begin", "办事", **place).location == f"/n/{visit}"
    return visit


def is_in(story: Story, visit: str, username: str) -> bool:
    with story.app.app_context(), apart() as session:
        key = {"visit_id": UUID(visit), "person_id": story.viewer(username).person_id}
        return session.get(VisitPerson, key) is not None


def test_whoever_is_put_into_a_team_gets_into_no_visit_under_way(story: Story, as_: Any, team: UUID) -> None:
    start, inspector = clock.now(), as_("inspector1")
    with clock.moved_to(start):
        visit = begun(story, inspector)
    with clock.moved_to(start + 60_000):
        assert put(as_("head"), team, story.viewer("clerk").person_id).status_code == 303
    with clock.moved_to(start + 120_000):
        clerk = as_("clerk")
        send(clerk, visit, "begin", "观察")
        assert not is_in(story, visit, "clerk")
        assert clerk.get(f"/visits/{visit}").status_code == 404
        later = begun(story, inspector)
        send(clerk, later, "begin", "观察")
        assert is_in(story, later, "clerk")


def test_nobody_takes_himself_in(story: Story, as_: Any, team: UUID) -> None:
    start = clock.now()
    visit = begun(story, as_("inspector1"))
    with clock.moved_to(start + 60_000):
        put(as_("head"), team, story.viewer("clerk").person_id)
        clerk = as_("clerk")
        send(clerk, visit, "begin", "观察")
        own = story.viewer("clerk").person_id
        address = f"/visits/parked/{visit}/{own}/decisions"
        sent = {"decision": "adopt", "reason": "我确实去了"}
        for username, status in (("clerk", 422), ("head", 303)):
            assert as_(username).post(address, data=sent).status_code == status
    assert is_in(story, visit, "clerk")
