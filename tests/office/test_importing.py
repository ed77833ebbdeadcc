"""A phone's exported file: each thing once, nothing that the person's key does not open, the rest for the office."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from fieldapp.access.models import Account
from fieldapp.db import apart, db
from fieldapp.errors import RuleBroken
from fieldapp.office import importing
from fieldapp.office.check import faults
from fieldapp.office.importing import Outcome
from fieldapp.visits.models import TapRow
from fieldapp.visits.quarantine_models import Quarantined
from tests.clients import LintingClient
from tests.evidence.pictures import jpeg
from tests.outbox.phone_file import FORM, PhoneFile
from tests.story import Story
from tests.visits.visiting import LogIn, begin_both, send, state_of, steps_of, taps_in

TAKEN, THERE, HELD, BROKEN = Outcome


def run(story: Story, path: Path, dry_run: bool = False) -> list[Outcome]:
    return [each.outcome for each in results(story, path, dry_run)]


def results(story: Story, path: Path, dry_run: bool = False) -> list[importing.Result]:
    with story.app.app_context():
        return list(importing.import_queue(path, dry_run=dry_run))


def stop(story: Story, username: str, disabled: bool = True) -> None:
    with story.app.app_context(), apart(writes=True) as session:
        account = session.scalars(sa.select(Account).where(Account.username == username)).one()
        account.disabled = disabled


def held(story: Story) -> list[Any]:
    with story.app.app_context(), apart() as session:
        return list(session.execute(sa.select(Quarantined.tap, Quarantined.reason, Quarantined.raw)))


def is_sound(story: Story) -> bool:
    with story.app.app_context():
        return list(faults()) == []


def decide(client: LintingClient, file: PhoneFile, visit: Any, decision: str) -> Any:
    where = f"/visits/parked/files/{visit}/{file.person}"
    data = {"decision": decision, "reason": "手机交到办公室了"}
    return client.post(f"{where}/decisions", data=data)


@pytest.fixture
def file(story: Story) -> PhoneFile:
    return PhoneFile(story)


def test_what_waited_on_a_phone_is_taken_in_once(
    story: Story, as_: LogIn, file: PhoneFile, tmp_path: Path
) -> None:
    plan, photo = story.plan_of_today(), jpeg()
    begin = file.tap(plan.visit_id, "begin", "办事", plan=plan.id, briefing="1")
    stage = file.tap(plan.visit_id, "stage", "arrive")
    shot = file.tap(plan.visit_id, "photo", "counter", photo=photo, taken="camera")
    path = file.write(tmp_path / "a")
    assert run(story, path) == [TAKEN] * 3
    rows = {row.id: row for row in taps_in(story)}
    assert set(rows) >= {begin, stage, shot}
    assert {row.device for row in rows.values() if row.id in (begin, stage, shot)} == {"phone7"}
    assert rows[shot].file_sha256 == hashlib.sha256(photo).hexdigest()
    assert (rows[stage].seq, rows[stage].person) == (2, file.person)
    assert state_of(story, plan.visit_id) == "under_way"  # as if it had come through the door
    assert run(story, path) == [THERE] * 3
    assert len(taps_in(story)) == len(rows)
    again = send(as_("inspector1"), plan.visit_id, "stage", "arrive", tap=stage, headers={"X-Outbox": "1"})
    assert again.headers["Received-At"] == str(
        rows[stage].received_at
    )  # the phone sends it after all: the same
    assert is_sound(story)


def test_only_looking_stores_nothing(story: Story, file: PhoneFile, tmp_path: Path) -> None:
    file.tap(uuid4(), "note", text="x")
    before = len(taps_in(story))
    assert run(story, file.write(tmp_path / "a"), dry_run=True) == [TAKEN]
    stop(story, "inspector1")
    assert run(story, tmp_path / "a", dry_run=True) == [HELD]
    assert (len(taps_in(story)), held(story)) == (before, [])


def test_a_stopped_accounts_records_wait_for_the_office(
    story: Story, as_: LogIn, file: PhoneFile, tmp_path: Path
) -> None:
    _, _, visit = begin_both(story, as_)
    stage = file.tap(visit, "stage", "arrive")
    shot = file.tap(visit, "photo", "counter", photo=jpeg(), taken="camera")
    path = file.write(tmp_path / "a")
    stop(story, "inspector1")
    for _ in range(2):
        assert run(story, path) == [HELD, HELD]
    assert len(held(story)) == 2
    assert not taps_in(story, TapRow.id.in_([stage, shot]))
    clerk = as_("clerk")
    listed = clerk.get("/visits/parked").text
    assert "账号停用了" in listed
    assert "2 条，照片 1 张" in listed
    shown = clerk.get(f"/visits/parked/files/{visit}/{file.person}").text
    assert "到达" in shown
    assert decide(clerk, file, visit, "aside").status_code == 303
    assert not taps_in(story, TapRow.id.in_([stage, shot]))
    assert decide(clerk, file, visit, "take").status_code == 303  # what was kept aside may be taken in later
    assert len(taps_in(story, TapRow.id.in_([stage, shot]))) == 2
    assert steps_of(story, visit)[-2:] == ["leave_in_file", "take_from_file"]
    assert decide(clerk, file, visit, "take").status_code == 422  # taken in stays in
    assert run(story, path) == [THERE, THERE]
    assert is_sound(story)


def test_nobody_decides_on_his_own_and_no_other_county_sees_them(
    story: Story, as_: LogIn, tmp_path: Path
) -> None:
    visit = uuid4()
    file = PhoneFile(story, "clerk")  # whose role makes no visits
    file.tap(visit, "note", text="x")
    assert run(story, file.write(tmp_path / "a")) == [HELD]
    assert "现在没有做回访的权限" in as_("head").get("/visits/parked").text
    assert decide(as_("clerk"), file, visit, "take").status_code == 422
    for other in ("clerk2", "inspector1", "unit", "city"):
        answer = as_(other).get(f"/visits/parked/files/{visit}/{file.person}")
        assert answer.status_code == 404, other
    assert "权限" not in as_("clerk2").get("/visits/parked").text


def test_a_changed_record_is_named_and_costs_no_other(story: Story, file: PhoneFile, tmp_path: Path) -> None:
    taps = [file.tap(uuid4(), "note", text=text) for text in "abcdef"]
    told, body = file.records[1]
    file.records[1] = told, bytes([body[0] ^ 1]) + body[1:]
    told, body = file.records[2]
    told["head"]["data"] = "AAAA" + told["head"]["data"][4:]
    file.records[3], file.records[4] = (
        (file.records[3][0], file.records[4][1]),
        (file.records[4][0], file.records[3][1]),
    )
    found = results(story, file.write(tmp_path / "a"))
    assert [each.outcome for each in found] == [TAKEN, *[BROKEN] * 4, TAKEN]
    assert [each.n for each in found if each.outcome is BROKEN] == [2, 3, 4, 5]
    assert {row.id for row in taps_in(story, TapRow.id.in_(taps))} == {taps[0], taps[5]}
    assert held(story) == []


def test_pieces_of_ones_own_put_together_anew_are_found(
    story: Story, file: PhoneFile, tmp_path: Path
) -> None:
    """Heads and bodies are each rightly sealed; a body under another's head would go to another visit."""
    first, second = uuid4(), uuid4()
    file.tap(first, "note", text="a")
    file.tap(second, "note", text="b")
    (a, body_a), (b, body_b) = file.records
    swapped = {**b, "body": a["body"]}
    renamed = {**b, "id": a["id"], "body": a["body"]}
    file.records = [(swapped, body_a), (renamed, body_a), ({**a, "person": str(uuid4())}, body_a)]
    assert run(story, file.write(tmp_path / "a")) == [BROKEN] * 3
    assert not taps_in(story, TapRow.visit.in_([first, second]))


