"""The schema is made, taken back and made again; models and migrations agree; no step loses a trigger."""

import importlib.util
import json
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from fieldapp import config, history
from fieldapp.access.models import Audit, RoleGrant
from fieldapp.app import create_app, is_migrated
from fieldapp.db import apart, db, table
from fieldapp.heads import Head, is_genuine
from fieldapp.office import triggers as office_triggers
from fieldapp.office.check import faults
from fieldapp.schema import downgrade, upgrade
from fieldapp.visits.models import Visit, VisitAttendance, VisitPerson
from tests import databases
from tests.conftest import Factory, close
from tests.story import Story
from tests.tampering import APPEND_ONLY

pytestmark = pytest.mark.slow

POSTGRES = databases.KIND == "postgres"
REVISIONS = [row.revision for row in ScriptDirectory(str(config.part("migrations"))).walk_revisions()][::-1]


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


def grows(revision: str) -> dict[str, tuple[str, ...]]:
    """The tables that a migration makes append-only, with their keys."""
    folder = config.part("migrations") / "versions"
    (path,) = folder.glob(f"{revision}_*.py")
    spec = importlib.util.spec_from_file_location(f"migration_{revision}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(getattr(module, "KEYS", {}))


def expected_triggers(revision: str = REVISIONS[-1]) -> set[str]:
    """Every trigger that must stand once the database is at this revision."""
    upto = REVISIONS[: REVISIONS.index(revision) + 1]
    verbs = ("update", "delete", "truncate") if POSTGRES else ("update", "delete", "replace")
    if not POSTGRES and "0004" in upto:
        verbs += ("rowid", "low_rowid")
    found = {f"{table}_no_{verb}" for each in upto for table in grows(each) for verb in verbs}
    return found | ({"history_no_replace"} if found else set())


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
        for revision in REVISIONS:
            upgrade(revision=revision)
            assert triggers() >= expected_triggers(revision), revision
        for before, revision in reversed(list(pairwise(("base", *REVISIONS)))):
            downgrade(revision=before)
            assert triggers() == (expected_triggers(before) if before != "base" else set()), revision


def test_the_check_knows_every_trigger_in_the_words_of_the_migrations(blank: Flask) -> None:
    """Where this fails after a new migration: what is found belongs into fieldapp/office/triggers.json."""
    with blank.app_context():
        upgrade()
        with apart() as session:
            found = office_triggers.found(session)
    assert set(found) == expected_triggers()
    assert found == office_triggers.expected("postgresql" if POSTGRES else "sqlite"), json.dumps(found)


def test_every_table_that_only_grows_is_named() -> None:
    assert {table for revision in REVISIONS for table in grows(revision)} == set(APPEND_ONLY)


def test_heads_of_what_is_there_are_built_as_they_were_written(story: Story) -> None:
    """A database from before 0005: every head is made from the rows, and who is confirmed gets an audit row."""
    with story.app.app_context():
        before = _heads()
        downgrade(revision="0004")
        upgrade()
        assert {name: end for name, end in _heads().items() if not name.startswith("audit:")} == {
            name: end for name, end in before.items() if not name.startswith("audit:")
        }
        assert list(faults()) == []
        with apart() as session:
            known = sa.select(Audit.about).where(Audit.event == "role_known")
            confirmed = sa.select(RoleGrant.role).where(RoleGrant.confirmed_by.is_not(None))
            roles = sorted(session.scalars(confirmed))
            assert sorted(about.split(" ")[1] for about in session.scalars(known)) == roles
            assert {"clerk", "head"} <= set(roles)
        downgrade(revision="0004")
        upgrade()
        with apart() as session:
            assert len(session.scalars(known).all()) == len(roles)  # the same rows speak for it a second time


def test_what_has_no_history_gets_a_head_at_nought(blank: Flask) -> None:
    planned, unplanned = uuid4(), uuid4()
    with blank.app_context():
        upgrade(revision="0004")
        _visits(planned, unplanned, uuid4(), uuid4())
        upgrade()
        heads = _heads()
        assert {heads[f"visit:{each}"] for each in (planned, unplanned)} == {(0, "0" * 64)}
        assert heads["all:visit"] == (2, "0" * 64)


def _heads() -> dict[str, tuple[int, str]]:
    with apart() as session:
        rows = list(session.scalars(sa.select(Head)))
        assert all(is_genuine(row) for row in rows)
        return {row.name: (row.seq, row.hash) for row in rows}


def test_who_is_confirmed_is_derived_on_the_way_down(blank: Flask) -> None:
    """A plan's people are; those of an unplanned visit by the leader's word."""
    planned, unplanned, sure, unsure = (uuid4() for _ in range(4))
    with blank.app_context():
        upgrade()
        _visits(planned, unplanned, sure, unsure)
        before = _all("visit_people", "visit_id", "person_id")
        downgrade(revision="0002")
        assert set(_all("visit_people", "visit_id", "person_id", "confirmed")) == {
            (planned, unsure, True),
            (unplanned, sure, True),
            (unplanned, unsure, False),
        }
        upgrade()
        assert _all("visit_people", "visit_id", "person_id") == before
        assert _all("visit_attendance", "visit_id") == []


def _visits(planned: UUID, unplanned: UUID, sure: UUID, unsure: UUID) -> None:
    """Two visits with their people, and a word on one of them; what they refer to does not matter here."""
    with db.engine.connect() as connection:
        _without_references(connection)
        for visit, plan in ((planned, uuid4()), (unplanned, None)):
            row = {
                "county_id": uuid4(),
                "team_id": uuid4(),
                "unit_id": uuid4(),
                "scenario_version_id": uuid4(),
            }
            row |= {
                "id": visit,
                "plan_id": plan,
                "briefing_version": 1,
                "briefing": {},
                "day": date(2018, 6, 20),
            }
            row |= {"state": "under_way", "seal": ""}  # the columns that every revision has
            visits = sa.table("visits", *(sa.column(name, table(Visit).c[name].type) for name in row))
            connection.execute(sa.insert(visits).values(**row))
        for visit, person in ((planned, unsure), (unplanned, sure), (unplanned, unsure)):
            connection.execute(sa.insert(table(VisitPerson)).values(visit_id=visit, person_id=person))
        word = {"visit_id": unplanned, "person_id": sure, "n": 1, "went": True, "by_id": sure, "at": 1}
        connection.execute(sa.insert(table(VisitAttendance)).values(**word))
        connection.commit()


def _without_references(connection: sa.Connection) -> None:
    if POSTGRES:
        connection.exec_driver_sql("SET session_replication_role = replica")
        return
    connection.exec_driver_sql("COMMIT")
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _all(name: str, *columns: str) -> list[tuple[object, ...]]:
    types = [sa.column(each, sa.Boolean if each == "confirmed" else sa.Uuid) for each in columns]
    with db.engine.connect() as connection:
        rows = connection.execute(sa.select(*types).select_from(sa.table(name)))
        return sorted((tuple(row) for row in rows), key=repr)


def test_hours_that_can_be_read_become_times_and_others_stay_as_written(blank: Flask) -> None:
    written = {
        "9:00–17:00": "9:00–17:00",
        "9-17点": "9:00–17:00",
        "9-5点": "9-5点",
        "赶场天": "赶场天",
        "": "",
    }
    with blank.app_context():
        upgrade(revision="0007")
        ids = {text: uuid4() for text in written}
        for text, key in ids.items():
            _put(
                "service_points", id=key, county_id=uuid4(), unit_id=uuid4(), name="x", hours=text, version=1
            )
        upgrade(revision="0008")
        times = [{"days": [1, 2, 3, 4, 5], "spans": [["9:00", "17:00"]]}]
        for text, key in ids.items():
            hours, opening = _get("service_points", key, hours=sa.Text, opening=sa.JSON)
            assert (hours, opening) == (("", times) if written[text] == "9:00–17:00" else (text, [])), text
        downgrade(revision="0007")
        assert {_get("service_points", key, hours=sa.Text)[0] for key in ids.values()} == set(
            written.values()
        )


def test_reports_that_were_written_over_come_back_from_the_history(blank: Flask) -> None:
    county, person, measure = uuid4(), uuid4(), uuid4()
    with blank.app_context():
        upgrade(revision="0008")
        _put("counties", id=county, name="x", city="x", settings="{}", version=1)
        _put("people", id=person, county_id=county, name="x", home="", version=1)
        old = {
            "text": "x",
            "progress": "二楼也贴了",
            "done": True,
            "reported_at": 2,
            "place": 0,
            "version": 1,
        }
        _put("measures", id=measure, county_id=county, problem_id=uuid4(), **old)
        for at, progress, done in ((1, "贴了一楼", False), (2, "二楼也贴了", True)):
            said = {"measure": str(measure), "progress": progress, "done": done}
            with apart(writes=True) as session:
                history.append(
                    "problem:1", "report", actor=f"person:{person}", at=at, payload=said, session=session
                )
        upgrade(revision="0009")
        before = _reports()
        assert before == [
            (1, "贴了一楼", False, 1, person),
            (2, "二楼也贴了", True, 2, person),
        ]
        downgrade(revision="0008")
        kept = _get("measures", measure, progress=sa.Text, done=sa.Boolean, reported_at=sa.BigInteger)
        assert kept == ("二楼也贴了", True, 2)
        upgrade(revision="0009")
        assert _reports() == before


def _put(where: str, **values: object) -> None:
    """One row, whatever it refers to."""
    types = {key: sa.Uuid if isinstance(value, UUID) else None for key, value in values.items()}
    columns = [sa.column(key, kind) for key, kind in types.items()]
    with db.engine.connect() as connection:
        _without_references(connection)
        connection.execute(sa.insert(sa.table(where, *columns)).values(**values))
        connection.commit()


def _get(name: str, key: UUID, **types: type[sa.types.TypeEngine[object]]) -> tuple[object, ...]:
    columns = [sa.column(each, kind) for each, kind in types.items()]
    found = sa.select(*columns).select_from(sa.table(name)).where(sa.column("id", sa.Uuid) == key)
    with db.engine.connect() as connection:
        return tuple(connection.execute(found).one())


def _reports() -> list[tuple[object, ...]]:
    types = {"n": sa.Integer, "text": sa.Text, "done": sa.Boolean, "at": sa.BigInteger, "by_id": sa.Uuid}
    columns = [sa.column(each, kind) for each, kind in types.items()]
    with db.engine.connect() as connection:
        rows = connection.execute(sa.select(*columns).select_from(sa.table("measure_reports")).order_by("n"))
        return [tuple(row) for row in rows]
