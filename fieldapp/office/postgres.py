"""PostgreSQL's own programs, and a database beside the live one in which a dump is tried."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from fieldapp.db import db
from fieldapp.errors import RuleBroken

FOLDERS = Path("/usr/lib/postgresql")
INTO = (
    "--no-owner",
    "--no-privileges",
    "--exit-on-error",
    "--single-transaction",
)  # of pg_restore: all or nothing
_NOT_ALLOWED = "42501"
_VERSION = re.compile(r"(\d+)(\.\d+)*")


def programs(server: int) -> Path:
    """The folder of `pg_dump` and `pg_restore`, at least as new as the server: the oldest such, which fits best."""
    on_path = shutil.which("pg_dump")
    folders = [path.parent for path in FOLDERS.glob("*/bin/pg_dump")]
    versions = [
        (_version(folder), folder) for folder in [*folders, *([Path(on_path).parent] if on_path else [])]
    ]
    usable = sorted((version, str(folder)) for version, folder in versions if version >= server)
    if usable:
        return Path(usable[0][1])
    here = f"这里只有 {max(versions)[0]} 版的" if versions else "这台机器上没有"
    raise RuleBroken(f"要用 pg_dump 备份 PostgreSQL {server}，{here}。装上 postgresql-client-{server} 再试")


def _version(folder: Path) -> int:
    told = subprocess.run(  # noqa: S603
        [folder / "pg_dump", "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = _VERSION.search(told)
    return int(found[1]) if found else 0


def server_version() -> int:
    """Of the live server, its first number."""
    with db.engine.connect() as connection:
        return int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10000


def run(folder: Path, program: str, *arguments: str, url: sa.URL) -> None:
    """One of the programs on a database; the password goes by the surroundings, where no list of processes shows it."""
    bare = sa.URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, url.query
    ).render_as_string()
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603
        [folder / program, "--no-password", f"--dbname={bare}", *arguments],
        env={**os.environ, **password, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["没有说为什么"]
        raise RuleBroken(f"{program} 没有做完：{said[-1]}")


def read_through(folder: Path, dump: Path) -> None:
    """Unpack a dump from its first byte to its last and throw the text away."""
    done = subprocess.run(  # noqa: S603
        [folder / "pg_restore", "--file=/dev/null", dump], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuleBroken(f"导出的数据库读不回来：{done.stderr.strip()}")


@contextmanager
def beside(whose: str) -> Iterator[sa.URL | None]:
    """An empty database on the same server, taken away afterwards; None where the account may make none.

    One left by a backup that was killed goes first: the lock says that nobody is using it."""
    name = f"fieldapp_check_{whose}"
    key = sa.func.hashtext(name)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(key))):
            raise RuleBroken("另一个备份正在核对同一个数据库，等它做完")
        try:
            is_made = _make(connection, name)
            yield db.engine.url.set(database=name) if is_made else None
        finally:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.scalar(sa.select(sa.func.pg_advisory_unlock(key)))


def _make(connection: sa.Connection, name: str) -> bool:
    """As the live one in its encoding and order."""
    like = connection.exec_driver_sql(
        "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database "
        "WHERE datname = current_database()"
    ).one()
    options = "ENCODING '{}' LC_COLLATE '{}' LC_CTYPE '{}'".format(*like)
    try:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE template0 {options}')
        connection.exec_driver_sql(f'REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC')
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") == _NOT_ALLOWED:
            return False
        raise
    return True
