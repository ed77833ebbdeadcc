"""A day to come lies on a bound phone sealed: what opens it, who is given it, and when."""

import hashlib
import json
import re
import zlib
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fieldapp import clock
from fieldapp.access.models import Account
from fieldapp.db import acting, apart
from fieldapp.phones.models import Phone
from fieldapp.visits import plans, sealed_days
from fieldapp.visits.models import PlanRead
from tests.phones.test_binding import bind, code_for
from tests.story import PASSWORD, Story

DAY = 86_400_000


@pytest.fixture
def ahead(story: Story) -> Iterator[plans.PlannedVisit]:
    """Today's plan, seen from the day before, which the office has opened two days early."""
    plan = replace(story.plan_of_today(), early_days=2, made_at=clock.now() - 3 * DAY)
    save(story, plan)
    move(-1)
    yield plan
    clock.set_source(None)


def save(story: Story, plan: plans.PlannedVisit) -> None:
    with story.app.app_context(), acting(story.viewer("clerk")):
        plans.save(plan)


def move(days: int) -> None:
    """The server's clock, from the true one."""
    clock.set_source(None)
    at = clock.now() + days * DAY
    clock.set_source(lambda: at)


def bound(story: Story, as_: Any, username: str = "inspector1") -> tuple[Any, bytes]:
    """A bound phone, logged in, and its key."""
    client = as_(username)
    return client, b64decode(bind(client, code_for(story, as_("clerk"), username))["key"])


def again(phone: Any, username: str = "inspector1") -> None:
    """The login of the day before has expired; the phone is the same."""
    sent = {"username": username, "password": PASSWORD}
    assert phone.post("/login", data=sent).status_code == 303


def opened(sealed: dict[str, Any], device_key: bytes, digits: str) -> list[dict[str, Any]]:
    """As the phone opens it, with tools that are not ours."""
    about = sealed["day"].encode()
    raw = {name: b64decode(sealed[name]) for name in ("salt", "iv", "data", "keyIv", "key")}
    stretched = hashlib.pbkdf2_hmac("sha256", digits.encode(), raw["salt"], sealed["times"])
    info = f"fieldapp {sealed['day']}".encode()
    under = HKDF(algorithm=SHA256(), length=32, salt=stretched, info=info).derive(device_key)
    key = AESGCM(under).decrypt(raw["keyIv"], raw["key"], about)
    text = AESGCM(key).decrypt(raw["iv"], raw["data"], about)
    return [
        json.loads(line) for line in (zlib.decompress(text, 31) if sealed["packed"] else text).splitlines()
    ]


def read_out(story: Story, as_: Any, plan: plans.PlannedVisit, username: str = "clerk") -> list[str]:
    """The digits on the plan's page."""
    page = as_(username).get(f"/plans/{plan.id}").text
    return [a + b for a, b in re.findall(r'<b class="numbers">(\d{3}) (\d{3})</b>', page)]


def test_phone_and_digits_together_open_what_today_will_show(
    story: Story, as_: Any, ahead: plans.PlannedVisit
) -> None:
    phone, key = bound(story, as_)
    (sealed,) = phone.get("/n/sealed?packed=1").json["days"]
    move(0)
    (digits,) = read_out(story, as_, ahead)
    lines = opened(sealed, key, digits)
    assert lines[0]["date"] == ahead.starts
    pages = {of[0] for group in lines[0]["groups"] for of in group["pages"]}
    assert {"/n/", f"/n/p/{ahead.id}", f"/n/{ahead.visit_id}", f"/n/{ahead.visit_id}/handin"} <= pages
    start = next(line["html"] for line in lines[1:] if line["v"] == lines[0]["groups"][0]["v"])
    assert ahead.short_name in start
    assert f'data-ready="{ahead.starts}"' in start
    assert sum("html" in line for line in lines) == sum(group["n"] for group in lines[0]["groups"])


def test_neither_opens_it_alone(story: Story, as_: Any, ahead: plans.PlannedVisit) -> None:
    phone, key = bound(story, as_)
    (sealed,) = phone.get("/n/sealed").json["days"]
    move(0)
    (digits,) = read_out(story, as_, ahead)
    for with_key, with_digits in ((bytes(32), digits), (key, f"{(int(digits) + 1) % 10**6:06d}")):
        with pytest.raises(InvalidTag):
            opened(sealed, with_key, with_digits)


def test_no_word_of_it_is_sent_in_clear(story: Story, as_: Any, ahead: plans.PlannedVisit) -> None:
    phone, _key = bound(story, as_)
    body = phone.get("/n/sealed").text
    for word in (ahead.short_name, ahead.id, ahead.visit_id, ahead.briefing["content"]["unit"]):
        assert word not in body
        assert json.dumps(word)[1:-1] not in body


