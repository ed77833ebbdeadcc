"""A package as a stranger has it: unpacked by the standard tool, checked by the commands that its own README gives."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest

from fieldapp import clock
from fieldapp.packages.bag import Bag
from fieldapp.packages.entries import BadName, Entry, held
from tests.packages import dossiers

BUILDERS: dict[str, Callable[[Path], Bag]] = {
    "originals": dossiers.of_problem,
    "copies": lambda folder: dossiers.of_problem(folder, originals=False),
    "unit": dossiers.of_unit,
}
# Every file of the package of one problem; the photos by their endings.
FILES = (
    "README.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "verify.ps1",
    "verify.py", "data/editions.json", "data/history.jsonl", "data/record.json", "data/report.html",
    "data/signatures.json", "data/copies/*.jpg", "data/photos/*.heic", "data/photos/*.jpg", "data/photos/*.png",
)  # fmt: skip


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def remove(path: Path) -> None:
    path.unlink()


def rename(path: Path) -> None:
    path.rename(path.with_name(f"other-{path.name}"))


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    return dossiers.unpack(dossiers.of_problem(folder / "store"), folder / "out")


@pytest.fixture
def own(unpacked: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy that a test may spoil."""
    yield shutil.copytree(unpacked, tmp_path / "own")
    shutil.rmtree(tmp_path / "own")


@pytest.mark.parametrize("build", list(BUILDERS.values()), ids=list(BUILDERS))
def test_standard_tools_say_that_all_is_well(build: Callable[[Path], Bag], tmp_path: Path) -> None:
    folder = dossiers.unpack(build(tmp_path / "store"), tmp_path / "out")
    assert len(dossiers.commands()) == 8
    assert list(dossiers.complaints(folder)) == []
    tested = subprocess.run(
        ["unzip", "-tq", str(folder.parent / "package.zip")], capture_output=True, check=False
    )
    assert (tested.returncode, b"No errors" in tested.stdout) == (0, True)


def test_it_is_a_bag_of_version_1(unpacked: Path) -> None:
    assert (unpacked / "bagit.txt").read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    info = dict(line.split(": ", 1) for line in (unpacked / "bag-info.txt").read_text("utf-8").splitlines())
    sizes = [path.stat().st_size for path in (unpacked / "data").rglob("*") if path.is_file()]
    assert info["Payload-Oxum"] == f"{sum(sizes)}.{len(sizes)}"
    assert (info["Bagging-Date"], info["Source-Organization"]) == ("2018-07-02", dossiers.OFFICE)
    assert info["Photos"] == "originals"


def test_the_list_of_files_is_whole(unpacked: Path) -> None:
    found = [str(path.relative_to(unpacked)) for name in FILES for path in unpacked.glob(name)]
    assert sorted(found) == dossiers.names_in(unpacked)
    assert len(found) == len(FILES)


@pytest.mark.parametrize(("name", "spoil"), list(product(FILES, (flip, lengthen, remove, rename))))
def test_a_file_that_is_not_as_it_was_is_found(name: str, spoil: Callable[[Path], None], own: Path) -> None:
    spoil(next(own.glob(name)))
    if (own / "README.txt").is_file():
        assert next(dossiers.complaints(own), "")
    else:  # what it tells to run is known from another copy
        assert subprocess.run(
            ["sha256sum", "-c", "tagmanifest-sha256.txt"], cwd=own, capture_output=True
        ).returncode


@pytest.mark.parametrize(
    "where", ["extra.txt", "data/extra.txt", "data/photos/extra.jpg", "data/new/.hidden"]
)
def test_a_file_more_is_found(where: str, own: Path) -> None:
    (own / where).parent.mkdir(exist_ok=True)
    (own / where).write_bytes(b"x")
    assert any("find" in line for line in dossiers.complaints(own))


def swap(folder: Path) -> None:
    one, other = sorted((folder / "data" / "photos").glob("*.[jp]*g"))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def another_photo(folder: Path) -> None:
    lengthen(next((folder / "data" / "photos").glob("*.jpg")))


def a_photo_less(folder: Path) -> None:
    remove(next((folder / "data" / "photos").glob("*.jpg")))


@pytest.mark.parametrize("spoil", [swap, another_photo, a_photo_less])
def test_photos_hang_on_the_record_though_every_list_is_made_anew(
    spoil: Callable[[Path], None], own: Path
) -> None:
    """The record's sum stands on the signed form; what names its photos is it, not a list."""
    spoil(own)
    dossiers.list_anew(own)
    assert any("photos" in line for line in dossiers.complaints(own))
    assert (
        subprocess.run([sys.executable, own / "verify.py"], capture_output=True, check=False).returncode == 1
    )


