"""What was exported from a phone and waits for the office: records of a stopped account, refused or unreadable ones,
and the office's word on them."""

import sqlalchemy as sa
from alembic import op

from fieldapp.heads import START, mac

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "quarantined": (("tap", "sha256"),),
    "quarantine_decisions": (("visit", "person_id", "n"),),
}
REASONS = ("stopped", "unentitled", "failed", "refused", "unreadable")
HEADS = sa.table("heads", *(sa.column(name) for name in ("name", "seq", "hash", "mac")))


def upgrade() -> None:
    op.create_table(
        "quarantined",
        sa.Column("tap", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("visit", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("file_size", sa.BigInteger(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(f"reason IN {REASONS}", name=op.f("ck_quarantined_reason_is_known")),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_quarantined_county_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_quarantined_person_id")),
        sa.PrimaryKeyConstraint("tap", "sha256", name=op.f("pk_quarantined")),
    )
    op.create_index("ix_quarantined_visit_person", "quarantined", ["visit", "person_id"])
    decisions = "quarantine_decisions"
    op.create_table(
        decisions,
        sa.Column("visit", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("outcome IN ('taken', 'aside')", name=op.f(f"ck_{decisions}_outcome")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f(f"fk_{decisions}_by_id")),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f(f"fk_{decisions}_county_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f(f"fk_{decisions}_person_id")),
        sa.PrimaryKeyConstraint("visit", "person_id", "n", name=op.f(f"pk_{decisions}")),
    )
    names = [f"all:{table}" for table in KEYS]
    rows = [{"name": name, "seq": 0, "hash": START, "mac": mac(name, 0, START)} for name in names]
    op.get_bind().execute(sa.insert(HEADS), rows)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
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
    for table in reversed(KEYS):
        op.drop_table(table)
    _forget_heads()


def _forget_heads() -> None:
    """Their trigger lets none go; it is lifted for these and laid again in the same words."""
    connection = op.get_bind()
    ours = sa.or_(*(HEADS.c.name.like(f"{table}:%") | (HEADS.c.name == f"all:{table}") for table in KEYS))
    if connection.dialect.name == "sqlite":
        find = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'heads_no_delete'"
        lift, lay = "DROP TRIGGER heads_no_delete", str(connection.scalar(sa.text(find)))
    else:
        lift, lay = (f"ALTER TABLE heads {verb} TRIGGER heads_no_delete" for verb in ("DISABLE", "ENABLE"))
    connection.exec_driver_sql(lift)
    connection.execute(sa.delete(HEADS).where(ours))
    connection.exec_driver_sql(lay)
