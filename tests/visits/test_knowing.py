"""A phone asks which of its taps are here and which it may forget: `/known`, and what `verified_until` promises."""

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from fieldapp import clock
from fieldapp.backups.models import Backup
from fieldapp.db import SYSTEM, acting, apart
from fieldapp.visits import kinds, knowing, taps
from fieldapp.visits.models import TapRow
from tests import databases
from tests.clients import LintingClient
from tests.story import Story
from tests.visits.visiting import LogIn, begin_both, send


@pytest.fixture
def phones(story: Story, as_: LogIn) -> tuple[LintingClient, LintingClient, str]:
    return begin_both(story, as_)


def ask(client: LintingClient, ids: Iterable[Any]) -> Any:
    return client.post("/known", json=[str(each) for each in ids]).get_json()


def tap(client: LintingClient, visit: str, **more: Any) -> UUID:
    made = uuid4()
    assert send(client, visit, "note", "", tap=made, text="记下", **more).headers["Outbox-Ack"] == str(made)
    return made


def verify(app: Flask, taken_at: int | None = None) -> None:
    """As a backup of this moment does once it is checked."""
    with app.app_context(), apart(writes=True) as session:
        upto = session.scalar(sa.select(sa.func.max(TapRow.arrival))) or 0
        at = taken_at or clock.now()
        session.add(Backup(name="x", taken_at=at, upto=upto, verified_at=at, manifest="0" * 64))


def test_without_a_backup_a_tap_is_known_and_not_safe(phones: Any) -> None:
    client, _, visit = phones
    made, never = tap(client, visit), uuid4()
    assert ask(client, [made, never]) == {"known": [str(made)], "safe": [], "verified_until": 0}


def test_what_a_backup_holds_is_safe_and_what_came_after_is_not(story: Story, phones: Any) -> None:
    client, _, visit = phones
    before = tap(client, visit)
    verify(story.app)
    after = tap(client, visit)
    said = ask(client, [after, before])
    assert (set(said["known"]), said["safe"]) == ({str(before), str(after)}, [str(before)])
    verify(story.app)
    assert set(ask(client, [after, before])["safe"]) == {str(before), str(after)}


def test_another_persons_taps_are_unknown_and_name_no_visit(story: Story, phones: Any) -> None:
    client, other, visit = phones
    theirs = tap(other, visit)
    verify(story.app)
    answer = client.post("/known", json=[str(theirs)])
    assert answer.get_json() | {"verified_until": 0} == {"known": [], "safe": [], "verified_until": 0}
    assert (visit in answer.text, answer.headers["Cache-Control"]) == (False, "no-store")


def receipt(story: Story, visit: str, at: int) -> taps.Receipt:
    """A tap of inspector1 that counts as received at an instant of long ago, stored now."""
    sent = taps.Sent(uuid4(), "note", 1, {"text": "x"}, None, dict.fromkeys(kinds.TIMES), "")
    who = story.viewer("inspector1").person_id
    with story.app.app_context(), acting(SYSTEM):
        return taps.take_in(sent, visit=UUID(visit), person=who, device="d", at=at)


def until(story: Story) -> int:
    with story.app.app_context(), apart() as session:
        return knowing.verified_until(story.viewer("inspector1").person_id, session)


def test_a_tap_stored_late_with_an_early_instant_bounds_the_mark(story: Story, phones: Any) -> None:
    """An expired login carries a tap for up to a week; a server's clock may be put back. No mark may cover it."""
    client, _, visit = phones
    now = clock.now()
    verify(story.app, taken_at=now)
    assert until(story) == now
    carried = receipt(story, visit, at=now - 6 * 86_400_000)
    assert until(story) == carried.received_at - 1
    assert ask(client, [carried.id])["safe"] == []
    verify(story.app, taken_at=now + 1)
    assert (until(story), ask(client, [carried.id])["safe"]) == (now + 1, [str(carried.id)])


def test_a_colleagues_late_tap_moves_nobody_elses_mark(story: Story, phones: Any) -> None:
    _, other, visit = phones
    verify(story.app, taken_at=2**42)  # a clock far ahead
    before = until(story)
    tap(other, visit)
    assert until(story) == before


def test_the_order_of_arrival_is_that_of_the_commits_whatever_the_clock_says(
    story: Story, phones: Any
) -> None:
    client, _, visit = phones
    now = clock.now()
    with clock.moved_to(now):
        first = tap(client, visit)
    with clock.moved_to(now - 300_000):
        second = tap(client, visit)
    with story.app.app_context(), apart() as session:
        arrivals = dict(session.execute(sa.select(TapRow.id, TapRow.arrival)).all())
    assert arrivals[first] < arrivals[second]


@pytest.mark.parametrize(
    "body",
    [
        {"json": {}},
        {"json": ["x"]},
        {"json": [1]},
        {"json": [str(uuid4())] * 501},
        {"data": b"{", "content_type": "application/json"},
        {"data": {"a": "b"}},
    ],
    ids=["no list", "no id", "a number", "too many", "no JSON", "a form"],
)
def test_what_is_no_list_of_ids_is_refused(phones: Any, body: dict[str, Any]) -> None:
    assert phones[0].post("/known", **body).status_code == 422


def test_five_hundred_are_answered_while_somebody_else_writes(story: Story, phones: Any) -> None:
    client, _, visit = phones
    made = tap(client, visit)
    file = story.app.extensions["settings"].data / "fieldapp.sqlite"
    with databases.locked(file) if databases.KIND == "sqlite" else nullcontext():
        assert ask(client, [made, *(uuid4() for _ in range(499))])["known"] == [str(made)]


def _asked_by(as_: LogIn, username: str) -> TestResponse:
    return as_(username).post("/known", json=[])


@pytest.mark.parametrize("username", ["unit", "clerk", "admin", "city"])
def test_who_makes_no_visits_finds_no_such_page(as_: LogIn, username: str) -> None:
    assert _asked_by(as_, username).status_code == 404


def test_a_stranger_is_asked_to_log_in(story: Story) -> None:
    assert story.app.test_client().post("/known", json=[]).status_code == 401