def test_a_softer_record_has_another_number(own: Path) -> None:
    record = own / "data" / "record.json"
    record.write_text(record.read_text("utf-8").replace("15", "50"), "utf-8")
    dossiers.list_anew(own)
    said = subprocess.run([sys.executable, own / "verify.py"], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "signed another record" in said.stdout


def test_an_original_keeps_its_bytes_and_is_named_by_them(unpacked: Path) -> None:
    photos = sorted((unpacked / "data" / "photos").iterdir())
    assert [path.suffix for path in photos] != []
    summed = subprocess.run(["sha256sum", *photos], capture_output=True, text=True, check=True).stdout
    assert [line.split()[0] for line in summed.splitlines()] == [path.stem for path in photos]


def test_the_fingerprint_on_the_form_is_that_of_the_record(unpacked: Path) -> None:
    summed = subprocess.run(
        ["sha256sum", "data/record.json"], cwd=unpacked, capture_output=True, text=True, check=True
    )
    digest = summed.stdout.split()[0]
    assert unpacked.name == f"evidence-{digest[:12]}"
    assert " ".join((digest[:4], digest[4:8], digest[8:12])) in (unpacked / "data" / "report.html").read_text(
        "utf-8"
    )


def test_the_same_problem_gives_the_same_bytes(tmp_path: Path) -> None:
    with clock.moved_to(clock.at(2018, 7, 3)):
        first = b"".join(dossiers.of_unit(tmp_path / "one").chunks())
    with clock.moved_to(clock.at(2026, 1, 1)):
        second = b"".join(dossiers.of_unit(tmp_path / "two").chunks())
    assert first == second


def test_the_order_in_which_files_are_named_does_not_matter() -> None:
    files = [held(f"{n}.txt", b"x") for n in range(5)]
    first, second = (Bag("b", order, dossiers.CLOSED) for order in (files, files[::-1]))
    assert b"".join(first.chunks()) == b"".join(second.chunks())
    assert first.digest == second.digest


@pytest.mark.parametrize(
    "name",
    ["../a", "a/../b", "/a", "a//b", "台账.xlsx", "a b", "a\nb", ".a", "-a", "a.", "", "a/", "x" * 200],
)
def test_a_name_that_does_not_unpack_everywhere_is_refused(name: str) -> None:
    with pytest.raises(BadName):
        Bag("b", [held(name, b"x")], dossiers.CLOSED).chunks()


@pytest.mark.parametrize("names", [("a", "a"), ("a/B", "a/b"), ("a", "a/b"), ("A", "a/b")])
def test_names_that_fall_together_are_refused(names: tuple[str, str]) -> None:
    with pytest.raises(BadName):
        Bag("b", [held(name, b"x") for name in names], dossiers.CLOSED).chunks()


@pytest.mark.parametrize("tag", ["bagit.txt", "manifest-sha256.txt", "data", "a/b"])
def test_a_tag_file_takes_no_name_that_has_a_meaning(tag: str) -> None:
    with pytest.raises(BadName):
        Bag("b", [held("a", b"x")], dossiers.CLOSED, tags=[held(tag, b"x")]).chunks()


class TestSignatures:
    @pytest.fixture
    def signed(self, own: Path, tmp_path: Path) -> Path:
        """By the office, as it would do it on a machine of its own."""
        subject = ["-subj", "/CN=office", "-addext", "extendedKeyUsage=emailProtection"]
        pair = [
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            tmp_path / "key.pem",
        ]
        _openssl("req", "-x509", *pair, *subject, "-days", "2", "-out", own.parent / "roots.pem")
        source = ["-in", own / "tagmanifest-sha256.txt", "-signer", own.parent / "roots.pem"]
        out = ["-inkey", tmp_path / "key.pem", "-out", own / "tagmanifest-sha256.txt.office.p7s"]
        _openssl("cms", "-sign", "-binary", "-outform", "DER", *source, *out)
        return own

    def verdict(self, folder: Path) -> int:
        readme = (folder / "README.txt").read_text("utf-8")
        line = next(line for line in readme.splitlines() if "openssl cms -verify" in line)
        line = line.replace("roots.pem", str(folder.parent / "roots.pem"))
        return subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, check=False).returncode

    def test_one_laid_beside_verifies_and_disturbs_nothing(self, signed: Path) -> None:
        assert self.verdict(signed) == 0
        assert list(dossiers.complaints(signed)) == []

    def test_a_manifest_made_anew_fails_it(self, signed: Path) -> None:
        lengthen(signed / "tagmanifest-sha256.txt")
        assert self.verdict(signed) != 0

    def test_one_packed_with_the_rest_changes_no_list(self, tmp_path: Path) -> None:
        bag = dossiers.of_problem(tmp_path / "store")
        signature = held("tagmanifest-sha256.txt.office.p7s", b"signature")
        signed = Bag(bag.folder, bag.payload, bag.made_at, bag.info, bag.tags, [signature])
        assert signed.digest == bag.digest
        folder = dossiers.unpack(signed, tmp_path / "out")
        assert (folder / "tagmanifest-sha256.txt.office.p7s").read_bytes() == b"signature"
        assert list(dossiers.complaints(folder)) == []

    def test_no_other_file_is_let_in_as_one(self) -> None:
        stray: Entry = held("verify.py.p7s", b"x")
        with pytest.raises(BadName):
            Bag("b", [held("a", b"x")], dossiers.CLOSED, signatures=[stray]).chunks()


def _openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=True)
