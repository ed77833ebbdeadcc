"""Photos: cut on the way, empty, foreign, too large, and of one id with two contents. Only whole bytes are evidence."""

from http.client import HTTPException

import pytest

from tests.evidence import pictures
from tests.faults import proxy
from tests.faults.conftest import MakeSender
from tests.faults.ledger import Ledger
from tests.faults.proxy import Proxy
from tests.faults.server import Server
from tests.faults.snapshots import snapshot

TOO_LARGE = 25 * 2**20 + 1


def names(server: Server) -> set[str]:
    """Every file in the folder of originals, temporary ones too."""
    return {each.name for each in server.photos.iterdir() if each.is_file()}


def test_f13_proxy_cuts_the_upload_at_60_percent(
    shared: Server, line: Proxy, phone_of: MakeSender, ledger: Ledger
) -> None:
    phone = phone_of(line.port)
    before = names(shared)
    kept = phone.make("photo", photo=snapshot(size=2_000_000), taken="camera")
    for percent in (0, 60, 99.9):
        line.once(proxy.cut(percent))
        with pytest.raises((OSError, HTTPException)):
            phone.send(kept)
    assert names(shared) == before  # no part of it anywhere
    assert ledger.settle(shared, phone.waiting()).on_phone == 1
    assert phone.send(kept).receipt[0] == kept.id
    assert names(shared) == before | {kept.tap.sha256}
    ledger.settle(shared, phone.waiting())


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (b"", 422, "照片是空的，没有收下"),
        (pictures.HTML, 415, "这个文件没有收下"),
        (b"%PDF-1.7", 415, "这个文件没有收下"),
        (b"\xff\xd8\xff" + bytes(TOO_LARGE), 413, "照片超过 25 MB，没有收下"),
    ],
    ids=["empty", "html", "pdf", "large"],
)
def test_f14_photo_too_large_empty_or_of_a_wrong_type(
    shared: Server, phone_of: MakeSender, ledger: Ledger, content: bytes, status: int, sentence: str
) -> None:
    phone, before = phone_of(shared.port), names(shared)
    answer = phone.tap("photo", photo=content, taken="camera")
    assert (answer.status, answer.receipt) == (status, (None, None))
    assert sentence in answer.text
    assert names(shared) == before
    assert ledger.settle(shared, phone.waiting()).on_phone == 1  # refused is kept, not lost


def test_f14_photo_as_an_iphone_takes_it(shared: Server, phone_of: MakeSender, ledger: Ledger) -> None:
    phone = phone_of(shared.port)
    assert phone.tap("photo", photo=pictures.heic(), taken="camera").receipt[0]
    ledger.settle(shared, phone.waiting())


def test_f16_same_id_other_photo_bytes(shared: Server, phone_of: MakeSender, ledger: Ledger) -> None:
    phone = phone_of(shared.port)
    first = phone.make("photo", photo=snapshot(), taken="camera")
    second = phone.make("photo", photo=snapshot(), taken="camera", id=first.id)
    assert phone.send(first).status == 200
    for _ in range(2):
        rival = phone.send(second)
        assert (rival.status, rival.receipt[0]) == (409, first.id)
    assert "同一编号有两种内容" in phone.page(f"/n/{phone.visit}/log")
    ledger.settle(shared, phone.waiting())  # both photos are on disk, the first as it was
