"""One moment of the live database, and its copy: made while people work, who wait for it half a second at most."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from fieldapp import clock
from fieldapp.db import db, one_moment
from fieldapp.errors import RuleBroken
from fieldapp.office import laying, postgres
from fieldapp.office.finding import Progress
from fieldapp.visits.models import TapRow

_STEP = 1000  # pages of SQLite copied at a time
_TRIES, _PAUSE_S = 40, 0.25
_NO_LOCK_IN_TIME = "55P03"


@dataclass(frozen=True)
class Moment:
    """The frozen moment: a session that sees it, when it was, and the number of the last tap in it."""

    session: Session
    taken_at: int
    upto: int


@contextmanager
def frozen() -> Iterator[Moment]:
    """Everything read by the session is of one moment; nobody waits for whoever reads."""
    with one_moment() as session:
        taken_at = clock.now()
        yield Moment(session, taken_at, _freeze(session))


def _is_postgres() -> bool:
    return bool(db.engine.dialect.name == "postgresql")


def _freeze(session: Session) -> int:
    """The first read begins the moment. On PostgreSQL a tap with a smaller number might still be under way then: a lock
    that waits for those, for half a second at a time, lets none in between."""
    last = sa.select(sa.func.coalesce(sa.func.max(TapRow.arrival), 0))
    if not _is_postgres():
        return int(session.scalar(last) or 0)
    for _ in range(_TRIES):
        try:
            with db.engine.begin() as gate:
                gate.exec_driver_sql("SET LOCAL lock_timeout = '500ms'")
                gate.exec_driver_sql("LOCK TABLE taps IN SHARE MODE")
                return int(session.scalar(last) or 0)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", "") != _NO_LOCK_IN_TIME:
                raise
            time.sleep(_PAUSE_S)
    raise RuleBroken("数据库里有一笔一直没写完，备份等不到它，过一会儿再试")


def lay(moment: Moment, target: Path, progress: Progress) -> None:
    """The database of that moment as a file of its own, on disk."""
    connection = moment.session.connection()
    if _is_postgres():
        progress("导出数据库", 0, 1)
        held = connection.scalar(sa.select(sa.func.pg_export_snapshot()))
        programs = postgres.programs(postgres.server_version())
        options = (
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={held}",
            f"--file={target}",
        )
        postgres.run(programs, "pg_dump", *options, url=db.engine.url)
    else:
        _copy(connection.connection.driver_connection, target, progress)
    with suppress(PermissionError):  # FAT knows no such thing
        target.chmod(0o600)
    laying.sync(target)


def _copy(live: Any, target: Path, progress: Progress) -> None:
    """Page by page from inside the read that holds the moment: later writes neither show nor start it anew. A few MB go
    to the disk at a time: on a shared one a tap's own small write would wait for all that is flushed at once."""
    made = sqlite3.connect(target)

    def step(_status: int, left: int, of: int) -> None:
        laying.sync(target)
        progress("拷数据库", of - left, of)

    try:
        live.backup(made, pages=_STEP, progress=step)
    finally:
        made.close()