def test_who_has_no_key_puts_nothing_in(story: Story, tmp_path: Path) -> None:
    forged = PhoneFile(story, key=b"k" * 32)
    forged.tap(uuid4(), "note", text="x")
    mine = PhoneFile(story, "inspector2")
    mine.tap(uuid4(), "note", text="x")
    told, body = mine.records[0]
    forged.records.append(({**told, "person": str(forged.person)}, body))  # under another's name
    before = len(taps_in(story))
    assert run(story, forged.write(tmp_path / "a")) == [BROKEN] * 2
    assert (len(taps_in(story)), held(story)) == (before, [])


def test_what_is_no_tap_is_kept_whole_and_shown(
    story: Story, as_: LogIn, file: PhoneFile, tmp_path: Path
) -> None:
    visit, tap = uuid4(), uuid4()
    file.add(tap, visit, "text/x-unknown", b"\x00\xff what is it")
    assert run(story, file.write(tmp_path / "a")) == [HELD]
    assert held(story) == [(tap, "unreadable", b"\x00\xff what is it")]
    clerk = as_("clerk")
    assert "看不出是什么" in clerk.get("/visits/parked").text
    assert "缺内容" in clerk.get(f"/visits/parked/files/{visit}/{file.person}").text
    assert decide(clerk, file, visit, "take").status_code == 303
    assert "收进 0 条，1 条收不了" in clerk.get(f"/visits/parked/files/{visit}/{file.person}").text
    assert is_sound(story)


def test_a_photo_that_is_too_large_is_kept_until_it_may_come_in(
    story: Story, as_: LogIn, file: PhoneFile, tmp_path: Path
) -> None:
    _, _, visit = begin_both(story, as_)
    photo = jpeg()
    tap = file.tap(visit, "photo", "counter", photo=photo, taken="camera")
    settings = story.app.extensions["settings"]
    story.app.extensions["settings"] = replace(settings, max_photo=len(photo) - 1)
    assert run(story, file.write(tmp_path / "a")) == [HELD]
    assert decide(as_("clerk"), file, visit, "take").status_code == 303
    assert not taps_in(story, TapRow.id == tap)
    story.app.extensions["settings"] = settings
    assert decide(as_("clerk"), file, visit, "take").status_code == 303
    assert taps_in(story, TapRow.id == tap)[0].file_sha256 == hashlib.sha256(photo).hexdigest()
    assert is_sound(story)


