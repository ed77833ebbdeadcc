"""Photos at the door: bytes kept as they came, refused ones leave nothing, copies tell nothing, others get 404."""

import errno
import hashlib
import io
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from fieldapp.visits.models import TapRow
from tests.clients import LintingClient
from tests.evidence import pictures
from tests.story import Story
from tests.visits.visiting import LogIn, begin_both, send, taps_in

STRANGERS = ("origin3", "unit", "unit2", "clerk2", "leadership", "city", "admin")


@pytest.fixture
def begun(story: Story, as_: LogIn) -> tuple[LintingClient, str]:
    first, _, visit = begin_both(story, as_)
    return first, visit


def upload(
    client: LintingClient, visit: str, content: bytes, name: str = "a.jpg", tap: Any = None
) -> TestResponse:
    photo = {"photo": (io.BytesIO(content), name)}
    return send(client, visit, "photo", "告知单", tap=tap or uuid4(), taken="camera", **photo)


def stored(story: Story) -> set[str]:
    """Names in the folder of originals, temporary files too."""
    return {path.name for path in story.app.extensions["settings"].photos.iterdir() if path.is_file()}


def test_the_bytes_on_disk_are_those_that_came(story: Story, begun: tuple[LintingClient, str]) -> None:
    client, visit = begun
    content, tap = pictures.jpeg(), uuid4()
    answer = upload(client, visit, content, "IMG_0001.jpg", tap)
    assert answer.headers["Outbox-Ack"] == str(tap)
    sha256 = hashlib.sha256(content).hexdigest()
    assert (story.app.extensions["settings"].photos / sha256).read_bytes() == content
    row = taps_in(story, TapRow.id == tap)[0]
    assert row.file_sha256 == sha256
    assert f'"size":{len(content)}' in row.payload
    again = upload(client, visit, content, "IMG_0001.jpg", tap)
    assert again.headers["Received-At"] == answer.headers["Received-At"]


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 422), (pictures.HTML, 415), (pictures.SVG, 415), (b"%PDF-1.7", 415)],
    ids=["empty", "html", "svg", "pdf"],
)
def test_what_is_no_photo_leaves_nothing(
    story: Story, begun: tuple[LintingClient, str], content: bytes, status: int
) -> None:
    client, visit = begun
    before = stored(story), len(taps_in(story))
    answer = upload(client, visit, content)
    assert answer.status_code == status
    assert "Outbox-Ack" not in answer.headers
    assert (stored(story), len(taps_in(story))) == before


def test_a_colleagues_photo_stays_in_the_phone_and_leaves_nothing(
    story: Story, begun: tuple[LintingClient, str]
) -> None:
    client, visit = begun
    before = stored(story), len(taps_in(story))
    photo = (io.BytesIO(pictures.jpeg()), "a.jpg")
    answer = send(client, visit, "photo", "告知单", taken="camera", person=str(uuid4()), photo=photo)
    assert answer.status_code == 409
    assert "Outbox-Ack" not in answer.headers
    assert (stored(story), len(taps_in(story))) == before


def test_a_photo_tap_without_a_photo_is_refused(story: Story, begun: tuple[LintingClient, str]) -> None:
    client, visit = begun
    answer = send(client, visit, "photo", "告知单", taken="camera")
    assert answer.status_code == 422
    assert "Outbox-Ack" not in answer.headers


@pytest.mark.parametrize("by", ["photo", "request"])
def test_a_photo_too_large_leaves_nothing(story: Story, begun: tuple[LintingClient, str], by: str) -> None:
    client, visit = begun
    if by == "photo":
        small = replace(story.app.extensions["settings"], max_photo=10_000)
        story.app.extensions["settings"] = small
    else:
        story.app.config["MAX_CONTENT_LENGTH"] = 10_000
    before = stored(story), len(taps_in(story))
    answer = upload(client, visit, pictures.jpeg())
    assert answer.status_code == 413
    assert "Outbox-Ack" not in answer.headers
    assert (stored(story), len(taps_in(story))) == before


def test_a_truncated_photo_is_kept_said_and_has_no_copy(
    story: Story, begun: tuple[LintingClient, str]
) -> None:
    client, visit = begun
    tap, content = uuid4(), pictures.jpeg()[:3000]
    assert upload(client, visit, content, tap=tap).headers["Outbox-Ack"] == str(tap)
    for size in ("thumb", "view"):
        assert client.get(f"/n/{visit}/pictures/{tap}/{size}").status_code == 404
    assert client.get(f"/n/{visit}/pictures/{tap}/original").data == content
    for page in ("pictures", "all"):
        assert "打不开" in client.get(f"/n/{visit}/{page}").text
        assert f"{tap}/thumb" not in client.get(f"/n/{visit}/{page}").text


def test_copies_are_small_upright_and_tell_nothing(story: Story, begun: tuple[LintingClient, str]) -> None:
    client, visit = begun
    tap = uuid4()
    upload(client, visit, pictures.jpeg(), tap=tap)
    for size in ("thumb", "view"):
        answer = client.get(f"/n/{visit}/pictures/{tap}/{size}")
        image = Image.open(io.BytesIO(answer.data))
        assert answer.mimetype == "image/jpeg"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert not image.getexif()
        assert b"Exif" not in answer.data
        assert image.height > image.width  # the camera was held upright
        assert size == "view" or len(answer.data) <= 8 * 1024


def test_the_original_is_only_a_download(story: Story, begun: tuple[LintingClient, str]) -> None:
    client, visit = begun
    tap, content = uuid4(), pictures.polyglot()
    upload(client, visit, content, "run.html", tap)
    answer = client.get(f"/n/{visit}/pictures/{tap}/original")
    assert answer.data == content
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("username", STRANGERS)
def test_nobody_else_gets_a_photo(
    story: Story, begun: tuple[LintingClient, str], as_: LogIn, username: str
) -> None:
    client, visit = begun
    tap = uuid4()
    upload(client, visit, pictures.jpeg(), tap=tap)
    stranger = as_(username)
    for kind in ("thumb", "view", "original"):
        assert stranger.get(f"/n/{visit}/pictures/{tap}/{kind}").status_code == 404
    elsewhere = story.handed_in()
    assert client.get(f"/n/{elsewhere}/pictures/{tap}/original").status_code == 404


def test_a_leader_gets_it_only_once_all_have_handed_in(story: Story, as_: LogIn) -> None:
    visit = story.handed_in()
    tap = story.row(TapRow, TapRow.kind == "photo", TapRow.visit == visit)
    leader, (client, _, running) = as_("leader1"), begin_both(story, as_)
    own = uuid4()
    upload(client, running, pictures.jpeg(), tap=own)
    assert leader.get(f"/n/{visit}/pictures/{tap}/thumb").status_code == 200
    assert leader.get(f"/n/{UUID(running)}/pictures/{own}/thumb").status_code == 404


def test_a_full_disk_is_said_in_plain_words(
    story: Story, begun: tuple[LintingClient, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, visit = begun

    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr("fieldapp.evidence.originals.os.fsync", full)
    answer = upload(client, visit, pictures.jpeg())
    assert answer.status_code == 507
    assert "Outbox-Ack" not in answer.headers
    assert "服务器存不下了" in answer.text
