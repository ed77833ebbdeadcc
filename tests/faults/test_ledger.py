"""The final check itself: it fails for each thing that it is there to find."""

from dataclasses import replace
from uuid import uuid4

import pytest

from tests.faults.conftest import MakeSender
from tests.faults.ledger import Ledger
from tests.faults.server import Server
from tests.faults.snapshots import snapshot


@pytest.fixture
def told(shared: Server, phone_of: MakeSender, ledger: Ledger) -> Ledger:
    """A begin, a stage and a photo on the server."""
    phone = phone_of(shared.port)
    phone.tap("stage", "arrive")
    phone.tap("photo", photo=snapshot(3_000), taken="camera")
    assert ledger.settle(shared).on_server == 3
    return ledger


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"id": str(uuid4())}, "lost"),
        ({"person": str(uuid4())}, "misfiled"),
        ({"kind": "note"}, "misfiled"),
        ({"wall_ms": 1}, "another instant"),
        ({"sha256": "0" * 64}, "lost"),
    ],
)
def test_it_finds_what_is_not_as_it_was_made(
    shared: Server, told: Ledger, change: dict[str, str], fault: str
) -> None:
    tap = next(each for each in told.made.values() if each.kind == "stage")
    told.made = {key: each for key, each in told.made.items() if each is not tap}
    told.make(replace(tap, **change))  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match=fault):
        told.settle(shared)


def test_it_finds_what_nobody_made_what_was_promised_and_what_a_phone_holds_twice(
    shared: Server, told: Ledger
) -> None:
    key, tap = next((key, each) for key, each in told.made.items() if each.kind == "stage")
    held = {name: getattr(tap, name) for name in ("id", "visit", "person", "kind", "wall_ms")}
    told.settle(shared, [held])  # on both: its receipt was not heard yet
    for waiting in ([held, held], [{**held, "visit": str(uuid4())}]):
        with pytest.raises(AssertionError):
            told.settle(shared, waiting)
    told.acknowledged.add("promised")
    with pytest.raises(AssertionError, match="acknowledged, and not on the server"):
        told.settle(shared)
    told.acknowledged.clear()
    del told.made[key]
    told.tried.clear()
    with pytest.raises(AssertionError, match="made 0 times"):
        told.settle(shared)


def test_it_finds_a_photo_that_is_not_on_disk(shared: Server, told: Ledger) -> None:
    photo = next(each for each in told.made.values() if each.sha256)
    (shared.photos / str(photo.sha256)).unlink()
    with pytest.raises(AssertionError, match="not on disk"):
        told.settle(shared)