def test_two_phones_have_digits_of_their_own_and_a_lost_one_none(
    story: Story, as_: Any, ahead: plans.PlannedVisit
) -> None:
    phone, _ = bound(story, as_)
    bound(story, as_, "inspector2")
    move(0)
    digits = read_out(story, as_, ahead)
    assert len(set(digits)) == 2
    mine = story.row(Phone, Phone.person_id == story.viewer("inspector1").person_id)
    as_("clerk").post(f"/phones/{mine}/end")
    assert len(read_out(story, as_, ahead)) == 1
    again(phone)
    assert phone.get("/n/sealed/keys?days=" + ahead.starts).json["keys"] == {}
    assert phone.get("/n/sealed").json["days"] == []


def test_the_digits_are_shown_from_the_day_on_and_each_look_is_logged(
    story: Story, as_: Any, ahead: plans.PlannedVisit
) -> None:
    bound(story, as_)
    assert read_out(story, as_, ahead) == []
    move(0)
    before = reads(story)
    assert len(read_out(story, as_, ahead)) == 1
    assert reads(story) == before + 1
    move(1 + (ahead.last_day - ahead.first_day).days)
    assert read_out(story, as_, ahead) == []


def reads(story: Story) -> int:
    with story.app.app_context(), apart() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(PlanRead)) or 0


def test_by_network_it_opens_on_its_day_and_not_before(
    story: Story, as_: Any, ahead: plans.PlannedVisit
) -> None:
    phone, _ = bound(story, as_)
    asked = f"/n/sealed/keys?days={ahead.starts},x,9999-99-99"
    (sealed,) = phone.get("/n/sealed").json["days"]
    assert phone.get(asked).json["keys"] == {}
    move(0)
    again(phone)
    key = b64decode(phone.get(asked).json["keys"][ahead.starts])
    text = AESGCM(key).decrypt(b64decode(sealed["iv"]), b64decode(sealed["data"]), ahead.starts.encode())
    assert ahead.visit_id in text.decode()
    save(story, replace(ahead, cancelled=True))
    assert phone.get(asked).json["keys"] == {}


def test_what_the_phone_has_is_not_sent_again_and_what_was_changed_is(
    story: Story, as_: Any, ahead: plans.PlannedVisit
) -> None:
    phone, _ = bound(story, as_)
    (first,) = phone.get("/n/sealed").json["days"]
    (same,) = phone.get(f"/n/sealed?have={first['v']}").json["days"]
    assert same == {"v": first["v"], "day": ahead.starts}
    content = {**ahead.briefing["content"], "ask": "改了"}
    save(story, plans.with_briefing(ahead, content, clock.now()))
    (changed,) = phone.get(f"/n/sealed?have={first['v']}").json["days"]
    assert "data" in changed


def test_an_unbound_phone_and_whoever_does_not_go_get_nothing(
    story: Story, as_: Any, ahead: plans.PlannedVisit
) -> None:
    assert as_("inspector1").get("/n/sealed").json["days"] == []
    other, _ = bound(story, as_, "origin3")
    assert other.get("/n/sealed").json["days"] == []
    assert other.get(f"/n/sealed/keys?days={ahead.starts}").json["keys"] == {}


def test_what_the_office_did_not_open_early_is_in_no_phone(story: Story, as_: Any) -> None:
    save(story, replace(story.plan_of_today(), early_days=0))
    move(-1)
    phone, _ = bound(story, as_)
    assert phone.get("/n/sealed").json["days"] == []


def test_ahead_of_its_day_no_page_of_it_is_kept_in_clear(
    story: Story, as_: Any, ahead: plans.PlannedVisit
) -> None:
    """It may be read by network, as the office allowed; what a phone keeps has no word of it."""
    phone, _ = bound(story, as_)
    for address in ("/n/", f"/n/p/{ahead.id}", f"/n/{ahead.visit_id}?as_if=begin:办事"):
        answer = phone.get(address)
        assert answer.status_code == 200
        assert "X-Keep-On-Phone" not in answer.headers, address
    ready = phone.get("/n/ready").text
    assert ahead.visit_id not in ready
    assert ahead.short_name not in ready
    move(0)
    again(phone)
    assert "X-Keep-On-Phone" in phone.get("/n/").headers
    assert ahead.visit_id in phone.get("/n/ready").text


