"""Login as its user meets it: in and out, slowed down, expired with something typed."""

import io
import re
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fieldapp import clock
from fieldapp.access import carry
from fieldapp.access.models import Account
from fieldapp.visits.scenario_models import Scenario
from tests.pages import changed, fields_of
from tests.story import PASSWORD, Story

EXPIRED = 31 * 60 * 1000
TYPED = "填到一半的名称"


def log_in(client: FlaskClient, username: str, password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/login", data={"username": username, "password": password, **more})


def is_in(client: FlaskClient) -> bool:
    return client.get("/me").status_code == 200


@pytest.fixture
def client(story: Story) -> FlaskClient:
    """A browser that nobody has logged in with; its logins are real ones."""
    return story.app.test_client()


def test_the_right_password_opens_the_app(client: FlaskClient) -> None:
    assert not is_in(client)
    answer = log_in(client, " Clerk ")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("login="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert is_in(client)


@pytest.mark.parametrize(
    ("username", "password"), [("clerk", "wrong-password"), ("nobody", PASSWORD), ("", "")]
)
def test_a_wrong_one_says_the_same_whoever_it_is(client: FlaskClient, username: str, password: str) -> None:
    answer = log_in(client, username, password)
    assert answer.status_code == 422
    assert "账号或密码不对" in answer.text
    assert password not in answer.text or not password
    assert not is_in(client)


def test_after_five_failures_even_the_right_password_waits(client: FlaskClient) -> None:
    start = clock.now()
    with clock.moved_to(start):
        for _ in range(5):
            assert "账号或密码不对" in log_in(client, "clerk", "wrong-password").text
        slowed = log_in(client, "clerk")
        assert slowed.status_code == 422
        assert "试得太多了，2 秒后再试" in slowed.text
        assert log_in(client, "head").status_code == 303  # a name is slowed down, not a place
    with clock.moved_to(start + 2001):
        assert log_in(client, "clerk").status_code == 303
        assert "账号或密码不对" in log_in(client, "clerk", "wrong-password").text  # the count began anew


def fail(client: FlaskClient, times: int) -> None:
    for _ in range(times):
        log_in(client, "clerk", "wrong-password")


def test_a_clock_set_back_locks_nobody_out(client: FlaskClient) -> None:
    start = clock.now()
    for failures in (1, 6):
        with clock.moved_to(start):
            fail(client, failures)
        with clock.moved_to(start - 3_600_000):
            assert log_in(client, "clerk").status_code == 303


def test_failures_are_forgiven_by_and_by(client: FlaskClient) -> None:
    start, hour = clock.now(), 3_600_000
    for n in range(12):  # each after the wait for the one before
        with clock.moved_to(start + n * 16 * 60_000):
            fail(client, 1)
    with clock.moved_to(start + 11 * 16 * 60_000 + 1000):
        assert "试得太多了" in log_in(client, "clerk").text
    with clock.moved_to(start + 11 * 16 * 60_000 + 3 * hour):
        fail(client, 1)
        assert log_in(client, "clerk").status_code == 303


def test_a_stranger_slows_no_device_down_that_its_owner_knows(client: FlaskClient, story: Story) -> None:
    assert log_in(client, "clerk").status_code == 303
    stranger = story.app.test_client()
    log_in(stranger, "head")  # a device that knows somebody else
    start = clock.now()
    with clock.moved_to(start):
        fail(stranger, 8)
        assert "试得太多了" in log_in(stranger, "clerk").text
        assert log_in(client, "clerk").status_code == 303
        assert "试得太多了" in log_in(stranger, "clerk").text  # that success was not his
        fail(client, 6)
        assert "试得太多了" in log_in(client, "clerk").text


@pytest.mark.parametrize("cookie", ["x", "a.b.c", "", "é.b.c"])
def test_a_made_up_device_is_nobody_s(client: FlaskClient, cookie: str) -> None:
    client.set_cookie("known", cookie)
    assert log_in(client, "clerk").status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "javascript:alert(1)",
        "me",
        "//[elsewhere",
        "http://[",
        "/x\r\nSet-Cookie: a=b",
        "/\tx",
        "/" + "a" * 70_000,
    ],
)
def test_it_leads_to_no_other_site(client: FlaskClient, target: str) -> None:
    assert client.get("/login", query_string={"next": target}).status_code == 200
    assert log_in(client, "clerk", next=target).headers["Location"] == "/"


def test_it_leads_on_to_the_page_first_asked_for(client: FlaskClient) -> None:
    asked = client.get("/problems?state=closed")
    page = client.get(asked.headers["Location"]).text
    sent = changed(fields_of(page, "/login"), username="clerk", password=PASSWORD)
    assert client.post("/login", data=sent).headers["Location"] == "/problems?state=closed"


