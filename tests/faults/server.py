"""The real app as a process of its own on a data folder of its own: started, stopped, killed by its id, started again
on the same folder and the same port."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import sqlalchemy as sa

from fieldapp.app import create_app
from fieldapp.config import Settings
from fieldapp.visits.models import TapRow
from tests import databases
from tests.story import PASSWORD, ROLES, Story

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "fieldapp.cli")
PATIENCE = 40.0  # seconds until a started server must answer
TAPS: Any = TapRow.__table__


@dataclass(frozen=True)
class World:
    """The demo with today's plan for inspector1 and inspector2, laid once and copied for each server."""

    data: Path
    address: str  # of a PostgreSQL cluster; "" for SQLite
    name: str
    plan: str
    visit: str
    problems: tuple[str, ...]
    place: dict[str, str]  # what a begin without a plan says: counter and scenario
    item: str  # one that is asked
    people: dict[str, UUID]


def lay(folder: Path, address: str) -> World:
    """Migrate and load as an administrator would, by the command."""
    data, name = folder / "template", f"faults_{uuid4().hex[:12]}"
    if address:
        databases.execute(address, f'CREATE DATABASE "{name}"')
    environment = _environment(data, databases.url(address, name) if address else "")
    for words in (("migrate",), ("demo",)):
        done = _run(words, environment)
        assert done.returncode == 0, done.stderr
    where = environment.get("DATABASE_URL") or f"sqlite:///{data / 'fieldapp.sqlite'}"
    app = create_app(Settings(data, where, https=False, testing=True, clock="", max_photo=1 << 24))
    story = Story(app)
    plan = story.plan_of_today()
    people = {each: story.viewer(each).person_id for each in (*ROLES, "inspector2") if each != "city"}
    with app.app_context():
        from fieldapp.db import db

        db.engine.dispose()
    place = {"counter": plan.counter_id, "scenario": plan.scenario_version_id}
    item = plan.briefing["content"]["shown"][0]["code"]
    return World(data, address, name, plan.id, plan.visit_id, tuple(plan.problem_ids), place, item, people)


def _environment(data: Path, url: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "PORT")}
    told = {"FIELDAPP_DATA": str(data), "FIELDAPP_DEMO_PASSWORD": PASSWORD, "FIELDAPP_TESTING": "1"}
    return {**kept, **told, **({"DATABASE_URL": url} if url else {})}


