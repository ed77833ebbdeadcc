"""The schema is made, taken back and made again; models and migrations agree; no step loses a trigger."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from fieldapp import config
from fieldapp.app import create_app, is_migrated
from fieldapp.db import db
from fieldapp.schema import downgrade, upgrade
from tests import databases
from tests.conftest import Factory, close

POSTGRES = databases.KIND == "postgres"
REVISIONS = [row.revision for row in ScriptDirectory(str(config.part("migrations"))).walk_revisions()][::-1]
APPEND_ONLY_FROM, ROWIDS_FROM = REVISIONS.index("0002"), REVISIONS.index("0004")


@pytest.fixture
def blank(factory: Factory, tmp_path: Path) -> Iterator[Flask]:
    """An app whose database has no table."""
    name = f"blank_{tmp_path.name}_{id(tmp_path)}"
    if POSTGRES:
        databases.execute(factory.address, f'CREATE DATABASE "{name}"')
    app = create_app(factory.settings(tmp_path / "data", name))
    yield app
    close(app)
    if POSTGRES:
        databases.execute(factory.address, f'DROP DATABASE "{name}" WITH (FORCE)')


def append_only() -> ModuleType:
    """The migration that makes the triggers."""
    path = config.part("migrations") / "versions" / "0002_append_only.py"
    spec = importlib.util.spec_from_file_location("append_only", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def expected_triggers(place: int) -> set[str]:
    """Those that there must be once the migration at this place is done."""
    if place < APPEND_ONLY_FROM:
        return set()
    verbs = ("update", "delete", "truncate") if POSTGRES else ("update", "delete", "replace")
    if not POSTGRES and place >= ROWIDS_FROM:
        verbs += ("rowid", "low_rowid")
    return {f"{table}_no_{verb}" for table in append_only().KEYS for verb in verbs} | {"history_no_replace"}


def triggers() -> set[str]:
    found = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
        if POSTGRES
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with db.engine.connect() as connection:
        return set(connection.scalars(sa.text(found)))


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_an_empty_database_comes_to_the_newest_schema(blank: Flask) -> None:
    assert not is_migrated(blank)
    with blank.app_context():
        upgrade()
        assert tables() == set(db.metadata.tables)
    assert is_migrated(blank)


def test_models_and_migrations_do_not_differ(blank: Flask) -> None:
    with blank.app_context():
        upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, db.metadata) == []


def test_down_leaves_nothing_and_up_again_is_the_same(blank: Flask) -> None:
    with blank.app_context():
        upgrade()
        before = {name: _columns(name) for name in tables()}, triggers()
        downgrade(revision="base")
        assert tables() == set()
        assert triggers() == set()
        upgrade()
        assert ({name: _columns(name) for name in tables()}, triggers()) == before


def _columns(name: str) -> list[tuple[str, str, bool]]:
    return [(c["name"], str(c["type"]), c["nullable"]) for c in sa.inspect(db.engine).get_columns(name)]


def test_no_step_loses_a_trigger(blank: Flask) -> None:
    """SQLite drops a table's triggers silently when a later migration rebuilds it."""
    with blank.app_context():
        for place, revision in enumerate(REVISIONS):
            upgrade(revision=revision)
            assert triggers() >= expected_triggers(place), revision
        for place, revision in reversed(list(enumerate(REVISIONS))):
            downgrade(revision=revision)
            assert triggers() >= expected_triggers(place), revision
            assert place >= APPEND_ONLY_FROM or not triggers()


def test_every_table_that_only_grows_is_named() -> None:
    assert set(append_only().KEYS) == {
        "history", "taps", "plan_reads", "scenario_versions", "item_versions", "audit",
    }  # fmt: skip
