"""A phone is bound once, at the office, to whoever is logged in on it."""

import re
from base64 import b64decode
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa

from fieldapp import clock
from fieldapp.access.models import Account, Login
from fieldapp.db import apart
from fieldapp.phones.models import Phone, PhoneCode
from tests.clients import LintingClient
from tests.story import Story

MINUTE = 60_000


def person_of(story: Story, username: str) -> str:
    return str(story.viewer(username).person_id)


def code_for(story: Story, clerk: Any, username: str) -> str:
    """What the office's page shows for somebody."""
    page = clerk.post("/phones", data={"person_id": person_of(story, username)}).text
    found = re.search(r'<p class="fingerprint mt-2">([A-Z2-7 ]{19})</p>', page)
    assert found is not None
    return found[1]


def bind(client: Any, code: str) -> dict[str, str]:
    answer = client.post("/n/phone", data={"code": code})
    assert answer.headers["Cache-Control"] == "no-store"
    return dict(answer.json)


def bound(story: Story) -> list[tuple[str, bool]]:
    """Every binding: whose, and whether it stands."""
    with story.app.app_context(), apart() as session:
        rows = session.scalars(sa.select(Phone).order_by(Phone.bound_at)).unique()
        return [(str(row.person_id), row.end is None) for row in rows]


def test_the_phone_gets_a_key_of_its_own_that_is_nowhere_in_the_database(story: Story, as_: Any) -> None:
    told = bind(as_("inspector1"), code_for(story, as_("clerk"), "inspector1"))
    assert told["person"] == person_of(story, "inspector1")
    key = b64decode(told["key"])
    assert len(key) == 32
    other = bind(as_("inspector1"), code_for(story, as_("clerk"), "inspector1"))
    assert other["key"] != told["key"]
    with story.app.app_context(), apart() as session:
        rows = [
            str(row)
            for name in ("phone_codes", "phones")
            for row in session.execute(sa.text(f"SELECT * FROM {name}"))
        ]
    assert not any(key.hex() in row or told["key"] in row for row in rows)


def test_a_code_is_kept_as_a_hash_and_read_however_it_is_typed(story: Story, as_: Any) -> None:
    code = code_for(story, as_("clerk"), "inspector1")
    with story.app.app_context(), apart() as session:
        row = session.scalars(sa.select(PhoneCode)).one()
        assert code.replace(" ", "") not in (row.code_hash, str(row.id))
    assert "key" in bind(as_("inspector1"), code.lower())


def test_a_code_binds_one_phone(story: Story, as_: Any) -> None:
    code = code_for(story, as_("clerk"), "inspector1")
    assert "key" in bind(as_("inspector1"), code)
    assert "用过了" in bind(as_("inspector1"), code)["said"]
    assert len(bound(story)) == 1


def test_of_two_phones_with_one_code_at_the_same_time_one_is_bound(story: Story, as_: Any) -> None:
    clerk, phones = as_("clerk"), [as_("inspector1") for _ in range(4)]
    for _ in range(3):
        code = code_for(story, clerk, "inspector1")
        told = at_once([partial(bind, phone, code) for phone in phones])
        assert sum("key" in each for each in told) == 1
        assert sum("用过了" in each.get("said", "") for each in told) == 3


def test_a_code_sent_twice_at_once_by_one_phone_binds_it_once(story: Story, as_: Any) -> None:
    clerk, phone = as_("clerk"), as_("inspector1")
    phone.get("/n/sealed")  # gives it its name
    twins = [twin(story, phone) for _ in range(4)]
    code = code_for(story, clerk, "inspector1")
    told = at_once([partial(bind, each, code) for each in twins])
    assert len({each["key"] for each in told}) == 1
    assert len(bound(story)) == 1


def test_a_phone_ended_twice_at_once_is_ended(story: Story, as_: Any) -> None:
    clerk = as_("clerk")
    enders = [clerk, as_("head"), twin(story, clerk), twin(story, clerk)]
    for n in range(3):
        bind(as_("inspector1"), code_for(story, clerk, "inspector1"))
        (end,) = re.findall(r"/phones/[0-9a-f-]{36}/end", clerk.get("/phones").text)
        answers = at_once([partial(_status_of, each, end) for each in enders])
        assert sorted(answers) == [303, 422, 422, 422]
        assert [stands for _whose, stands in bound(story)] == [False] * (n + 1)


def _status_of(client: Any, address: str) -> int:
    return int(client.post(address).status_code)


def at_once(asks: Sequence[Callable[[], Any]]) -> list[Any]:
    """Each on a connection of its own, begun together."""
    start = Barrier(len(asks))

    def ask(one: Callable[[], Any]) -> Any:
        start.wait()
        return one()

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(ask, asks))


