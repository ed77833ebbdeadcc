"""Rows that may be added and never changed, held by the database itself.

SQLite's INSERT OR REPLACE deletes without firing a delete trigger, so an insert over an existing key is ignored
by a trigger of its own; a history entry must besides follow the one before. PostgreSQL also guards TRUNCATE.
A superuser can switch triggers off: they stop accidents and this application, `fieldapp check` finds the rest.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEYS = {
    "history": ("stream", "seq"),
    "taps": ("id", "digest"),
    "plan_reads": ("id",),
    "scenario_versions": ("id",),
    "item_versions": ("id",),
    "audit": ("id",),
}
# REPLACE deletes the row behind any unique key, not only behind the primary one.
ALSO_UNIQUE = {"scenario_versions": (("scenario_id", "n"),), "item_versions": (("item_id", "n"),)}
GENESIS = "0" * 64


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table, keys in KEYS.items():
            for statement in sqlite_statements(table, keys):
                op.execute(statement)
    else:
        for statement in postgresql_statements():
            op.execute(statement)


def sqlite_statements(table: str, keys: tuple[str, ...]) -> list[str]:
    same = " OR ".join(
        "(" + " AND ".join(f"{key} = NEW.{key}" for key in unique) + ")"
        for unique in (keys, *ALSO_UNIQUE.get(table, ()))
    )
    statements = [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]
    if table == "history":
        statements.append(
            "CREATE TRIGGER history_no_replace BEFORE INSERT ON history "
            "WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM history WHERE stream = NEW.stream) "
            "OR NEW.prev_hash <> COALESCE((SELECT hash FROM history WHERE stream = NEW.stream "
            f"ORDER BY seq DESC LIMIT 1), '{GENESIS}') "
            "BEGIN SELECT RAISE(ABORT, 'history: broken link'); END"
        )
    else:
        statements.append(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN SELECT RAISE(IGNORE); END"
        )
    return statements


def postgresql_statements() -> list[str]:
    statements = [
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; "
        "END $$",
        "CREATE FUNCTION check_link() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "DECLARE head record; BEGIN "
        "SELECT seq, hash INTO head FROM history WHERE stream = NEW.stream ORDER BY seq DESC LIMIT 1; "
        "IF NEW.seq <> COALESCE(head.seq, 0) + 1 OR NEW.prev_hash <> COALESCE(head.hash, "
        f"'{GENESIS}') THEN RAISE EXCEPTION 'history: broken link' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER history_no_replace BEFORE INSERT ON history FOR EACH ROW EXECUTE FUNCTION check_link()",
    ]
    for table in KEYS:
        statements += [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()",
        ]
    return statements


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    verbs = ("update", "delete", "replace") if is_sqlite else ("update", "delete", "truncate")
    for table in KEYS:
        for verb in verbs:
            op.execute(f"DROP TRIGGER {table}_no_{verb}" + ("" if is_sqlite else f" ON {table}"))
    if not is_sqlite:
        op.execute("DROP TRIGGER history_no_replace ON history")
        op.execute("DROP FUNCTION check_link()")
        op.execute("DROP FUNCTION refuse_change()")
