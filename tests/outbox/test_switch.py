"""The no-network mode is switched off and on without a restart; a stopped account is told so."""

from uuid import uuid4

import sqlalchemy as sa

from fieldapp.access.models import Account
from fieldapp.db import apart
from fieldapp.outbox import switch
from tests.story import Story
from tests.visits.visiting import LogIn, send, taps_in

OUTBOX = {"X-Outbox": "1"}


def test_switched_off_the_worker_clears_up_and_pages_leave_it_alone(story: Story, as_: LogIn) -> None:
    client = as_("inspector1")
    for is_on in (True, False, True):
        with story.app.app_context():
            switch.turn(is_on)
        answer = client.get("/sw.js")
        assert answer.headers["Cache-Control"] == "no-cache"
        assert ("unregister()" in answer.text) is not is_on
        assert not [
            word for word in ("今日", "回访", "办事") if word in answer.text
        ]  # it tells nobody what this is
        assert ("data-no-worker" in client.get("/outbox").text) is not is_on


def test_a_worker_that_goes_touches_nothing_that_waits(story: Story, as_: LogIn) -> None:
    with story.app.app_context():
        switch.turn(False)
    text = as_("inspector1").get("/sw.js").text
    assert "deleteDatabase" not in text
    for store in ("'queue'", "'bodies'", "'ledgers'", "'keys'", "'taken'", "'things'"):
        assert store not in text


def test_what_waits_may_be_kept_by_its_owner_and_the_way_to_mend_needs_no_login(
    story: Story, as_: LogIn
) -> None:
    client = as_("inspector1")
    assert client.get("/outbox").headers["X-Keep-On-Phone"] == client.get("/outbox/key").json["person"]
    assert story.app.test_client().get("/outbox/mend").status_code == 200


def test_only_whoever_holds_the_cookie_of_a_stopped_account_is_told_so(story: Story, as_: LogIn) -> None:
    client, visit = as_("inspector1"), uuid4()
    with story.app.app_context(), apart(writes=True) as session:
        session.scalars(sa.select(Account).where(Account.username == "inspector1")).one().disabled = True
    answer = send(client, visit, "note", text="x", headers=OUTBOX)
    assert (answer.status_code, answer.headers["Outbox-Why"]) == (401, "stopped")
    assert "Outbox-Ack" not in answer.headers
    nobody = story.app.test_client().post(
        f"/n/{visit}/taps", data={"kind": "note"}, headers={**OUTBOX, "Sec-Fetch-Site": "same-origin"}
    )
    assert nobody.status_code == 401
    assert "Outbox-Why" not in nobody.headers
    assert not [row for row in taps_in(story) if row.visit == visit]
