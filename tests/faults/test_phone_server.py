"""What the server does to a phone: refuses, breaks on one record, comes back from last night's copy, takes in late."""

import hashlib
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import expect

from tests.evidence import pictures
from tests.faults import proxy
from tests.faults.conftest import MakeHands
from tests.faults.ledger import Ledger
from tests.faults.proxy import Proxy
from tests.faults.server import TAPS, Server
from tests.faults.test_phone_line import comes_in

pytestmark = pytest.mark.browser
MINUTE, DAY = 60_000, 86_400_000
# Ten minutes lie between two questions of a phone what the server still has: they have passed.
COMES_BACK = """(form, id) => { const made = form.cloneNode(true), button = made.querySelector('[name=press]');
  button.value = id; button.removeAttribute('data-pressed'); form.replaceWith(made); }"""
LATER = "() => window.outbox.put('things', {name: 'asked', at: 0, next: 0})"


def test_f09_small_before_large_and_each_in_its_place(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger, tmp_path: Path
) -> None:
    """A photo is made first and sent last: the server orders by the phone's own numbers."""
    hands = hands_of(line.url)
    line.refuse()
    photo = hands.camera(tmp_path, 300_000)
    stages = hands.stages("到达", "取号", "叫号")
    line.listen()
    comes_in(hands, ledger, shared)
    rows = shared.taps(TAPS.c.visit == UUID(hands.visit), TAPS.c.kind != "begin")
    assert [str(row.id) for row in rows] == [*stages, photo]  # as they were received
    assert [str(row.id) for row in sorted(rows, key=lambda row: row.seq)] == [photo, *stages]


def test_f10_three_days_late(server: Server, hands_of: MakeHands, ledger: Ledger) -> None:
    """Three days pass on both clocks without a network; the taps keep their instants beside the receipt."""
    hands = hands_of(server.start().url)
    server.kill()
    first, second = hands.stages("到达", "取号", "叫号")
    hands.kill()
    hands.phone.ahead_ms = server.move_on(3 * DAY)
    hands.again()
    hands.arrives()
    rows = {str(row.id): row for row in server.taps(TAPS.c.visit == UUID(hands.visit))}
    for each in (first, second):
        assert rows[each].received_at - rows[each].wall_ms > 3 * DAY - MINUTE
    ledger.settle(server, hands.held())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "照片是空的"), (pictures.HTML, "只收照片")],
    ids=["empty", "html"],
)
def test_f14_photo_that_is_none(
    shared: Server, hands_of: MakeHands, ledger: Ledger, tmp_path: Path, content: bytes, sentence: str
) -> None:
    """Said in plain words, kept on the phone, and the rest goes on."""
    hands = hands_of(shared.url)
    file = tmp_path / "bad.jpg"
    file.write_bytes(content)
    before = len(hands.held())
    sha256 = hashlib.sha256(content).hexdigest()
    hands.photograph(file, sha256, lambda: hands.until(lambda: len(hands.held()) > before))
    hands.stands_as("refused")
    expect(hands.page.locator("[data-say]").first).to_contain_text(sentence)
    hands.stage("到达", "取号")
    hands.until(lambda: len(hands.waiting) == 1)
    assert ledger.settle(shared, hands.held()).on_phone == 3


def test_f16_same_id_other_bytes_is_another_photo(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger, tmp_path: Path
) -> None:
    """A phone makes no rivals: a form that comes back with an id that was used gives the second photo its own. What the
    server does with rivals is in test_uploads.py."""
    hands = hands_of(line.url)
    line.refuse()
    first = hands.camera(tmp_path, 8_000)
    hands.page.locator(".tools form.photo-form").first.evaluate(COMES_BACK, first)
    second = hands.camera(tmp_path, 9_000)
    line.listen()
    comes_in(hands, ledger, shared)
    assert first != second


def test_f08_pressed_again_after_an_undo(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger
) -> None:
    """The page that is shown after an undo has the ids of before; the press after it is a tap of its own."""
    hands = hands_of(line.url)
    line.refuse()
    hands.stage("到达", "取号")
    hands.undo("到达")
    hands.stage("到达", "取号")
    assert [row["kind"] for row in hands.waiting] == ["stage", "undo", "stage"]
    line.listen()
    comes_in(hands, ledger, shared)


def test_f34_server_put_back_to_last_nights_copy(
    server: Server, hands_of: MakeHands, ledger: Ledger, tmp_path: Path
) -> None:
    """Backed up, two taps and a photo later lost with its disk, restored: the phone fills the gap by itself. The ten
    minutes between two of its questions are passed over."""
    hands = hands_of(server.start().url)
    hands.stage("到达", "取号")
    hands.arrives()
    copy = tmp_path / "copy"
    copy.mkdir()
    made = server.command("backup", str(copy))
    assert made.returncode == 0, made.stderr
    hands.stages("取号", "叫号", "受理")
    hands.camera(tmp_path, 200_000)
    hands.arrives()
    server.kill()
    server.put_back(copy)
    server.start()
    assert len(server.taps(TAPS.c.visit == UUID(hands.visit))) == 2
    hands.page.evaluate(LATER)
    hands.go()
    hands.until(lambda: len(server.taps(TAPS.c.visit == UUID(hands.visit))) == 5, 30)
    hands.arrives()
    sums = ledger.settle(server, hands.held())
    assert sums.on_server == sums.made == 5


def test_f35_one_poisoned_record(shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger) -> None:
    """The line answers one record, and only it, as a fault in our own server would."""
    hands = hands_of(line.url)
    line.refuse()
    poisoned, *_ = hands.stages("到达", "取号", "叫号", "受理")
    line.always(poisoned, proxy.broken_server)
    line.listen()
    for _ in range(8):
        hands.page.evaluate("() => window.outbox.drain()")
    assert [(row["id"], row["state"]) for row in hands.waiting] == [(poisoned, "aside")]
    assert ledger.settle(shared, hands.held()).on_server == 3
    hands.go_to("/outbox")
    expect(hands.page.locator("[data-refused], main").first).to_contain_text("放在一边")
    line.never(poisoned)
    hands.page.locator("[data-resend]").tap()
    hands.arrives()
    sums = ledger.settle(shared, hands.held())
    assert sums.on_server == sums.made == 4