def test_a_record_that_the_server_fails_on_costs_no_other(
    story: Story, file: PhoneFile, tmp_path: Path
) -> None:
    poison = file.tap(uuid4(), "note", text="poison")
    file.tap(uuid4(), "note", text="x")
    with story.app.app_context():
        engine = db.engine

    def fail(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.startswith("INSERT INTO taps") and "poison" in str(values):
            raise ZeroDivisionError

    sa.event.listen(engine, "before_cursor_execute", fail)
    try:
        assert run(story, file.write(tmp_path / "a")) == [HELD, TAKEN]
    finally:
        sa.event.remove(engine, "before_cursor_execute", fail)
    assert [(row.tap, row.reason) for row in held(story)] == [(poison, "failed")]
    assert run(story, tmp_path / "a") == [TAKEN, THERE]  # once it is mended, the same file again


def test_a_torn_file_gives_what_is_whole(story: Story, file: PhoneFile, tmp_path: Path) -> None:
    for text in "abc":
        file.tap(uuid4(), "note", text=text)
    whole = file.write(tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(whole[:-10])
    assert run(story, tmp_path / "a") == [TAKEN, TAKEN, BROKEN]
    lines = whole.split(b"\n")
    lines[1] = lines[1].replace(b'"bytes":', b'"bytes":9')
    (tmp_path / "a").write_bytes(b"\n".join(lines))
    assert run(story, tmp_path / "a") == [BROKEN, THERE, TAKEN]


@pytest.mark.parametrize("content", [b"", b"x", b"{}\n", b'{"format":"fieldapp-queue","v":2}\n', b"\n" * 9])
def test_what_is_no_such_file_is_said(story: Story, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(RuleBroken):
        run(story, tmp_path / "a")


def test_a_cancelled_visits_taps_are_taken_in_and_parked(
    story: Story, as_: LogIn, file: PhoneFile, tmp_path: Path
) -> None:
    visit = uuid4()
    file.tap(visit, "begin", "办事", plan=str(uuid4()), briefing="1")
    assert run(story, file.write(tmp_path / "a")) == [TAKEN]
    assert f"/visits/parked/{visit}/{file.person}" in as_("clerk").get("/visits/parked").text


def test_form_fields_are_kept_as_they_came(story: Story, file: PhoneFile, tmp_path: Path) -> None:
    stop(story, "inspector1")
    tap = uuid4()
    file.add(tap, uuid4(), FORM, f"kind=odd&press={tap}%3Ax&a=1&a=2&person={file.person}".encode())
    assert run(story, file.write(tmp_path / "a")) == [HELD]
    with story.app.app_context(), apart() as session:
        fields = json.loads(session.scalars(sa.select(Quarantined.fields)).one())
    assert fields["a"] == ["1", "2"]
    assert UUID(fields["press"][0][:36]) == tap


@pytest.mark.parametrize("bytes_", ["1e999", "[" * 200_000])
def test_a_record_that_no_reader_can_count_costs_no_other(
    story: Story, file: PhoneFile, tmp_path: Path, bytes_: str
) -> None:
    visit = story.plan_of_today().visit_id
    file.tap(visit, "note", text="一")
    file.tap(visit, "note", text="二")
    path = file.write(tmp_path / "a")
    told = json.dumps(file.records[0][0], separators=(",", ":")).encode()
    n = str(file.records[0][0]["body"]["bytes"]).encode()
    content = path.read_bytes()
    spoilt = content.replace(b'"bytes":' + n, b'"bytes":' + bytes_.encode(), 1)
    if spoilt == content:
        spoilt = content.replace(b'"bytes": ' + n, b'"bytes": ' + bytes_.encode(), 1)
    assert spoilt != content, told
    path.write_bytes(spoilt)
    assert run(story, path) == [Outcome.BROKEN, Outcome.TAKEN]


@pytest.mark.parametrize("words", [{"at": 10**30}, {"at": float("inf")}, {"type": FORM + "\ud800"}])
def test_a_head_that_no_table_holds_costs_no_other(
    story: Story, file: PhoneFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: dict[str, Any]
) -> None:
    """Of a stopped account, so that it would be put aside as it is."""
    visit = story.plan_of_today().visit_id
    whole = json.dumps
    monkeypatch.setattr(
        json, "dumps", lambda told, **how: whole({**told, **words} if "url" in told else told, **how)
    )
    file.tap(visit, "note", text="一")
    monkeypatch.undo()
    file.tap(visit, "note", text="二")
    stop(story, "inspector1")
    assert run(story, file.write(tmp_path / "a")) == [Outcome.BROKEN, Outcome.HELD]
