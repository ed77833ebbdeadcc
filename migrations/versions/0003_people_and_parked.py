"""The leader's word on who went, and the office's on parked taps: rows with who and when, which only grow.

`visit_people.confirmed` goes: nobody wrote it, and a planned visit's people need no word. On the way down it is derived
again; the words and decisions themselves are lost then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEYS = {"visit_attendance": ("visit_id", "person_id", "n"), "parked_decisions": ("visit", "person_id", "n")}


def upgrade() -> None:
    _attendance()
    _decisions()
    with op.batch_alter_table("visit_people") as batch:
        batch.drop_column("confirmed")
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, keys in KEYS.items():
        for statement in sqlite_statements(table, keys) if is_sqlite else postgresql_statements(table):
            op.execute(statement)


def _attendance() -> None:
    op.create_table(
        "visit_attendance",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("went", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_visit_attendance_visit_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_visit_attendance_person_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_visit_attendance_by_id")),
        sa.PrimaryKeyConstraint("visit_id", "person_id", "n", name=op.f("pk_visit_attendance")),
    )


def _decisions() -> None:
    op.create_table(
        "parked_decisions",
        sa.Column("visit", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("taps", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('joined', 'late', 'aside')", name=op.f("ck_parked_decisions_outcome")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_parked_decisions_person_id")),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_parked_decisions_county_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_parked_decisions_by_id")),
        sa.PrimaryKeyConstraint("visit", "person_id", "n", name=op.f("pk_parked_decisions")),
    )


def sqlite_statements(table: str, keys: tuple[str, ...]) -> list[str]:
    same = " AND ".join(f"{key} = NEW.{key}" for key in keys)
    return [
        *(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ),
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN SELECT RAISE(IGNORE); END",
    ]


def postgresql_statements(table: str) -> list[str]:
    """`refuse_change` stands since 0002."""
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {each}EXECUTE FUNCTION refuse_change()"
        for verb, each in (("UPDATE", "FOR EACH ROW "), ("DELETE", "FOR EACH ROW "), ("TRUNCATE", ""))
    ]


def downgrade() -> None:
    with op.batch_alter_table("visit_people") as batch:
        batch.add_column(sa.Column("confirmed", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.execute(
        "UPDATE visit_people SET confirmed = false WHERE visit_id IN (SELECT id FROM visits WHERE plan_id IS NULL) "
        "AND NOT EXISTS (SELECT 1 FROM visit_attendance said WHERE said.went AND said.visit_id = visit_people.visit_id "
        "AND said.person_id = visit_people.person_id)"
    )
    with op.batch_alter_table("visit_people") as batch:
        batch.alter_column("confirmed", server_default=None)
    op.drop_table("parked_decisions")
    op.drop_table("visit_attendance")