def test_logout_ends_the_login_itself(client: FlaskClient) -> None:
    log_in(client, "clerk")
    token = client.get_cookie("login")
    assert token is not None
    answer = client.post("/logout")
    assert "storage" not in answer.headers["Clear-Site-Data"]  # the unsent queue lies there
    assert not is_in(client)
    client.set_cookie("login", token.value)  # a cookie kept from before opens nothing
    assert not is_in(client)


def test_an_idle_desk_is_logged_out_and_a_phone_is_not(client: FlaskClient, story: Story) -> None:
    phone, start = story.app.test_client(), clock.now()
    with clock.moved_to(start):
        log_in(client, "clerk")
        phone.post(
            "/login", data={"username": "clerk", "password": PASSWORD}, headers={"User-Agent": "Mobile Mobi"}
        )
    with clock.moved_to(start + EXPIRED):
        assert not is_in(client)
        assert is_in(phone)
    with clock.moved_to(start + 25 * 3600 * 1000):
        assert not is_in(phone)


def expired_edit(client: FlaskClient, story: Story) -> tuple[str, TestResponse]:
    """A clerk types into the scenario editor; before it is sent, the login expires."""
    scenario = story.row(Scenario, Scenario.county_id == story.viewer("clerk").county_id)
    address, start = f"/scenarios/{scenario}/edit", clock.now()
    with clock.moved_to(start):
        log_in(client, "clerk")
        sent = changed(fields_of(client.get(address).text, address), name=TYPED)
    with clock.moved_to(start + EXPIRED):
        return address, client.post(address, data=sent)


def names(client: FlaskClient) -> str:
    return client.get("/scenarios").text


def test_what_was_typed_comes_back_and_is_not_carried_out(client: FlaskClient, story: Story) -> None:
    address, refused = expired_edit(client, story)
    assert refused.status_code == 401
    assert "登录过期，刚才填的都在，重新登录就行" in refused.text
    assert TYPED not in refused.text  # it rides along sealed

    sent = changed(fields_of(refused.text, "/login"), username="clerk", password=PASSWORD)
    again = client.post("/login", data=sent)
    assert "接着填" in again.text
    shown = client.post(address, data=changed(fields_of(again.text, address)))
    assert shown.status_code == 200
    assert TYPED in shown.text
    assert TYPED not in names(client)

    saved = client.post(address, data=changed(fields_of(shown.text, address)))
    assert saved.status_code == 303
    assert TYPED in names(client)


def test_another_person_does_not_get_it(client: FlaskClient, story: Story) -> None:
    _address, refused = expired_edit(client, story)
    sent = changed(fields_of(refused.text, "/login"), username="head", password=PASSWORD)
    answer = client.post("/login", data=sent)
    assert answer.status_code == 303
    assert TYPED not in answer.text


def test_a_wrong_password_in_between_loses_nothing(client: FlaskClient, story: Story) -> None:
    _address, refused = expired_edit(client, story)
    wrong = client.post(
        "/login", data=changed(fields_of(refused.text, "/login"), username="clerk", password="no")
    )
    right = changed(fields_of(wrong.text, "/login"), password=PASSWORD)
    assert TYPED in client.post("/login", data=right).text


def test_nothing_is_promised_to_whoever_was_never_logged_in(client: FlaskClient) -> None:
    refused = client.post("/plans/where", data={"unit_id": "x"})
    assert refused.status_code == 401
    assert "刚才填的都在" not in refused.text
    assert fields_of(refused.text, "/login")[1] == ("carried", "")


def test_a_tap_is_offered_with_the_time_it_came(client: FlaskClient) -> None:
    start, taps = clock.at(2026, 11, 24, 9, 17, 10), f"/n/{uuid4()}/taps"
    with clock.moved_to(start - EXPIRED - 86_400_000):
        log_in(client, "inspector1")
    with clock.moved_to(start):
        refused = client.post(taps, data={"kind": "note", "text": "门关着"})
    with clock.moved_to(start + 60_000):
        sent = changed(fields_of(refused.text, "/login"), username="inspector1", password=PASSWORD)
        page = client.post("/login", data=sent).text
    assert "9:17:10" in page
    assert "接着记" in page
    assert [name for name, _value in fields_of(page, taps)] == ["carried"]


def sent_too_late(client: FlaskClient, username: str, address: str, **sent: Any) -> tuple[TestResponse, str]:
    """The answer to a post whose login has expired, and the page after logging in again."""
    start = clock.now()
    with clock.moved_to(start - EXPIRED - 86_400_000):
        log_in(client, username)
    with clock.moved_to(start):
        refused = client.post(address, **sent)
        again = changed(fields_of(refused.text, "/login"), username=username, password=PASSWORD)
        return refused, client.post("/login", data=again).text