def test_digits_and_keys_are_those_of_phone_and_day_whatever_happens_to_the_database(story: Story) -> None:
    phone, day = uuid4(), date(2018, 6, 20)

    def parcel(phone: UUID = phone, after: int = 0) -> sealed_days.Parcel:
        return sealed_days.parcel_of(phone, day + timedelta(after), ["a", "b"])

    with story.app.app_context():
        codes = {sealed_days.code_of(parcel(after=n)) for n in range(50)}
        assert sealed_days.code_of(parcel()) == sealed_days.code_of(parcel())
        assert sealed_days.key_of(parcel()) != sealed_days.key_of(parcel(uuid4()))
    assert len(codes) > 45
    assert all(len(code) == 6 and code.isdigit() for code in codes)


@pytest.fixture
def two(story: Story, ahead: plans.PlannedVisit) -> tuple[plans.PlannedVisit, plans.PlannedVisit]:
    """Two visits on one day; whatever becomes of the one, the other is still gone to."""
    other = replace(ahead, id=str(uuid4()), visit_id=str(uuid4()), short_name="另一处")
    save(story, other)
    return ahead, other


TAKEN_AWAY = {
    "cancelled": lambda plan, _me: replace(plan, cancelled=True),
    "without me": lambda plan, me: replace(
        plan,
        people=[each for each in plan.people if each != me],
        knowers=[each for each in plan.knowers if each != me],
    ),
    "not ahead of its day": lambda plan, _me: replace(plan, early_days=0),
    "another day": lambda plan, _me: replace(plan, starts=_later(plan), ends=_later(plan)),
}


def _later(plan: plans.PlannedVisit) -> str:
    return (plan.first_day + timedelta(1)).isoformat()


@pytest.mark.parametrize("how", TAKEN_AWAY)
@pytest.mark.parametrize("told", ["version", "day alone"])
def test_what_was_taken_away_from_a_day_has_no_key_and_no_digits_any_more(
    story: Story, as_: Any, two: tuple[plans.PlannedVisit, plans.PlannedVisit], how: str, told: str
) -> None:
    """The phone fetched both, and the network no more: one is taken away, and it still goes to the other."""
    kept, gone = two
    phone, key = bound(story, as_)
    (sealed,) = phone.get("/n/sealed").json["days"]
    save(story, TAKEN_AWAY[how](gone, str(story.viewer("inspector1").person_id)))
    move(0)
    again(phone)
    asked = f"{kept.starts}:{sealed['v']}" if told == "version" else kept.starts
    given = phone.get("/n/sealed/keys?days=" + asked).json["keys"]
    if told == "version":
        assert given == {}
    for text in given.values():
        with pytest.raises(InvalidTag):
            opened_by(b64decode(text), sealed)
    digits = [*read_out(story, as_, kept), *read_out(story, as_, gone)]
    assert digits
    for each in digits:
        with pytest.raises(InvalidTag):
            opened(sealed, key, each)


def opened_by(key: bytes, sealed: dict[str, Any]) -> bytes:
    about = sealed["day"].encode()
    return AESGCM(key).decrypt(b64decode(sealed["iv"]), b64decode(sealed["data"]), about)


def test_what_came_to_a_day_later_or_was_worded_anew_leaves_what_a_phone_holds_as_it_was(
    story: Story, as_: Any, ahead: plans.PlannedVisit
) -> None:
    """Where there was no network since, the digits that are read out must still fit."""
    phone, key = bound(story, as_)
    (sealed,) = phone.get("/n/sealed").json["days"]
    late = replace(ahead, id=str(uuid4()), visit_id=str(uuid4()), early_days=1, made_at=clock.now())
    save(story, late)
    save(story, plans.with_briefing(ahead, {**ahead.briefing["content"], "ask": "改了"}, clock.now()))
    move(0)
    again(phone)
    digits = read_out(story, as_, ahead)
    assert [_fits(sealed, key, each) for each in digits] == [False, True]  # first those of whoever has all
    assert "上面的不对才报" in as_("clerk").get(f"/plans/{ahead.id}").text
    asked = f"/n/sealed/keys?days={ahead.starts}:{sealed['v']}"
    assert opened_by(b64decode(phone.get(asked).json["keys"][ahead.starts]), sealed)


def _fits(sealed: dict[str, Any], key: bytes, digits: str) -> bool:
    try:
        return bool(opened(sealed, key, digits))
    except InvalidTag:
        return False


def test_no_digits_are_shown_for_whoever_may_not_log_in_any_more(
    story: Story, as_: Any, ahead: plans.PlannedVisit
) -> None:
    phone, _ = bound(story, as_)
    move(0)
    again(phone)
    assert len(read_out(story, as_, ahead)) == 1
    whose = story.row(Account, Account.username == "inspector1")
    assert as_("admin").post(f"/accounts/{whose}/disabled").status_code == 303
    assert read_out(story, as_, ahead) == []
    assert phone.get("/n/sealed/keys?days=" + ahead.starts).status_code == 303  # to the login
