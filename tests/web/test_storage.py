"""A database that is full, busy or gone: plain words, a status that tells the phone to send again, nothing lost."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from fieldapp import clock
from fieldapp import db as database
from fieldapp.app import create_app
from fieldapp.config import Settings
from fieldapp.db import db
from fieldapp.web.storage import status_of
from tests import databases
from tests.story import PASSWORD, Story
from tests.visits.visiting import send

only_sqlite = pytest.mark.skipif(
    databases.KIND != "sqlite", reason="SQLite's one write lock and its page limit"
)
LATER = 2 * 60_000  # more than a stamp's minute


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE_MS", 50)


def locked(story: Story) -> AbstractContextManager[None]:
    return databases.locked(story.app.extensions["settings"].data / "fieldapp.sqlite")


@contextmanager
def full(story: Story) -> Iterator[None]:
    """The file may not grow by a single page, nor fill the free ones."""

    def no_more(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA max_page_count=1")  # SQLite takes the pages there are

    with story.app.app_context():
        engine = db.engine
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE filler (x)")
        engine.dispose()
        sa.event.listen(engine, "connect", no_more)
    try:
        yield
    finally:
        sa.event.remove(engine, "connect", no_more)
        engine.dispose()


def note(client: Any, **headers: str) -> Any:
    text = "字" * 20_000  # does not fit what is free in the pages there are
    return send(client, uuid4(), "note", text=text, headers=headers)


CASES = [
    pytest.param(locked, 503, "服务器正忙", id="locked"),
    pytest.param(full, 507, "服务器存不下了", id="full"),
]


@only_sqlite
@pytest.mark.parametrize(("trouble", "status", "words"), CASES)
def test_a_tap_that_cannot_be_stored_is_not_acknowledged(
    story: Story, as_: Any, trouble: Any, status: int, words: str
) -> None:
    client = as_("inspector1")
    with trouble(story):
        page, outbox = note(client), note(client, **{"X-Outbox": "1"})
    assert (page.status_code, outbox.status_code) == (status, status)
    assert words in page.text
    assert "编号" in page.text
    assert outbox.text == ""
    for answer in (page, outbox):
        assert "Outbox-Ack" not in answer.headers
        assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)


@only_sqlite
@pytest.mark.parametrize(("trouble", "status", "words"), CASES)
def test_what_only_reads_is_read_all_the_same(
    story: Story, as_: Any, trouble: Any, status: int, words: str
) -> None:
    unit = as_("unit")
    with clock.moved_to(clock.now() + LATER), trouble(story):  # its sight would be stamped, and is not
        assert unit.get("/problems").status_code == 200
        assert unit.get("/plans").status_code == 404  # and the denial would be noted


@only_sqlite
@pytest.mark.parametrize(("trouble", "status", "words"), CASES)
def test_a_login_says_why_it_is_none(story: Story, trouble: Any, status: int, words: str) -> None:
    tries = range(1 if trouble is locked else 80)  # until what is free in the pages is used up
    with trouble(story):
        answers = [
            story.app.test_client().post("/login", data={"username": f"nobody{n}", "password": PASSWORD})
            for n in tries
        ]
    assert answers[-1].status_code == status
    assert words in answers[-1].text


def test_a_database_that_does_not_answer_is_busy_and_the_page_is_ours(tmp_path: Path) -> None:
    gone = "postgresql+psycopg://fieldapp@127.0.0.1:9/none"  # nobody listens there
    settings = Settings(tmp_path, gone, https=False, testing=True, clock="", max_photo=1)
    client = create_app(settings).test_client()
    client.set_cookie("login", "f" * 64)
    answer = client.get("/problems")
    assert answer.status_code == 503
    assert "服务器正忙" in answer.text
    assert "编号" in answer.text


def postgres(kind: type[psycopg.Error]) -> OperationalError:
    return OperationalError("SELECT 1", {}, kind())


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (postgres(psycopg.errors.DiskFull), 507),
        (postgres(psycopg.errors.IoError), 507),
        (postgres(psycopg.errors.ReadOnlySqlTransaction), 507),
        (postgres(psycopg.errors.LockNotAvailable), 503),
        (postgres(psycopg.errors.DeadlockDetected), 503),
        (postgres(psycopg.errors.TooManyConnections), 503),
        (postgres(psycopg.errors.AdminShutdown), 503),
        (postgres(psycopg.errors.ConnectionFailure), 503),
        (postgres(psycopg.errors.OutOfMemory), 500),
        (OSError(errno.ENOSPC, "full"), 507),
        (OSError(errno.EROFS, "read-only"), 507),
        (OSError(errno.EACCES, "not ours"), 500),
        (sa.exc.TimeoutError("no connection became free"), 503),
        (OperationalError("SELECT 1", {}, sqlite3.OperationalError("no such table")), 500),
    ],
)
def test_each_error_has_its_status(error: Exception, status: int) -> None:
    assert status_of(error) == status
