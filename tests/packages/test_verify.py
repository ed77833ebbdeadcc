"""The program inside the package: run as a stranger would, by a bare interpreter, it finds what the tools find."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.packages import dossiers


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    return dossiers.unpack(dossiers.of_unit(folder / "store"), folder / "out")


@pytest.fixture
def own(unpacked: Path, tmp_path: Path) -> Iterator[Path]:
    yield shutil.copytree(unpacked, tmp_path / "own")
    shutil.rmtree(tmp_path / "own")


def verdict(folder: Path, **environment: str) -> tuple[int, str]:
    """From another folder, with no path to anything of ours."""
    alone = [] if environment else ["-I"]  # which would ignore them
    command = [sys.executable, *alone, str(folder / "verify.py")]
    done = subprocess.run(command, cwd="/", capture_output=True, check=False, env=environment or None)
    assert done.stderr == b""
    return done.returncode, done.stdout.decode("utf-8", "replace")


def test_it_says_that_all_is_well_and_changes_nothing(own: Path) -> None:
    before = dossiers.names_in(own)
    status, said = verdict(own)
    assert (status, "GOOD" in said, "BROKEN" in said) == (0, True, False)
    assert dossiers.names_in(own) == before
    assert "3 entries" in said


def test_it_prints_each_record_as_the_form_does(own: Path) -> None:
    said = verdict(own)[1]
    for each in own.glob("data/problems/*/record.json"):
        digest = dossiers.sum_of(each)
        assert f"{digest[:4]} {digest[4:8]} {digest[8:12]}" in said


@pytest.mark.parametrize(
    "name", ["data/problems/003/record.json", "bagit.txt", "README.txt", "data/checklist.xlsx"]
)
@pytest.mark.parametrize("how", ["changed", "missing", "added"])
def test_it_names_the_file(name: str, how: str, own: Path) -> None:
    path = own / name
    if how == "changed":
        path.write_bytes(path.read_bytes() + b"x")
    elif how == "missing":
        path.unlink()
    else:
        name = f"{name}.new"
        (own / name).write_bytes(b"x")
    status, said = verdict(own)
    assert status == 1
    assert any(name in line and how in line for line in said.splitlines() if "BROKEN" in line), said


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(path.read_bytes() + b"x")])
@pytest.mark.parametrize("name", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_a_list_that_is_gone_or_longer_is_a_fault(
    name: str, spoil: Callable[[Path], None], own: Path
) -> None:
    spoil(own / name)
    status, said = verdict(own)
    assert (status, name in said) == (1, True)


def test_a_list_may_not_lead_out_of_the_folder(own: Path) -> None:
    with (own / "tagmanifest-sha256.txt").open("a") as file:
        file.write(f"{'0' * 64}  ../../etc/passwd\n")
    status, said = verdict(own)
    assert (status, "passwd" in said) == (1, False)


def test_a_history_whose_lists_were_made_anew_is_still_found(own: Path) -> None:
    """Sums fit again, as whoever rewrites a package would have it; the chain does not."""
    history = own / "data" / "problems" / "001" / "history.jsonl"
    lines = history.read_bytes().splitlines(keepends=True)
    history.write_bytes(b"".join([lines[0], lines[2]]))
    dossiers.list_anew(own)
    assert len(list(dossiers.complaints(own))) == 1  # this program alone
    status, said = verdict(own)
    assert (status, "接不上前一条" in said) == (1, True)


def test_signatures_beside_the_list_are_no_strangers(own: Path) -> None:
    (own / "tagmanifest-sha256.txt.office.p7s").write_bytes(b"signature")
    assert verdict(own)[0] == 0


def test_a_console_that_knows_no_chinese_is_no_obstacle(own: Path) -> None:
    assert verdict(own, PYTHONIOENCODING="ascii")[0] == 0
