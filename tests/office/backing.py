"""`fieldapp backup` and `restore` on the story's folder and database."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from fieldapp import cli
from fieldapp.backups.models import Backup
from fieldapp.db import apart
from tests import databases
from tests.conftest import Factory
from tests.story import Story

ROOT = Path(__file__).parents[2]
Done = subprocess.CompletedProcess[str]


@dataclass
class Office:
    """A server's folder, a disk for its backups, and places to restore to."""

    story: Story
    factory: Factory
    disk: Path
    url: str = ""
    made: list[str] = field(default_factory=list)

    @property
    def data(self) -> Path:
        folder: Path = self.story.app.extensions["settings"].data
        return folder

    def surroundings(self, data: Path, url: str) -> dict[str, str]:
        env = {
            key: value for key, value in os.environ.items() if not key.startswith(("FIELDAPP_", "DATABASE_"))
        }
        where = {} if url.startswith("sqlite") else {"DATABASE_URL": url}
        return {**env, "FIELDAPP_DATA": str(data), **where}

    def live(self) -> dict[str, str]:
        url = self.url or self.story.app.extensions["settings"].database_url
        return self.surroundings(self.data, url)

    def begin(self, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "fieldapp.cli", *map(str, arguments)]
        pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=ROOT, env=self.live(), **pipes)

    def process(self, *arguments: object, env: dict[str, str] | None = None) -> Done:
        """The command as it is typed."""
        command = [sys.executable, "-m", "fieldapp.cli", *map(str, arguments)]
        return subprocess.run(
            command, cwd=ROOT, env=env or self.live(), capture_output=True, text=True, check=False
        )

    def run(self, *arguments: object, env: dict[str, str] | None = None) -> Done:
        """The same inside the test's process, which need not load the app anew; on the live folder its own app."""
        mask = os.umask(0o077)
        with pytest.MonkeyPatch.context() as patch:
            if env is None and not self.url:
                patch.setattr(cli, "_app", lambda: self.story.app)
            where = {"DATABASE_URL": None, **(env or self.live())}
            said = CliRunner().invoke(cli.main, [str(each) for each in arguments], env=where)
        os.umask(mask)
        unforeseen = said.exception if not isinstance(said.exception, SystemExit) else None
        trace = f"Traceback {unforeseen!r}" if unforeseen else ""
        return subprocess.CompletedProcess(list(arguments), said.exit_code, said.stdout, said.stderr + trace)

    def back_up(self, *options: object) -> Path:
        """One that must be good; its folder."""
        before = set(self.finished())
        done = self.run("backup", self.disk, *options)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        assert "打开核对过，好的" in done.stdout
        (made,) = set(self.finished()) - before
        return made

    def finished(self) -> list[Path]:
        return sorted(self.disk.glob("fieldapp-*Z"))

    def lying(self) -> list[str]:
        """Whatever lies on the disk, but the lock."""
        return sorted(path.name for path in self.disk.iterdir() if path.name != ".fieldapp-backup.lock")

    def empty(self, folder: Path) -> dict[str, str]:
        """The surroundings of an empty folder and database."""
        if databases.KIND != "postgres":
            return self.surroundings(folder, "sqlite")
        name = f"back_{uuid4().hex}"
        databases.execute(self.factory.address, f'CREATE DATABASE "{name}"')
        self.made.append(name)
        return self.surroundings(folder, databases.url(self.factory.address, name))

    def drop(self) -> None:
        for name in self.made:
            databases.execute(self.factory.address, f'DROP DATABASE "{name}" WITH (FORCE)')

    def rows(self) -> list[Backup]:
        with self.story.app.app_context(), apart() as session:
            return list(session.scalars(sa.select(Backup).order_by(Backup.taken_at)))


def complaints(folder: Path) -> str:
    """What `sha256sum` says of a backup; nothing when it is whole."""
    done = subprocess.run(
        ["sha256sum", "-c", "--quiet", "--strict", "manifest-sha256.txt"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr if done.returncode else ""
