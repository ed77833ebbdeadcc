"""What every form of the app refuses or mends: days far off, control characters."""

from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from wtforms import DateField, Form

from fieldapp import app, clock
from fieldapp.access.models import Account
from fieldapp.organisations.models import Person, Unit
from fieldapp.problems.models import Measure
from fieldapp.visits.scenario_models import Item
from fieldapp.web.forms import DayField, is_sane, last_day
from tests.pages import changed, fields_of
from tests.story import PASSWORD

FAR = ("0001-01-01", "1999-12-31", "9999-12-31")
NUL = "a\0b"


def forms_of_the_app() -> Iterator[type[Form]]:
    found = sorted(Path(app.__file__).parent.glob("*/*forms.py"))
    for module in (import_module(f"fieldapp.{path.parent.name}.{path.stem}") for path in found):
        yield from (
            each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Form)
        )


def test_every_day_of_every_form_lies_where_the_office_works() -> None:
    days = [field for form in forms_of_the_app() for field in form() if isinstance(field, DateField)]
    assert len(days) > 10
    assert [field.name for field in days if not isinstance(field, DayField)] == []


def test_the_window_of_days() -> None:
    with clock.moved_to(clock.at(2028, 2, 29, 9)):
        assert last_day() == date(2033, 2, 28)
        assert is_sane(date(2000, 1, 1))
        assert is_sane(date(2033, 2, 28))
        assert not is_sane(date(1999, 12, 31))
        assert not is_sane(date(2033, 3, 1))


@pytest.mark.parametrize("far", FAR)
@pytest.mark.parametrize(
    ("username", "address", "sent"),
    [
        ("clerk", "/rounds", {"name": "第九轮", "ends": "2027-01-01"}),
        ("clerk", "/plans/where", {"ends": "2027-01-01"}),
        ("clerk", "/draws", {"ends": "2027-01-01"}),
    ],
)
def test_a_day_far_off_is_refused_beside_its_field(
    as_: Any, username: str, address: str, sent: dict[str, str], far: str
) -> None:
    answer = as_(username).post(address, data={**sent, "starts": far})
    assert answer.status_code == 422
    assert "写 2000-01-01 到" in answer.text


@pytest.mark.parametrize("far", FAR)
def test_a_plan_far_off_asks_again_where_and_when(story: Any, as_: Any, far: str) -> None:
    unit = story.row(Unit, Unit.name == "甘棠镇")
    answer = as_("clerk").get(f"/plans/new?unit={unit}&starts={far}&ends={far}")
    assert answer.headers["Location"] == "/plans/where"


def test_a_draw_over_years_is_refused_before_it_is_written_out(as_: Any) -> None:
    clerk = as_("clerk")
    sent = fields_of(clerk.get("/draws").text, "/draws")
    counters = _counters(clerk.get("/draws").text)
    answer = clerk.post(
        "/draws", data=changed(sent, counters=counters, starts="2000-01-01", ends=last_day().isoformat())
    )
    assert answer.status_code == 422
    assert "从最早到最晚最多一年" in answer.text


def _counters(page: str) -> list[str]:
    return [part.split('value="')[1].split('"')[0] for part in page.split('name="counters"')[1:]]


@pytest.mark.parametrize("again", ["zz", "00000000-0000-4000-8000-000000000000"])
def test_a_draw_that_does_not_exist_is_no_page(as_: Any, again: str) -> None:
    assert as_("clerk").get(f"/draws?again={again}").status_code == 404


@pytest.mark.parametrize(
    ("username", "address", "status"),
    [
        ("clerk", "/problems?q=%00", 200),
        ("clerk", "/problems?state=%00&severity=%00&due=%00", 200),
        ("clerk", "/plans/new?unit=%00&starts=%00&ends=%00", 303),
        ("clerk", "/draws?again=%00", 200),
        ("unit", "/problems?q=%00", 200),
    ],
)
def test_a_control_character_in_an_address_is_left_out(
    as_: Any, username: str, address: str, status: int
) -> None:
    assert as_(username).get(address).status_code == status


def test_a_control_character_in_a_name_is_left_out(story: Any, as_: Any) -> None:
    assert as_("clerk").post("/people", data={"name": f"{NUL}甲"}).status_code == 303
    assert story.row(Person, Person.name == "ab甲")
    assert as_("clerk").post("/units", data={"name": NUL, "phone_name": "办事\x07"}).status_code == 303
    assert story.row(Unit, Unit.name == "ab", Unit.phone_name == "办事")
    account = {"name": "甲", "username": "u\0ser", "password": "abcdefghijk1"}
    assert as_("admin").post("/accounts", data=account).status_code == 303
    assert story.row(Account, Account.username == "user")


def test_a_control_character_in_a_text_is_left_out(story: Any, as_: Any) -> None:
    measure = story.row(Measure, Measure.problem.has(number="示例-02"))
    assert as_("unit").post(f"/measures/{measure}", data={"progress": "做\0完了"}).status_code == 303
    county = story.viewer("clerk").county_id
    item = story.row(Item, Item.county_id == county)
    assert as_("clerk").post(f"/scenarios/items/{item}/edit", data={"text": "看\0人"}).status_code == 303


def test_a_control_character_at_the_login_is_left_out(story: Any) -> None:
    client = story.app.test_client()
    answer = client.post("/login", data={"username": "cl\0erk", "password": PASSWORD})
    assert answer.status_code == 303
    assert client.post("/me/logins/%00/end").status_code == 303