def twin(story: Story, client: Any) -> Any:
    """Another connection of the same browser."""
    own = LintingClient(story.app, story.app.response_class)
    for cookie in filter(None, map(client.get_cookie, ("login", "device"))):
        own.set_cookie(cookie.key, cookie.value, domain="localhost")
    return own


def test_an_answer_that_was_lost_comes_again_to_the_same_phone(story: Story, as_: Any) -> None:
    code, phone = code_for(story, as_("clerk"), "inspector1"), as_("inspector1")
    assert bind(phone, code) == bind(phone, code)
    assert len(bound(story)) == 1


def test_a_code_binds_nobody_else_and_does_not_say_whose_it_is(story: Story, as_: Any) -> None:
    code = code_for(story, as_("clerk"), "inspector1")
    foreign, wrong = bind(as_("leader1"), code), bind(as_("leader1"), "AAAA AAAA AAAA AAAA")
    assert foreign == wrong
    assert "key" not in foreign
    assert bound(story) == []


def test_a_code_lasts_ten_minutes(story: Story, as_: Any) -> None:
    start = clock.now()
    code = code_for(story, as_("clerk"), "inspector1")
    phone = as_("inspector1")
    clock.set_source(lambda: start + 10 * MINUTE + 2000)
    assert "过期" in bind(phone, code)["said"]
    assert bound(story) == []


def test_a_phone_bound_anew_counts_once(story: Story, as_: Any) -> None:
    phone, clerk = as_("inspector1"), as_("clerk")
    for _ in range(2):
        assert "key" in bind(phone, code_for(story, clerk, "inspector1"))
    assert [stands for _whose, stands in bound(story)] == [False, True]
    assert clerk.get("/phones").text.count("/end") == 1


@pytest.mark.parametrize("username", ["admin", "unit", "leadership", "city", "inspector1", "leader1"])
def test_only_the_office_makes_codes_and_sees_who_has_a_phone(story: Story, as_: Any, username: str) -> None:
    bind(as_("inspector1"), code_for(story, as_("clerk"), "inspector1"))
    assert as_(username).get("/phones").status_code == 404
    assert (
        as_(username).post("/phones", data={"person_id": person_of(story, "inspector1")}).status_code == 404
    )


def test_the_office_offers_whoever_is_in_a_team_today_and_of_its_county(story: Story, as_: Any) -> None:
    offered = as_("clerk").get("/phones").text
    assert person_of(story, "inspector1") in offered
    assert person_of(story, "unit") not in offered
    assert person_of(story, "inspector1") not in as_("clerk2").get("/phones").text
    answer = as_("clerk2").post("/phones", data={"person_id": person_of(story, "inspector1")})
    assert answer.status_code == 422


def test_a_lost_phone_is_ended_by_the_office_and_logged_out(story: Story, as_: Any) -> None:
    phone, clerk = as_("inspector1"), as_("clerk")
    bind(phone, code_for(story, clerk, "inspector1"))
    with story.app.app_context(), apart(writes=True) as session:
        whose = sa.select(Account.id).where(Account.username == "inspector1").scalar_subquery()
        session.execute(sa.update(Login).where(Login.account_id == whose).values(phone=True))
    ended = clerk.post(f"/phones/{story.row(Phone)}/end", follow_redirects=True).text
    assert "解绑了" in ended
    assert bound(story) == [(person_of(story, "inspector1"), False)]
    assert phone.get("/n/").status_code == 303  # to the login


def test_one_ends_ones_own_and_stays_logged_in(story: Story, as_: Any) -> None:
    phone = as_("inspector1")
    bind(phone, code_for(story, as_("clerk"), "inspector1"))
    assert "绑定的手机" in phone.get("/me").text
    end = f"/phones/{story.row(Phone)}/end"
    assert as_("leader1").post(end).status_code == 404
    assert as_("clerk2").post(end).status_code == 404
    assert phone.post(end, follow_redirects=True).status_code == 200
    assert "绑定的手机" not in phone.get("/me").text
    assert phone.post(end).status_code == 422


def test_what_the_camera_opens_is_neutral_and_keeps_the_code_out_of_addresses(story: Story, as_: Any) -> None:
    page = as_("clerk").post("/phones", data={"person_id": person_of(story, "inspector1")}).text
    assert "/n/phone#" not in page  # it stands in the drawing alone
    stranger = story.app.test_client().get("/n/phone").text
    assert "<title>记录</title>" in stranger
    assert "登录" in stranger
    assert "bind-later" in stranger
    assert "data-bind=" in as_("inspector1").get("/n/phone").text
    assert "不用绑定" in as_("clerk").get("/n/phone").text
