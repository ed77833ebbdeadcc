"""Phones bound to a person: the code made at the office, the phone it bound, the end of that. No key lies here."""

import sqlalchemy as sa
from alembic import op

from fieldapp.heads import START, mac

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "phone_codes": (("id",), ("code_hash",)),
    "phones": (("id",), ("code_id",)),
    "phone_ends": (("phone_id",),),
}
HEADS = sa.table("heads", *(sa.column(name) for name in ("name", "seq", "hash", "mac")))


def upgrade() -> None:
    _tables()
    names = [f"all:{table}" for table in KEYS]
    rows = [{"name": name, "seq": 0, "hash": START, "mac": mac(name, 0, START)} for name in names]
    op.get_bind().execute(sa.insert(HEADS), rows)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, keys in KEYS.items():
        for statement in sqlite_statements(table, keys) if is_sqlite else postgresql_statements(table):
            op.execute(statement)


def _tables() -> None:
    op.create_table(
        "phone_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_phone_codes_county_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_phone_codes_made_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_phone_codes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_phone_codes_code_hash")),
    )
    op.create_table(
        "phones",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=20), nullable=False),
        sa.Column("bound_by", sa.Uuid(), nullable=False),
        sa.Column("bound_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["bound_by"], ["people.id"], name=op.f("fk_phones_bound_by")),
        sa.ForeignKeyConstraint(["code_id"], ["phone_codes.id"], name=op.f("fk_phones_code_id")),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_phones_county_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_phones_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phones")),
        sa.UniqueConstraint("code_id", name=op.f("uq_phones_code_id")),
    )
    op.create_table(
        "phone_ends",
        sa.Column("phone_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_phone_ends_by_id")),
        sa.ForeignKeyConstraint(["phone_id"], ["phones.id"], name=op.f("fk_phone_ends_phone_id")),
        sa.PrimaryKeyConstraint("phone_id", name=op.f("pk_phone_ends")),
    )


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