def test_a_password_does_not_ride_along(client: FlaskClient, story: Story) -> None:
    typed = {"name": "借调员甲", "username": "seconded", "password": "never-to-be-kept-1"}
    refused, page = sent_too_late(client, "admin", "/accounts", data=typed)
    assert "密码要再填一次" in refused.text
    assert "刚才填的都在" not in refused.text
    assert "密码要再填一次" in page
    assert dict(fields_of(page, "/accounts")) == {
        "name": "借调员甲", "username": "seconded", "_again": "1",
    }  # fmt: skip
    with story.app.app_context():
        box = carry._box()
        token = dict(fields_of(refused.text, "/login"))["carried"]
        assert b"never-to-be-kept-1" not in box.decrypt(token.encode())


def test_every_password_field_on_a_page_is_known_as_one(story: Story, as_: Any) -> None:
    account = story.row(Account, Account.username == "clerk")
    pages = [as_("admin").get(address).text for address in ("/me", "/accounts", f"/accounts/{account}")]
    fields = re.findall(r"<input[^>]*>", "".join((*pages, story.app.test_client().get("/login").text)))
    secret = {re.search(r'name="([^"]+)"', each)[1] for each in fields if 'type="password"' in each}
    assert secret == set(carry.SECRET)


def test_a_file_must_be_chosen_once_more(client: FlaskClient) -> None:
    sheet = {"file": (io.BytesIO(b"not read"), "a.xlsx"), "pasted": "贴的"}
    refused, page = sent_too_late(client, "clerk", "/problems/import", data=sheet)
    assert "文件要再选一次" in refused.text
    assert "刚才填的都在" not in refused.text
    assert "文件要再选一次" in page
    assert ("pasted", "贴的") in fields_of(page, "/problems/import")


def test_a_photo_whose_login_expired_is_not_offered_as_a_tap(client: FlaskClient) -> None:
    visit = uuid4()
    photo = {"kind": "photo", "file": (io.BytesIO(b"not read"), "a.jpg")}
    _refused, page = sent_too_late(client, "inspector1", f"/n/{visit}/taps", data=photo)
    assert "文件要再选一次" in page
    assert "接着记" not in page
    assert f'href="/n/{visit}"' in page


def test_large_letters_chosen_too_late_are_chosen_again(client: FlaskClient) -> None:
    _refused, page = sent_too_late(client, "clerk", "/me/sight", data={"big_text": "yes"})
    assert client.post("/me/sight", data=dict(fields_of(page, "/me/sight"))).status_code == 303
    assert 'class="big"' not in client.get("/me").text
    assert client.post("/me/sight", data={"big_text": "yes"}).status_code == 303
    assert 'class="big"' in client.get("/me").text
    assert client.post("/me/sight", data={"big_text": "no"}).status_code == 303
    assert 'class="big"' not in client.get("/me").text


def test_what_only_shows_again_writes_nothing_whatever_its_view_does(story: Story, as_: Any) -> None:
    clerk = story.row(Account, Account.username == "clerk")
    as_("admin").post(f"/accounts/{clerk}/disabled", data={"_again": "1"})
    assert is_in(as_("clerk"))


def test_a_step_without_fields_is_not_offered_again(client: FlaskClient, story: Story) -> None:
    start = clock.now()
    account = story.row(Account, Account.username == "leadership")
    with clock.moved_to(start):
        log_in(client, "admin")
    with clock.moved_to(start + EXPIRED):
        refused = client.post(f"/accounts/{account}/disabled")
        sent = changed(fields_of(refused.text, "/login"), username="admin", password=PASSWORD)
        page = client.post("/login", data=sent).text
    assert "disabled" not in page
    assert "没有做" in page
    assert log_in(story.app.test_client(), "leadership").status_code == 303


def test_a_stopped_account_is_out_at_once(client: FlaskClient, story: Story, as_: Any) -> None:
    log_in(client, "clerk")
    account = story.row(Account, Account.username == "clerk")
    assert as_("admin").post(f"/accounts/{account}/disabled").status_code == 303
    assert not is_in(client)
    assert "账号或密码不对" in log_in(client, "clerk").text


def test_a_new_password_ends_the_logins_elsewhere(client: FlaskClient, story: Story) -> None:
    here = story.app.test_client()
    log_in(client, "clerk")
    log_in(here, "clerk")
    answer = here.post("/me", data={"old": PASSWORD, "password": "another-password-2"})
    assert answer.status_code == 303
    assert is_in(here)
    assert not is_in(client)
    assert log_in(client, "clerk").status_code == 422
