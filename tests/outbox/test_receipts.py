"""A receipt says what was taken in and when, anybody can check it, and one without its record shows a loss."""

import json
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from fieldapp import clock
from fieldapp.db import apart
from fieldapp.office import phone_telling, receipts
from fieldapp.office.receipts import Verdict
from fieldapp.outbox.receipts import HEADER, is_ours, public_pem
from fieldapp.visits.models import TapRow
from tests.story import Story
from tests.visits.visiting import LogIn, begin_both, send, taps_in

OUTBOX = {"X-Outbox": "1"}


def told(answer: Any) -> dict[str, Any]:
    """As the phone keeps and exports it."""
    digest, signature = answer.headers[HEADER].split(" ")
    at = int(answer.headers["Received-At"])
    return {"id": answer.headers["Outbox-Ack"], "digest": digest, "received_at": at, "signature": signature}


def verdicts(story: Story, given: list[dict[str, Any]]) -> list[Verdict]:
    with story.app.app_context(), apart() as session:
        return [each.verdict for each in receipts.judged(given, session)]


def test_what_is_acknowledged_is_signed_with_the_facts_of_the_first_time(story: Story, as_: LogIn) -> None:
    client, _, visit = begin_both(story, as_)
    tap = uuid4()
    first = told(send(client, visit, "stage", "arrive", tap=tap, headers=OUTBOX))
    with clock.moved_to(clock.now() + 90_000):
        again = told(send(client, visit, "stage", "arrive", tap=tap, headers=OUTBOX))
    assert {**first, "signature": ""} == {**again, "signature": ""}
    row = taps_in(story, TapRow.id == tap)[0]
    assert (first["digest"], first["received_at"]) == (row.digest, row.received_at)
    with story.app.app_context():
        assert is_ours(tap, first["digest"], first["received_at"], first["signature"])
        assert is_ours(tap, again["digest"], again["received_at"], again["signature"])
        assert not is_ours(tap, first["digest"], first["received_at"] + 1, first["signature"])
        assert not is_ours(uuid4(), first["digest"], first["received_at"], first["signature"])


def test_what_is_not_taken_in_is_not_signed(story: Story, as_: LogIn) -> None:
    client, _, visit = begin_both(story, as_)
    assert HEADER not in send(client, visit, "", "x", headers=OUTBOX).headers
    foreign = send(client, visit, "stage", "arrive", person=str(uuid4()), headers=OUTBOX)
    assert (foreign.status_code, HEADER in foreign.headers) == (409, False)


def test_each_of_two_rivals_has_a_receipt_of_its_own(story: Story, as_: LogIn) -> None:
    client, _, visit = begin_both(story, as_)
    tap = uuid4()
    first = told(send(client, visit, "stage", "arrive", tap=tap, headers=OUTBOX))
    other = told(send(client, visit, "stage", "ticket", tap=tap, headers=OUTBOX))
    assert first["digest"] != other["digest"]
    assert verdicts(story, [first, other]) == [Verdict.HELD, Verdict.HELD]


def test_a_receipt_without_its_record_is_a_loss_and_a_forged_one_is_named(story: Story, as_: LogIn) -> None:
    client, _, visit = begin_both(story, as_)
    there = told(send(client, visit, "stage", "arrive", headers=OUTBOX))
    with story.app.app_context():
        from fieldapp.outbox.receipts import sign

        digest, signature = sign(UUID(there["id"]), "0" * 64, 5).split(" ")
    lost = {"id": there["id"], "digest": digest, "received_at": 5, "signature": signature}
    forged = [{**there, "received_at": there["received_at"] - 1}, {**there, "signature": "AAAA"}, {}]
    assert verdicts(story, [there, lost, *forged]) == [Verdict.HELD, Verdict.LOST, *[Verdict.FORGED] * 3]
    with story.app.app_context(), apart() as session:
        lines = list(phone_telling.of_receipts(receipts.judged([there, lost], session)))
    assert [is_fault for is_fault, _ in lines] == [True, True]
    assert lines[-1][1] == "收据 2 张，记录里都在 1 张，对不上 1 张"


def test_a_file_that_holds_no_receipts_is_said(tmp_path: Path) -> None:
    from fieldapp.errors import RuleBroken

    for content in ("", "[]", '{"format": "fieldapp-receipts"}', '{"format": "x", "receipts": []}'):
        (tmp_path / "a").write_text(content)
        with pytest.raises(RuleBroken):
            receipts.read(tmp_path / "a")
    (tmp_path / "a").write_text(json.dumps({"format": "fieldapp-receipts", "receipts": [{"id": "1"}]}))
    assert receipts.read(tmp_path / "a") == [{"id": "1"}]


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
def test_a_receipt_is_checked_by_a_tool_that_is_not_ours(story: Story, as_: LogIn, tmp_path: Path) -> None:
    client, _, visit = begin_both(story, as_)
    one = told(send(client, visit, "stage", "arrive", headers=OUTBOX))
    with story.app.app_context():
        (tmp_path / "key.pem").write_text(public_pem())
    raw = b64decode(one["signature"])
    signature = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    (tmp_path / "sig").write_bytes(signature)
    (tmp_path / "text").write_text(f"{one['id']} {one['digest']} {one['received_at']}")
    command = ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "sig", "text"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "Verified OK"


def test_the_key_comes_with_the_means_to_check_receipts(story: Story, as_: LogIn) -> None:
    from fieldapp.outbox.sealing import name_of

    answer = as_("inspector1").get("/outbox/key").json
    person = UUID(answer["person"])
    with story.app.app_context():
        assert name_of(answer["phone"], person)
        assert name_of(answer["phone"], uuid4()) == name_of("x", person) == ""
        assert b64decode(answer["receipts"])[-64:]
