"""What a careless or dishonest hand with the database's own tools does: behind the application's back."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from fieldapp.db import SYSTEM, apart
from tests import databases

APPEND_ONLY = (
    "history", "taps", "plan_reads", "scenario_versions", "item_versions", "audit", "visit_attendance",
    "parked_decisions", "measure_reports", "heads", "closure_requests", "editions", "edition_problems",
    "edition_photos", "closing_visits", "verifications", "closing_signatures", "closing_objections", "paper_signatures",
    "paper_confirmations", "closures", "signers", "facts", "fact_replies", "fact_problems",
    "backups", "phone_codes", "phones", "phone_ends", "quarantined", "quarantine_decisions",
)  # fmt: skip
_VERBS = ("update", "delete", "replace", "rowid", "low_rowid")


@contextmanager
def behind_the_back(app: Flask, table: str) -> Iterator[Session]:
    """A session in which the table's triggers are switched off for good; it commits."""
    with app.app_context(), apart(writes=True) as session:
        if databases.KIND == "postgres":
            session.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        else:
            for verb in _VERBS:
                session.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))
        yield session


def rows_of(app: Flask, table: str) -> list[tuple[object, ...]]:
    """Every row of a table as the database holds it."""
    with app.app_context(), apart() as session:
        rows = session.execute(sa.text(f"SELECT * FROM {table}")).all()
    return sorted((tuple(row) for row in rows), key=repr)


@contextmanager
def behind_all_backs(app: Flask) -> Iterator[Session]:
    """The same for every table, references between tables included."""
    with app.app_context(), apart(writes=True) as session:
        if databases.KIND == "postgres":
            session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        else:
            names = session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
            for name in names:
                session.execute(sa.text(f"DROP TRIGGER {name}"))
            session.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
        yield session


@contextmanager
def without_references(app: Flask) -> Iterator[Session]:
    """The same, and what is written need not even refer to rows that are there: a bare connection of SQLite's asks
    for no foreign key, PostgreSQL's replica role neither."""
    if databases.KIND == "postgres":
        with behind_all_backs(app) as session:
            yield session
        return
    with behind_all_backs(app):
        pass
    engine = sa.create_engine(app.config["SQLALCHEMY_DATABASE_URI"])
    with Session(engine) as session:
        session.info["viewer"] = SYSTEM
        yield session
        session.commit()
    engine.dispose()
