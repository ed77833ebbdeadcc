"""`fieldapp export` as a real process on the story's folder."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fieldapp.access.models import Audit
from fieldapp.db import apart
from tests.closing import steps
from tests.packages import closed, dossiers
from tests.story import Story

pytestmark = pytest.mark.slow  # real tools are started for each

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(story: Story, tmp_path: Path) -> Any:
    settings = story.app.extensions["settings"]
    env = {key: value for key, value in os.environ.items() if not key.startswith(("FIELDAPP_", "DATABASE_"))}
    env |= {"FIELDAPP_DATA": str(settings.data), "DATABASE_URL": settings.database_url}
    if settings.database_url.startswith("sqlite"):
        env.pop("DATABASE_URL")

    def command(*arguments: object) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-m", "fieldapp.cli", "export", *map(str, arguments)]
        return subprocess.run(program, cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    return command


def unpacked(target: Path) -> Path:
    with zipfile.ZipFile(target) as archive:
        archive.extractall(target.parent)
        return target.parent / archive.namelist()[0].split("/")[0]


@pytest.mark.parametrize(("options", "kind"), [((), "copies"), (("--originals",), "photos")])
def test_a_problem_by_its_number(
    options: tuple[str, ...], kind: str, run: Any, story: Story, tmp_path: Path
) -> None:
    closed.close(story)
    target = tmp_path / "07.zip"
    done = run("problem", steps.STORY, "-o", target, *options)
    assert (done.returncode, done.stderr) == (0, "")
    folder = unpacked(target)
    assert list(dossiers.complaints(folder)) == []
    assert (folder / "data" / kind).is_dir()
    assert dossiers.sum_of(folder / "tagmanifest-sha256.txt") in done.stdout
    assert oct(target.stat().st_mode & 0o777) == "0o600"
    with story.app.app_context(), apart() as session:
        rows = session.execute(sa.select(Audit.about, Audit.person_id).where(Audit.event == "exported")).all()
    words = "originals" if options else "copies"
    assert [(about.split()[:2], person) for about, person in rows] == [
        ([f"problem:{steps.problem_id(story)}", words], None)
    ]


def test_a_unit_by_its_name(run: Any, story: Story, tmp_path: Path) -> None:
    closed.close(story)
    done = run("unit", "甘棠镇", "-o", tmp_path / "unit.zip", "--county", "开江县")
    assert done.returncode == 0, done.stderr
    folder = unpacked(tmp_path / "unit.zip")
    assert list(dossiers.complaints(folder)) == []
    assert (folder / "data" / "checklist.xlsx").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("problem", steps.STORY), "甘棠-07 现在是“整改中”，销号以后才有证据可导出"),
        (("problem", "没有-01"), "没有问题“没有-01”"),
        (("problem", steps.STORY, "--county", "别的县"), "别的县没有问题“甘棠-07”"),
        (("unit", "没有镇"), "没有单位“没有镇”"),
        (("unit", "甘棠镇"), "甘棠镇还没有销号的问题"),
    ],
)
def test_what_cannot_be_exported_leaves_no_file(
    arguments: tuple[str, ...], said: str, run: Any, tmp_path: Path
) -> None:
    done = run(*arguments, "-o", tmp_path / "x.zip")
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_not_written_over(run: Any, story: Story, tmp_path: Path) -> None:
    closed.close(story)
    (tmp_path / "x.zip").write_bytes(b"mine")
    done = run("problem", steps.STORY, "-o", tmp_path / "x.zip")
    assert (done.returncode, "已经有了" in done.stderr) == (1, True)
    assert (tmp_path / "x.zip").read_bytes() == b"mine"


def test_bytes_that_changed_on_disk_leave_no_file(run: Any, story: Story, tmp_path: Path) -> None:
    closed.close(story)
    path = story.app.extensions["originals"].path(closed.parcel(story).photos[0])
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"x")
    (tmp_path / "out").mkdir()
    done = run("problem", steps.STORY, "-o", tmp_path / "out" / "x.zip", "--originals")
    assert done.returncode == 1
    assert list((tmp_path / "out").iterdir()) == []
    assert "Traceback" not in done.stderr


def test_help_is_for_people(run: Any) -> None:
    shown = run("problem", "--help").stdout
    assert ("--originals" in shown, "甘棠-07" in shown, "place and time" in shown) == (True, True, True)