def _run(words: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@dataclass
class Server:
    """One app on a copy of the world."""

    data: Path
    url_of_database: str
    world: World
    port: int = field(default_factory=databases.free_port)
    process: "subprocess.Popen[bytes] | None" = None
    tree: Path = ROOT  # the version of the app

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def photos(self) -> Path:
        return self.data / "photos"

    @property
    def address(self) -> str:
        """Of the database."""
        return self.url_of_database or f"sqlite:///{self.data / 'fieldapp.sqlite'}"

    @property
    def said(self) -> str:
        """What the server has written to its log."""
        return (self.data.parent / f"{self.data.name}.log").read_text(errors="replace")

    def start(self, threads: int = 8, **more: str) -> "Server":
        """Return once it answers, and the answer is this process's own; `more` are settings."""
        assert self.process is None, "it runs already"
        with (self.data.parent / f"{self.data.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*PROGRAM, "serve", "--port", str(self.port), "--threads", str(threads)],
                cwd=self.tree,
                env={**self.environment, **more},
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + PATIENCE
        while not (self.answers() and self._owns_the_port()):
            assert self.process.poll() is None, f"the server ended at once:\n{self.said[-2000:]}"
            assert time.monotonic() < until, "the server did not come up"
            time.sleep(0.03)
        return self

    @property
    def environment(self) -> dict[str, str]:
        return _environment(self.data, self.url_of_database)

    def put_back(self, backups: Path) -> None:
        """Its disk is lost; what the newest of some backups holds is laid in its place."""
        assert self.process is None, "it runs"
        self.data.rename(self.data.with_name(f"{self.data.name}.lost"))
        if self.url_of_database:
            name = self.url_of_database.rpartition("/")[2]
            databases.execute(self.world.address, f'DROP DATABASE "{name}" WITH (FORCE)')
            databases.execute(self.world.address, f'CREATE DATABASE "{name}"')
        done = self.command("restore", str(max(each for each in backups.iterdir() if each.is_dir())))
        assert done.returncode == 0, done.stderr

    def answers(self) -> bool:
        with suppress(OSError, HTTPException):
            asked = HTTPConnection("127.0.0.1", self.port, timeout=5)
            asked.request("GET", "/login")
            return asked.getresponse().status == 200
        return False

    def _owns_the_port(self) -> bool:
        """A stale server on the port would fake every result."""
        return self.process is not None and _listens(self.process.pid, self.port)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def stop(self) -> None:
        """As an administrator stops it."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Without a word of warning."""
        self._end(signal.SIGKILL)

    def restart(self, **more: str) -> "Server":
        self.kill()
        return self.start(**more)

    def move_on(self, ms: int) -> int:
        """Started again, with a clock that is about so much ahead of this machine's; how much it is."""
        self.restart(FIELDAPP_CLOCK=str(time.time_ns() // 1_000_000 + ms))
        asked = HTTPConnection("127.0.0.1", self.port, timeout=5)
        asked.request("GET", "/login")
        return int(asked.getresponse().headers["Server-Now"]) - time.time_ns() // 1_000_000

    def wait_until_dead(self) -> None:
        """Of what somebody else does to it."""
        if self.process:
            self.process.wait(timeout=PATIENCE)
        self.process = None

    def _end(self, how: signal.Signals) -> None:
        if self.process:
            self.process.send_signal(how)
            self.process.wait(timeout=PATIENCE)
        self.process = None

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`fieldapp …` beside the server."""
        return _run(words, self.environment)

    def is_sound(self) -> None:
        """`fieldapp check` finds no fault."""
        checked = self.command("check", "--all")
        assert checked.returncode == 0, checked.stderr

    def rows(self, statement: Any) -> list[Any]:
        """A question to the database, on a connection that cannot write."""
        engine = sa.create_engine(self.address, poolclass=sa.NullPool)
        with engine.connect() as connection:
            only = "SET TRANSACTION READ ONLY" if self.url_of_database else "PRAGMA query_only = ON"
            connection.exec_driver_sql(only)
            return list(connection.execute(statement))

    def taps(self, *where: Any) -> list[Any]:
        """Stored taps, in the order in which they were received."""
        return self.rows(sa.select(TAPS).where(*where).order_by(TAPS.c.received_at, TAPS.c.seq))


def newer_tree(folder: Path, mark: str = "newer") -> Path:
    """The app as the next version would lie there: each script and the worker have another content."""
    for part in ("fieldapp", "templates", "static", "migrations"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for script in (*(folder / "static/js").glob("*.js"), folder / "templates/outbox/worker.js"):
        script.write_text(f"/* {mark} */\n{script.read_text()}")
    return folder


def _listens(pid: int, port: int) -> bool:
    """Whether a process holds the socket that listens on a port of this machine."""
    wanted = f"{port:04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inodes = {words[9] for words in lines if words[1].endswith(f":{wanted}") and words[3] == "0A"}
    with suppress(OSError):
        for each in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                if os.readlink(each).removeprefix("socket:[").removesuffix("]") in inodes:
                    return True
    return False


@contextmanager
def copy_of(world: World, data: Path) -> Iterator[Server]:
    """A server that has not been started, on a copy of the world; it and its database end with the block."""
    shutil.copytree(world.data, data, dirs_exist_ok=True)
    name = f"fault_{uuid4().hex}" if world.address else ""
    if name:
        databases.execute(world.address, f'CREATE DATABASE "{name}" TEMPLATE "{world.name}"')
    server = Server(data, databases.url(world.address, name) if name else "", world)
    try:
        yield server
    finally:
        server.kill()
        if name:
            with suppress(psycopg.Error):
                databases.execute(world.address, f'DROP DATABASE "{name}" WITH (FORCE)')
