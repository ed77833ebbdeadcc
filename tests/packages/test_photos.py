"""Which bytes of a photo leave: the original untouched, or a copy that says neither where nor when."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from fieldapp.evidence import copies
from fieldapp.packages.entries import Entry
from fieldapp.packages.photos import Found, gather
from tests.evidence import pictures
from tests.packages import dossiers

pytestmark = pytest.mark.slow  # real tools are started for each

PLACE = (31.0, 4.0, 0.0)  # in every picture of tests/evidence


def written(entries: Sequence[Entry], folder: Path) -> dict[str, Path]:
    """The files as a reader of the package has them."""
    made = {}
    for entry in entries:
        made[entry.name] = folder / entry.name
        made[entry.name].parent.mkdir(parents=True, exist_ok=True)
        made[entry.name].write_bytes(b"".join(entry.verified()))
    return made


@pytest.fixture
def found(tmp_path: Path) -> tuple[Found, ...]:
    """Originals with the copies that the app itself makes: a child process decodes each."""
    made = []
    for each in dossiers.shots(tmp_path / "store", copies=False):
        copy = copies.view(each.path, each.sha256, tmp_path / "cache")
        made.append(Found(each.sha256, each.path, each.format, copy))
    return tuple(made)


def test_originals_keep_every_byte(found: tuple[Found, ...], tmp_path: Path) -> None:
    files = written(gather(found, originals=True).entries, tmp_path / "out")
    kept = {
        hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items() if "photos/" in name
    }
    assert kept == {each.sha256 for each in found}


def test_copies_say_neither_where_nor_when(found: tuple[Found, ...], tmp_path: Path) -> None:
    assert any(Image.open(each.path).getexif().get_ifd(pictures.GPS_IFD) for each in found)
    files = written(gather(found, originals=False).entries, tmp_path / "out")
    photos = [path for name, path in files.items() if name != "copies.json"]
    assert len(photos) == 3
    for path in photos:
        with Image.open(path) as image:
            assert (image.format, dict(image.getexif()), set(image.info) - {"jfif", "jfif_version", "jfif_unit"}) == (
                "JPEG", {}, {"jfif_density", "progressive", "progression"}
            )  # fmt: skip
        assert b"Exif" not in path.read_bytes()
        assert b"typed by the maker" not in path.read_bytes()


def test_no_original_is_among_the_copies(found: tuple[Found, ...]) -> None:
    gathered = gather(found, originals=False)
    assert not {entry.sha256 for entry in gathered.entries} & {each.sha256 for each in found}
    assert all("photos/" not in picture.shown + picture.file for picture in gathered.pictures.values())


def test_copies_name_their_originals(found: tuple[Found, ...], tmp_path: Path) -> None:
    files = written(gather(found, originals=False).entries, tmp_path / "out")
    told = json.loads(files["copies.json"].read_text("utf-8"))
    assert {row["original"] for row in told} == {each.sha256 for each in found}
    assert all(dossiers.sum_of(files[row["copy"]]) == row["sha256"] for row in told)


def test_what_no_browser_shows_has_a_copy_beside_it(found: tuple[Found, ...]) -> None:
    gathered = gather(found, originals=True)
    heic = next(each for each in found if each.format == "heic")
    picture = gathered.pictures[heic.sha256]
    assert (picture.shown, picture.file) == (f"copies/{heic.sha256}.jpg", f"photos/{heic.sha256}.heic")
    assert {picture.shown, picture.file} <= {entry.name for entry in gathered.entries}
    assert sum(entry.name.startswith("copies/") for entry in gathered.entries) == 1


def test_one_that_cannot_be_opened_is_named_and_not_left_out_silently(tmp_path: Path) -> None:
    spoiled = dossiers.shots(tmp_path, copies=False)[:1]
    gathered = gather(spoiled, originals=False)
    assert [entry.name for entry in gathered.entries] == ["copies.json"]
    told = json.loads(b"".join(gathered.entries[0].chunks()))
    assert (told[0]["original"], told[0]["copy"]) == (spoiled[0].sha256, "")
    picture = gathered.pictures[spoiled[0].sha256]
    assert (picture.shown, "打不开" in picture.note) == ("", True)


def test_a_photo_that_two_records_name_lies_there_once(found: tuple[Found, ...]) -> None:
    assert len(gather((*found, *found), originals=True).entries) == len(gather(found, originals=True).entries)


def test_a_package_without_photos_has_no_list_of_copies() -> None:
    assert gather((), originals=False).entries == ()
