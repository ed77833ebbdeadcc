"""The chain: what was appended can be verified, and what was changed is found; the database itself refuses changes."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from fieldapp import history
from fieldapp.db import apart, db, table
from fieldapp.history import Broken, Entry
from tests import databases
from tests.conftest import Factory
from tests.tampering import APPEND_ONLY, behind_the_back, rows_of

ROWS = table(Entry)
STREAMS = ("problem:1", "visit:1")


@pytest.fixture
def chains(app: Flask) -> Flask:
    """Two streams of three entries."""
    with app.app_context(), apart(writes=True) as session:
        for stream in STREAMS:
            for n in range(3):
                history.append(stream, "note", actor="system", at=n, payload={"n": n}, session=session)
    return app


def broken(app: Flask) -> list[Broken]:
    with app.app_context(), apart() as session:
        return list(history.verify(session))


def entry(app: Flask, stream: str, seq: int) -> Any:
    with app.app_context(), apart() as session:
        return session.execute(sa.select(ROWS).where(ROWS.c.stream == stream, ROWS.c.seq == seq)).one()


def change(app: Flask, stream: str, seq: int, **values: Any) -> None:
    with behind_the_back(app, "history") as session:
        session.execute(sa.update(ROWS).where(ROWS.c.stream == stream, ROWS.c.seq == seq).values(**values))


def forged(row: Any, **fields: Any) -> dict[str, Any]:
    """The entry with other fields and a hash that fits them."""
    text = history.canonical({**json.loads(row.entry), **fields})
    return {"entry": text, "hash": hashlib.sha256(text.encode()).hexdigest()}


def test_every_entry_names_the_one_before_and_hashes_what_is_stored(chains: Flask) -> None:
    first, second = (entry(chains, "problem:1", n) for n in (1, 2))
    assert first.prev_hash == "0" * 64
    assert second.prev_hash == first.hash == hashlib.sha256(first.entry.encode()).hexdigest()
    assert json.loads(second.entry) == {
        "action": "note",
        "actor": "system",
        "at": "1970-01-01T00:00:00.001Z",
        "payload": {"n": 1},
        "prev_hash": first.hash,
        "seq": 2,
        "stream": "problem:1",
    }
    assert broken(chains) == []


def test_an_edited_entry_is_found(chains: Flask) -> None:
    text = entry(chains, "problem:1", 2).entry
    change(chains, "problem:1", 2, entry=text.replace('"n":1', '"n":7'))
    assert broken(chains) == [Broken("problem:1", 2, "内容和它的指纹对不上")]


def test_an_edited_entry_with_a_fitting_hash_is_found_at_the_next(chains: Flask) -> None:
    change(chains, "visit:1", 2, **forged(entry(chains, "visit:1", 2), payload={"n": 7}))
    assert broken(chains) == [Broken("visit:1", 3, "接不上前一条")]


@pytest.mark.parametrize("values", [{"action": "other"}, {"at": 99}], ids=["action", "at"])
def test_a_column_that_no_longer_says_what_the_entry_says_is_found(
    chains: Flask, values: dict[str, Any]
) -> None:
    change(chains, "problem:1", 3, **values)
    assert broken(chains) == [Broken("problem:1", 3, "旁边的栏目和这一条说的不一样")]


def test_a_removed_entry_is_found(chains: Flask) -> None:
    with behind_the_back(chains, "history") as session:
        session.execute(sa.delete(ROWS).where(ROWS.c.stream == "problem:1", ROWS.c.seq == 2))
    assert broken(chains) == [Broken("problem:1", 3, "第 2 条不见了")]


def fork(app: Flask, prev: str) -> dict[str, Any]:
    """A fourth entry that claims to follow another than the third."""
    row = dict(entry(app, "problem:1", 3)._mapping)
    return {**row, **forged(entry(app, "problem:1", 3), seq=4, prev_hash=prev), "seq": 4, "prev_hash": prev}


def test_a_fork_is_impossible_and_a_forged_link_is_found(chains: Flask) -> None:
    first = entry(chains, "problem:1", 1).hash
    with (
        chains.app_context(),
        apart(writes=True) as session,
        pytest.raises(sa.exc.IntegrityError, match="link"),
    ):
        session.execute(sa.insert(ROWS).values(fork(chains, first)))
    with (
        pytest.raises(sa.exc.IntegrityError, match=r"(?i)unique"),
        behind_the_back(chains, "history") as session,
    ):
        session.execute(sa.insert(ROWS).values(fork(chains, first)))
    with behind_the_back(chains, "history") as session:
        session.execute(sa.insert(ROWS).values(fork(chains, "f" * 64)))
    assert broken(chains) == [Broken("problem:1", 4, "接不上前一条")]


def test_each_broken_stream_is_named_once(chains: Flask) -> None:
    for stream in STREAMS:
        for seq in (1, 2):
            change(chains, stream, seq, entry="{}")
    assert [(each.stream, each.seq) for each in broken(chains)] == [(stream, 1) for stream in STREAMS]


def test_a_float_is_refused_before_it_is_hashed(app: Flask) -> None:
    with app.app_context(), apart(writes=True) as session, pytest.raises(TypeError, match="float"):
        history.append("x", "y", actor="system", at=0, payload={"deep": [{"n": 1.5}]}, session=session)


@pytest.fixture
def full(factory: Factory, full_template: str) -> Iterator[Flask]:
    with factory.afresh(full_template) as made:
        yield made


@pytest.mark.parametrize("name", APPEND_ONLY)
def test_the_database_refuses_to_change_and_to_delete(full: Flask, name: str) -> None:
    before = rows_of(full, name)
    assert before
    with full.app_context():
        column = sa.inspect(db.engine).get_columns(name)[-1]["name"]
    refused = [f"UPDATE {name} SET {column} = {column}", f"DELETE FROM {name}"]
    if databases.KIND == "postgres":
        refused.append(f"TRUNCATE {name} CASCADE")
    for statement in refused:
        with full.app_context(), apart(writes=True) as session:
            with pytest.raises(sa.exc.DBAPIError, match="append-only"):
                session.execute(sa.text(statement))
            session.rollback()
    assert rows_of(full, name) == before


@pytest.mark.skipif(databases.KIND == "postgres", reason="INSERT OR REPLACE is SQLite's")
@pytest.mark.parametrize("name", APPEND_ONLY)
def test_insert_or_replace_changes_nothing(full: Flask, name: str) -> None:
    """By a tool of one's own, without this application's pragmas; over each key that is unique."""
    before = rows_of(full, name)
    connection = sqlite3.connect(full.extensions["settings"].data / "fieldapp.sqlite", isolation_level=None)
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
    row = list(connection.execute(f"SELECT * FROM {name} LIMIT 1").fetchone())
    for kept in _unique_keys(connection, name):
        new = [
            old if column in kept or not isinstance(old, str) else old[:-1] + "!"
            for column, old in zip(columns, row, strict=True)
        ]
        marks = ",".join("?" * len(new))
        insert = f"INSERT OR REPLACE INTO {name} VALUES ({marks})"
        if name in COUNTED:  # who writes there looks whether a row was written
            assert connection.execute(insert, new).rowcount == 0
        else:
            with pytest.raises(sqlite3.IntegrityError, match=r"broken link|append-only"):
                connection.execute(insert, new)
        assert rows_of(full, name) == before, kept
    connection.close()


COUNTED = ("taps", "visit_attendance", "parked_decisions")
NEW_KEYS = {
    "history": {"stream": "visit:new", "seq": 1, "prev_hash": history.GENESIS},
    "taps": {"id": "0" * 32},
    "scenario_versions": {"id": "0" * 32, "n": 99},
    "item_versions": {"id": "0" * 32, "n": 99},
    "visit_attendance": {"n": 99},
    "parked_decisions": {"n": 99},
    "measure_reports": {"id": "0" * 32, "n": 99},
    "quarantined": {"tap": "0" * 32},
    "quarantine_decisions": {"n": 99},
    "heads": {"name": "visit:new"},
    "closure_requests": {"id": "0" * 32, "n": 99},
    "editions": {"id": "0" * 32, "n": 99},
    "facts": {"id": "0" * 32, "tap_id": "0" * 32},
    "closing_signatures": {"body": "new", "person_id": "0" * 32},
    "closing_visits": {"frozen_n": 99},
    "closing_objections": {"frozen_n": 99},
    "edition_photos": {"n": 99},
    "paper_confirmations": {"paper_id": "0" * 32},
    "closures": {"closing_id": "0" * 32},
    "edition_problems": {"problem_id": "0" * 32},
    "fact_replies": {"fact_id": "0" * 32},
    "fact_problems": {"fact_id": "0" * 32, "problem_id": "0" * 32},
    "phone_codes": {"id": "0" * 32, "code_hash": "1" * 64},
    "phones": {"id": "0" * 32, "code_id": "0" * 32},
    "phone_ends": {"phone_id": "0" * 32},
}


@pytest.mark.skipif(databases.KIND == "postgres", reason="rowids are SQLite's")
@pytest.mark.parametrize("name", APPEND_ONLY)
def test_no_row_takes_the_place_of_another_by_its_rowid(full: Flask, name: str) -> None:
    """A new row whose every key is free, put where another stands; or where it would stop all that come after."""
    before = rows_of(full, name)
    connection = sqlite3.connect(full.extensions["settings"].data / "fieldapp.sqlite", isolation_level=None)
    connection.row_factory = sqlite3.Row
    assert connection.execute("PRAGMA recursive_triggers").fetchone()[0] == 0
    row = dict(connection.execute(f"SELECT * FROM {name} ORDER BY rowid LIMIT 1").fetchone())
    new = {**row, **NEW_KEYS.get(name, {"id": "0" * 32})}
    insert = f"INSERT OR REPLACE INTO {name} (rowid, {', '.join(new)}) VALUES (?{', ?' * len(new)})"
    for place in (connection.execute(f"SELECT MIN(rowid) FROM {name}").fetchone()[0], -1, 0):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(insert, (place, *new.values()))
        assert rows_of(full, name) == before, place
    connection.execute(
        f"INSERT INTO {name} ({', '.join(new)}) VALUES (?{', ?' * (len(new) - 1)})", (*new.values(),)
    )
    assert len(rows_of(full, name)) == len(before) + 1  # it was a row that may be added
    connection.close()


def _unique_keys(connection: sqlite3.Connection, name: str) -> list[set[str]]:
    indexes = [row[1] for row in connection.execute(f"PRAGMA index_list({name})") if row[2]]
    return [{row[2] for row in connection.execute(f"PRAGMA index_info({each})")} for each in indexes]
