"""SQLite: a row of a table that only grows cannot be replaced by naming its rowid, and who tries is told.

Without recursive_triggers, a setting of each connection, REPLACE deletes the row behind a rowid or a unique key and
fires no delete trigger. An insert over a key was ignored without a word; it fails now, but for taps: their door sends
the same one twice and counts what was written.
NEW.rowid is -1 before an insert that names none (sqlite.org/lang_createtrigger.html calls it undefined), so a row
that really stood at -1 would stop every insert: none may stand below 1. PostgreSQL has neither REPLACE nor rowids.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEYS = {
    "history": (),  # an entry over another breaks the link: 0002
    "taps": (),
    "plan_reads": (("id",),),
    "scenario_versions": (("id",), ("scenario_id", "n")),
    "item_versions": (("id",), ("item_id", "n")),
    "audit": (("id",),),
    "visit_attendance": (),  # as taps: of two words at once the second is told that it was not written
    "parked_decisions": (),
}
ROWIDS = {
    "no_rowid": "BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE rowid = NEW.rowid)",
    "no_low_rowid": "AFTER INSERT ON {table} WHEN NEW.rowid < 1",
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table, keys in KEYS.items():
        refusal = (
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: no row takes the place of another'); END"
        )
        for name, moment in ROWIDS.items():
            op.execute(f"CREATE TRIGGER {table}_{name} {moment.format(table=table)} {refusal}")
        if keys:
            op.execute(f"DROP TRIGGER {table}_no_replace")
            op.execute(f"CREATE TRIGGER {table}_no_replace {over(table, keys)} {refusal}")


def over(table: str, keys: tuple[tuple[str, ...], ...]) -> str:
    """When a row with one of these keys is there already."""
    same = " OR ".join("(" + " AND ".join(f"{column} = NEW.{column}" for column in key) + ")" for key in keys)
    return f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table, keys in KEYS.items():
        for name in ROWIDS:
            op.execute(f"DROP TRIGGER {table}_{name}")
        if keys:
            op.execute(f"DROP TRIGGER {table}_no_replace")
            op.execute(
                f"CREATE TRIGGER {table}_no_replace {over(table, keys)} BEGIN SELECT RAISE(IGNORE); END"
            )
