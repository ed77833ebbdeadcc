"""Real engines for the tests: SQLite by copying a file, PostgreSQL by a cluster of its own and template databases.

FIELDAPP_TEST_DB chooses (sqlite | postgres). The cluster lives in a temporary folder, listens on loopback only, and
is stopped by the process that started it. Its server refuses to run as root, so it runs as user `postgres` then.
"""

import os
import pwd
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

KIND = os.environ.get("FIELDAPP_TEST_DB", "sqlite")


class NoServer(RuntimeError):
    """PostgreSQL's server programs are not on this machine: run `make system`."""


def is_ci() -> bool:
    """Where CI is set nothing may go untested: what is missing fails there, and is skipped at a desk."""
    return bool(os.environ.get("CI"))


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = shutil.which("initdb")
    if found:
        return found[0].parent
    if on_path:
        return Path(on_path).parent
    raise NoServer("initdb not found; `make system` installs PostgreSQL")


def free_port() -> int:
    """One of this machine on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def quick_place() -> str | None:
    """Memory, where there is enough of it: thousands of databases are made, on PostgreSQL each of some 900 small
    files, and none has to survive a power cut."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 2 * 1024**3 else None


@contextmanager
def cluster() -> Iterator[str]:
    """A running cluster; gives the URL of its maintenance database without the scheme's driver."""
    programs, port = _programs(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="fieldapp-pg-", dir=quick_place()))
    user: str | None = None
    if os.geteuid() == 0:
        user = "postgres"
        os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    data = str(folder / "data")

    def run(*command: str) -> None:
        subprocess.run(
            command, user=user, cwd=str(folder), check=True, capture_output=True, env={"LC_ALL": "C.UTF-8"}
        )

    # fsync off: these databases need not survive a power cut, and hundreds of them are made
    settings = (
        "fsync=off",
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=''",
        "max_connections=100",
    )
    options = " ".join((*(f"-c {setting}" for setting in settings), f"-p {port}"))
    try:
        run(str(programs / "initdb"), "-D", data, "-U", "fieldapp", "-A", "trust", "-E", "UTF8", "--no-sync")
        run(str(programs / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        yield f"127.0.0.1:{port}"
    finally:
        subprocess.run(
            [str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "stop"],
            user=user,
            cwd="/",
            check=False,
            capture_output=True,
        )
        shutil.rmtree(folder, ignore_errors=True)


def execute(address: str, statement: str) -> None:
    """One statement on the maintenance database, outside a transaction."""
    with psycopg.connect(f"postgresql://fieldapp@{address}/postgres", autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


def url(address: str, name: str) -> str:
    """The app's address of a database of the cluster."""
    return f"postgresql+psycopg://fieldapp@{address}/{name}"


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """SQLite: somebody else writes, and goes on writing."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()
