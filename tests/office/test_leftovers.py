"""What a crash leaves behind is no forgery: it is noted, and swept on request; what a tap names is never touched."""

import hashlib
import io
import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from fieldapp import cli, clock
from fieldapp.db import acting, apart
from fieldapp.evidence import actions as evidence
from fieldapp.evidence.models import Original
from fieldapp.evidence.originals import FolderStore
from tests.evidence import pictures
from tests.story import Story

OLD = clock.at(2018, 6, 20) / 1000


@pytest.fixture
def folder(story: Story, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cli, "_app", lambda: story.app)
    found: Path = story.app.extensions["settings"].photos
    for path in found.iterdir():
        if path.is_file():
            os.utime(path, (OLD, OLD))
    return found


def check(*options: str) -> Result:
    return CliRunner().invoke(cli.main, ["check", *options])


def orphan(folder: Path, content: bytes) -> Path:
    path = folder / hashlib.sha256(content).hexdigest()
    path.write_bytes(content)
    os.utime(path, (OLD, OLD))
    return path


def rows(story: Story) -> set[str]:
    with story.app.app_context(), apart() as session:
        return set(session.scalars(sa.select(Original.sha256)))


def test_leftovers_are_notes(folder: Path) -> None:
    orphan(folder, b"orphan")
    half = folder / ".part-x"
    half.write_bytes(b"half")
    os.utime(half, (OLD, OLD))
    said = check()
    assert (said.exit_code, said.stderr) == (0, "")
    assert "提示：照片 有 1 张没有对应的记录（上传到一半断了？）" in said.stdout
    assert "提示：照片 有 1 个传了一半的文件，fieldapp check --sweep 可以清掉" in said.stdout
    assert half.exists()


def test_a_sweep_takes_what_nothing_names_and_leaves_the_rest(story: Story, folder: Path) -> None:
    named, kept = rows(story), sorted(path.name for path in folder.iterdir() if path.is_file())
    bare, half, young = orphan(folder, b"orphan"), folder / ".part-x", folder / ".part-y"
    for part in (half, young):
        part.write_bytes(b"half")
    os.utime(half, (OLD, OLD))
    with story.app.app_context(), acting(story.viewer("inspector1")):
        stored = evidence.keep(io.BytesIO(pictures.jpeg(colour="red")), at=1)
    os.utime(folder / stored.sha256, (OLD, OLD))
    said = check("--sweep")
    assert said.exit_code == 0
    assert "清掉传了一半的文件 1 个" in said.stdout
    assert "挪到一边 2 张" in said.stdout
    left = sorted(path.name for path in folder.iterdir() if path.is_file())
    assert left == sorted([*kept, ".part-y", f".aside-{bare.name}", f".aside-{stored.sha256}"])
    assert rows(story) == named
    assert "提示" not in check().stdout


def test_a_sweep_passes_by_what_is_no_photo(story: Story, folder: Path) -> None:
    gone = orphan(folder, b"orphan")
    with story.app.app_context(), apart(writes=True) as session:
        session.add(Original(sha256="x" * 64, size=1, format="jpeg", received_at=1))
    said = check("--all", "--sweep")
    assert (said.exit_code, f"照片 {'x' * 64}：登记的不是一张照片的指纹" in said.stderr) == (1, True)
    assert not gone.exists()


def test_a_young_photo_is_left_alone(story: Story, folder: Path) -> None:
    with story.app.app_context(), acting(story.viewer("inspector1")):
        stored = evidence.keep(io.BytesIO(pictures.jpeg(colour="red")), at=1)
    assert "挪到一边 0 张" in check("--sweep").stdout
    assert stored.sha256 in rows(story)
    assert (folder / stored.sha256).exists()


def test_an_upload_that_finds_an_old_orphan_keeps_it_from_a_sweep(story: Story, folder: Path) -> None:
    """The phone sends again what broke off yesterday, while the sweep looks at it."""
    content = pictures.jpeg(colour="red")
    path = orphan(folder, content)
    before = clock.now() - 1000
    with story.app.app_context():
        with acting(story.viewer("inspector1")):
            evidence.keep(io.BytesIO(content), at=1)
        assert not evidence.set_aside(path.name, before=before)
    assert path.read_bytes() == content
    assert path.name in rows(story)


def test_an_upload_after_the_sweep_places_its_own_bytes(tmp_path: Path) -> None:
    store, content = FolderStore(tmp_path / "photos"), pictures.jpeg()
    path = orphan(store.root, content)
    assert store.set_aside(path.name, before=clock.now())
    assert not path.exists()
    store.put(io.BytesIO(content), limit=2**20)
    assert path.read_bytes() == content


def test_a_row_whose_file_and_tap_are_gone_is_no_fault(story: Story, folder: Path) -> None:
    with story.app.app_context(), apart(writes=True) as session:
        session.add(Original(sha256="a" * 64, size=1, format="jpeg", received_at=1))
    assert check("--sweep").exit_code == 0
    assert "a" * 64 not in rows(story)
