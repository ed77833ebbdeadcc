"""What a unit reports of a measure is a row with who and when, which only grows; a measure has a person and a day.

Reports are taken from the history, which kept those that were written over; a measure's last report is derived again
on the way down.
"""

import json
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from fieldapp.heads import START, element, mac, sum_of

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEYS = {"measure_reports": (("id",), ("measure_id", "n"))}
MEASURES = sa.table(
    "measures",
    sa.column("id", sa.Uuid),
    sa.column("progress", sa.Text),
    sa.column("done", sa.Boolean),
    sa.column("reported_at", sa.BigInteger),
)
REPORTS = sa.table(
    "measure_reports",
    sa.column("id", sa.Uuid),
    sa.column("county_id", sa.Uuid),
    sa.column("measure_id", sa.Uuid),
    sa.column("n", sa.Integer),
    sa.column("text", sa.Text),
    sa.column("done", sa.Boolean),
    sa.column("at", sa.BigInteger),
    sa.column("by_id", sa.Uuid),
    sa.column("by_office", sa.Boolean),
)
HEADS = sa.table("heads", *(sa.column(name) for name in ("name", "seq", "hash", "mac")))


def upgrade() -> None:
    op.add_column("measures", sa.Column("responsible", sa.Text(), nullable=False, server_default=""))
    op.add_column("measures", sa.Column("planned_on", sa.Date(), nullable=True))
    _reports()
    _from_history()
    _heads()
    for column in ("progress", "done", "reported_at"):
        op.drop_column("measures", column)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, keys in KEYS.items():
        for statement in sqlite_statements(table, keys) if is_sqlite else postgresql_statements(table):
            op.execute(statement)


def _reports() -> None:
    op.create_table(
        "measure_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("measure_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_office", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_measure_reports_county_id")),
        sa.ForeignKeyConstraint(["measure_id"], ["measures.id"], name=op.f("fk_measure_reports_measure_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_measure_reports_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_reports")),
        sa.UniqueConstraint("measure_id", "n", name=op.f("uq_measure_reports_measure_id_n")),
    )


def _from_history() -> None:
    """A report's id is made of its entry's hash, so that going down and up again gives the same rows."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, county_id FROM measures"))
    known = {_uuid(measure): _uuid(county) for measure, county in rows}
    told: dict[UUID, int] = {}
    entries = connection.execute(
        sa.text(
            "SELECT at, action, entry, hash FROM history WHERE action IN ('report', 'enter_report') "
            "ORDER BY stream, seq"
        )
    )
    for at, action, text, digest in entries.all():
        entry = json.loads(text)
        said, who = entry["payload"], entry["actor"].partition("person:")[2]
        measure = UUID(said["measure"])
        if measure not in known:
            continue
        told[measure] = told.get(measure, 0) + 1
        row = {
            "id": UUID(digest[:32]),
            "county_id": known[measure],
            "measure_id": measure,
            "n": told[measure],
        }
        row |= {"text": said["progress"], "done": said["done"], "at": at}
        row |= {"by_id": UUID(who) if who else None, "by_office": action == "enter_report"}
        connection.execute(sa.insert(REPORTS).values(**row))


def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _heads() -> None:
    """Count what is there, by measure, and how many measures that is (fieldapp/heads.py, 0005)."""
    connection = op.get_bind()
    columns = sorted(column.name for column in REPORTS.columns)
    elements: dict[str, list[str]] = {}
    for row in connection.execute(sa.select(REPORTS)).mappings():
        name = f"measure_reports:{row['measure_id']}"
        elements.setdefault(name, []).append(element("measure_reports", columns, row))
    ends = {name: (len(hashes), sum_of(hashes)) for name, hashes in elements.items()}
    ends["all:measure_reports"] = (len(ends), START)
    rows = [
        {"name": name, "seq": seq, "hash": digest, "mac": mac(name, seq, digest)}
        for name, (seq, digest) in sorted(ends.items())
    ]
    connection.execute(sa.insert(HEADS), rows)


def _forget_heads() -> None:
    """Their trigger lets none go; it is lifted for these and laid again in the same words."""
    connection, ours = op.get_bind(), HEADS.c.name.like("%measure_reports%")
    if connection.dialect.name == "sqlite":
        find = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'heads_no_delete'"
        lift, lay = "DROP TRIGGER heads_no_delete", str(connection.scalar(sa.text(find)))
    else:
        lift, lay = (f"ALTER TABLE heads {verb} TRIGGER heads_no_delete" for verb in ("DISABLE", "ENABLE"))
    connection.exec_driver_sql(lift)
    connection.execute(sa.delete(HEADS).where(ours))
    connection.exec_driver_sql(lay)


def sqlite_statements(table: str, keys: tuple[tuple[str, ...], ...]) -> list[str]:
    """As 0004 has them: no change, and no row in the place of another, by a key or by its rowid."""
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
    op.add_column("measures", sa.Column("progress", sa.Text(), nullable=False, server_default=""))
    op.add_column("measures", sa.Column("done", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("measures", sa.Column("reported_at", sa.BigInteger(), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(REPORTS).order_by(REPORTS.c.measure_id, REPORTS.c.n)).all():
        values = {"progress": row.text, "done": row.done, "reported_at": row.at}
        connection.execute(sa.update(MEASURES).where(MEASURES.c.id == row.measure_id).values(**values))
    op.drop_table("measure_reports")
    _forget_heads()
    for column in ("responsible", "planned_on"):
        op.drop_column("measures", column)
