"""Verified backups, and the order in which taps arrived.

`received_at` cannot say what a backup holds: a tap carried through an expired login keeps the instant at which it first
came, and a clock may be put back. `taps.arrival` is given in the transaction that stores the tap, after every one that
is committed. SQLite has one writer, so the next number is enough; PostgreSQL takes a sequence, and a backup waits for
those under way before it freezes its moment (fieldapp/office/snapshots.py). Taps from before have no number: every
later backup holds them.
"""

import sqlalchemy as sa
from alembic import op

from fieldapp.heads import START, mac

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEYS: dict[str, tuple[tuple[str, ...], ...]] = {"backups": (("id",),)}
HEADS = sa.table("heads", *(sa.column(name) for name in ("name", "seq", "hash", "mac")))


def upgrade() -> None:
    op.create_table(
        "backups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("verified_at", sa.BigInteger(), nullable=False),
        sa.Column("manifest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("upto >= 0", name=op.f("ck_backups_upto_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backups")),
    )
    op.add_column("taps", sa.Column("arrival", sa.BigInteger(), nullable=True))
    op.create_index("ix_taps_arrival", "taps", ["arrival"])
    row = {"name": "all:backups", "seq": 0, "hash": START, "mac": mac("all:backups", 0, START)}
    op.get_bind().execute(sa.insert(HEADS), [row])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute("CREATE SEQUENCE taps_arrival OWNED BY taps.arrival")
    for table, keys in KEYS.items():
        for statement in sqlite_statements(table, keys) if is_sqlite else postgresql_statements(table):
            op.execute(statement)


def sqlite_statements(table: str, keys: tuple[tuple[str, ...], ...]) -> list[str]:
    """As 0010 has them: no change, and no row in the place of another, by a key or by its rowid."""
    refusal = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: no row takes the place of another'); END"
    same = " OR ".join("(" + " AND ".join(f"{column} = NEW.{column}" for column in key) + ")" for key in keys)
    moments = {
        "no_replace": f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})",
        "no_rowid": f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE rowid = NEW.rowid)",
        "no_low_rowid": f"AFTER INSERT ON {table} WHEN NEW.rowid < 1",
    }
    return [
        *(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ),
        *(f"CREATE TRIGGER {table}_{name} {moment} {refusal}" for name, moment in moments.items()),
    ]


def postgresql_statements(table: str) -> list[str]:
    """`refuse_change` stands since 0002."""
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {each}EXECUTE FUNCTION refuse_change()"
        for verb, each in (("UPDATE", "FOR EACH ROW "), ("DELETE", "FOR EACH ROW "), ("TRUNCATE", ""))
    ]


def downgrade() -> None:
    op.drop_index("ix_taps_arrival", "taps")
    op.execute("ALTER TABLE taps DROP COLUMN arrival")  # in place: a table laid anew would lose its triggers
    op.drop_table("backups")
    _forget_heads()


def _forget_heads() -> None:
    """Their trigger lets none go; it is lifted for these and laid again in the same words."""
    connection = op.get_bind()
    ours = HEADS.c.name.like("backups:%") | (HEADS.c.name == "all:backups")
    if connection.dialect.name == "sqlite":
        find = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'heads_no_delete'"
        lift, lay = "DROP TRIGGER heads_no_delete", str(connection.scalar(sa.text(find)))
    else:
        lift, lay = (f"ALTER TABLE heads {verb} TRIGGER heads_no_delete" for verb in ("DISABLE", "ENABLE"))
    connection.exec_driver_sql(lift)
    connection.execute(sa.delete(HEADS).where(ours))
    connection.exec_driver_sql(lay)
