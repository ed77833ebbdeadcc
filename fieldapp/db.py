"""Base, session and transactions.

A request that writes is one transaction, begun at its first query and committed once before the answer
(`request_transaction`). SQLite begins it IMMEDIATE: a read snapshot that turns writer fails at once however
long the busy timeout (SQLITE_BUSY_SNAPSHOT). PostgreSQL takes row locks (`with_for_update`) instead.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated, Any, Protocol, cast
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.exc import OperationalError, TimeoutError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

from fieldapp.ids import new_id

Id = Annotated[UUID, mapped_column(sa.Uuid, primary_key=True, default=new_id)]
Instant = Annotated[int, mapped_column(sa.BigInteger)]  # UTC epoch milliseconds
Text = Annotated[str, mapped_column(sa.Text)]


class Base(DeclarativeBase):
    """Every table's base; constraint names are fixed so that SQLite's batch migrations can find them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Versioned:
    """A row that two people may edit: the form carries `version`, a stale one raises Conflict."""

    version: sa.orm.Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


db = SQLAlchemy(model_class=Base)
_writing: ContextVar[bool] = ContextVar("writing", default=False)
_hurried: ContextVar[bool] = ContextVar("hurried", default=False)
PATIENCE_MS = 5000  # how long a transaction waits for SQLite's one write lock
log = logging.getLogger("fieldapp")


class Bound(Protocol):
    """Whoever a session reads for: a Viewer, or SYSTEM."""

    @property
    def is_system(self) -> bool: ...


class _System:
    """The application itself: migrations, jobs, projections. Sees every row, is nobody."""

    is_system = True
    actor = "system"
    person_id = None
    county_id = None


SYSTEM = _System()


def listen(app: Flask) -> None:
    """Attach SQLite's pragmas and the way a transaction begins to this app's engine."""
    with app.app_context():
        engine = db.engine

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.isolation_level = None  # stops pysqlite's own BEGIN
            for pragma in (
                f"busy_timeout={PATIENCE_MS}",  # first: journal_mode=WAL itself may meet a lock
                "journal_mode=WAL",
                "synchronous=FULL",
                "foreign_keys=ON",
                "recursive_triggers=ON",
            ):
                connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if connection.dialect.name != "sqlite":
            return
        if _hurried.get():
            connection.exec_driver_sql("PRAGMA busy_timeout=100")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")
        finally:
            if _hurried.get():
                connection.exec_driver_sql(f"PRAGMA busy_timeout={PATIENCE_MS}")


def is_writing() -> bool:
    """Whether the running transaction is one that commits."""
    return _writing.get()


@contextmanager
def request_transaction(writes: bool) -> Iterator[None]:
    """Run a view: commit once if it writes and does not raise; a read never commits."""
    token = _writing.set(writes)
    try:
        yield
        if writes:
            db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _writing.reset(token)


@contextmanager
def keeping() -> Iterator[None]:
    """A write transaction inside a request that otherwise reads, committed at the end of the block: for the door, where
    a tap must be on disk before anything is made of it that could fail."""
    db.session.rollback()
    with request_transaction(writes=True):
        yield


@contextmanager
def acting(viewer: Bound, writes: bool = True) -> Iterator[Session]:
    """A transaction of its own outside a request's: for the command line, jobs and what must be kept
    although the request fails. Objects must not leave the block."""
    token = _writing.set(writes)
    try:
        with current_app._get_current_object().app_context():  # type: ignore[attr-defined]
            bind_viewer(viewer)
            try:
                yield db.session()
                if writes:
                    db.session.commit()
            except BaseException:
                db.session.rollback()
                raise
    finally:
        _writing.reset(token)


@contextmanager
def apart(writes: bool = False) -> Iterator[Session]:
    """A short system transaction of its own: who is asking, a stamp, a log row that must stay whatever follows.

    On SQLite it must not be opened to write while the request's own write transaction is under way."""
    token = _writing.set(writes)
    try:
        with Session(db.engine) as session:
            session.info["viewer"] = SYSTEM
            yield session
            if writes:
                session.commit()
    finally:
        _writing.reset(token)


@contextmanager
def one_moment() -> Iterator[Session]:
    """`apart`, and all that is read is of one moment though people work on. SQLite's transaction is so by itself."""
    with apart() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


@contextmanager
def if_possible() -> Iterator[Session]:
    """`apart` for what is worth a row but not the request: a locked or full database does without it, at once."""
    token = _hurried.set(True)
    try:
        with apart(writes=True) as session:
            yield session
    except (OperationalError, TimeoutError):
        log.warning("a stamp was left out", exc_info=True)
    finally:
        _hurried.reset(token)


@contextmanager
def system_reads() -> Iterator[Session]:
    """A system session on the running transaction, for uniqueness, replay and projections.

    It sees what the request has flushed, has an identity map of its own, and never commits the outer work."""
    db.session.flush()
    with Session(bind=db.session.connection(), join_transaction_mode="rollback_only") as session:
        session.info["viewer"] = SYSTEM
        yield session
        session.flush()


def bind_viewer(viewer: Bound) -> None:
    """Say for whom the current session reads."""
    db.session().info["viewer"] = viewer


def table(model: type[Base]) -> sa.Table:
    """A model's bare table, for the Core statements that house rules allow."""
    return cast(sa.Table, model.__table__)


def rows_changed(result: Any) -> int:
    """How many rows an INSERT, UPDATE or DELETE touched."""
    return int(result.rowcount)


def insert(table: Any) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect of the running database; its result counts rows."""
    from sqlalchemy.dialects import postgresql, sqlite

    made = sqlite.insert(table) if db.engine.dialect.name == "sqlite" else postgresql.insert(table)
    return made.execution_options(preserve_rowcount=True)  # else PostgreSQL's driver says -1 for an INSERT
