"""Heads: the ends of what only grows, with an HMAC whose key lies outside the database (fieldapp/heads.py).

Those of what is there are built from it as it stands: what was changed before this day is not seen by them. A problem
or visit without a history gets a head at nought. Confirmed clerks and heads get an audit row that says that they
were so today; from now on a confirmation writes its own.
"""

import hashlib
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

from fieldapp import clock, ids
from fieldapp.heads import START, element, mac, sum_of

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEYS = {"heads": ("name",)}
STREAMS = ("problem", "visit", "county", "plan")
_UUID, _BIG, _TEXT, _JSON, _DAY = sa.Uuid(), sa.BigInteger(), sa.Text(), sa.JSON(), sa.Date()
# Table -> whose rows are counted together, what of a row is counted. Columns in the order of their names.
GROWN = {
    "taps": (("visit", "person"), {"row_hash": _TEXT}),
    "plan_reads": (
        ("person_id",),
        {"at": _BIG, "county_id": _UUID, "id": _UUID, "person_id": _UUID, "plan_id": _UUID},
    ),
    "audit": (
        ("person_id",),
        {"about": _TEXT, "at": _BIG, "county_id": _UUID, "event": _TEXT, "id": _UUID, "person_id": _UUID},
    ),
    "draws": ((), {"blob": sa.LargeBinary(), "id": _UUID, "key_id": _TEXT, "token": _TEXT}),
    "scenario_versions": (
        (),
        {"content": _JSON, "id": _UUID, "made_at": _BIG, "made_by": _UUID, "n": _BIG, "scenario_id": _UUID},
    ),
    "item_versions": (
        (),
        {"id": _UUID, "item_id": _UUID, "made_at": _BIG, "n": _BIG, "tags": _JSON, "text": _TEXT},
    ),
    "visit_attendance": (
        ("visit_id",),
        {"at": _BIG, "by_id": _UUID, "n": _BIG, "person_id": _UUID, "visit_id": _UUID, "went": sa.Boolean()},
    ),
    "parked_decisions": (
        ("visit",),
        {"at": _BIG, "by_id": _UUID, "county_id": _UUID, "n": _BIG, "outcome": _TEXT, "person_id": _UUID}
        | {"reason": _TEXT, "taps": _BIG, "visit": _UUID},
    ),
}
_HEADS = sa.table("heads", *(sa.column(name) for name in ("name", "seq", "hash", "mac")))


def upgrade() -> None:
    op.create_table(
        "heads",
        sa.Column("name", sa.String(length=90), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heads")),
    )
    bind = op.get_bind()
    _known_roles(bind)
    _build(bind)
    for statement in sqlite_statements() if bind.dialect.name == "sqlite" else postgresql_statements():
        op.execute(statement)


def _build(bind: sa.Connection) -> None:
    ends = {**_streams(bind), **_plans(bind)}
    for table in GROWN:
        ends |= _counted(bind, table)
    kinds = dict.fromkeys((*STREAMS, *GROWN), 0)
    for name in ends:
        kinds[name.split(":")[0]] = kinds.get(name.split(":")[0], 0) + 1
    ends |= {f"all:{kind}": (count, START) for kind, count in kinds.items()}
    rows = [
        {"name": name, "seq": seq, "hash": digest, "mac": mac(name, seq, digest)}
        for name, (seq, digest) in sorted(ends.items())
    ]
    bind.execute(sa.insert(_HEADS), rows)


def _streams(bind: sa.Connection) -> dict[str, tuple[int, str]]:
    ends = {}
    for kind, name in (("problem", "problems"), ("visit", "visits")):
        subjects = sa.select(sa.column("id", sa.Uuid)).select_from(sa.table(name))
        ends |= {f"{kind}:{each}": (0, START) for each in bind.scalars(subjects)}
    columns = [sa.column(name) for name in ("stream", "seq", "hash")]
    rows = sa.select(*columns).select_from(sa.table("history")).order_by(columns[0], columns[1])
    return ends | {stream: (seq, digest) for stream, seq, digest in bind.execute(rows)}


def _plans(bind: sa.Connection) -> dict[str, tuple[int, str]]:
    columns = [sa.column("id", sa.Uuid), sa.column("version"), sa.column("blob", sa.LargeBinary)]
    rows = bind.execute(sa.select(*columns).select_from(sa.table("plans")))
    return {f"plan:{plan}": (version, hashlib.sha256(blob).hexdigest()) for plan, version, blob in rows}


def _counted(bind: sa.Connection, name: str) -> dict[str, tuple[int, str]]:
    by, columns = GROWN[name]
    typed = [sa.column(column, kind) for column, kind in {**dict.fromkeys(by, _UUID), **columns}.items()]
    elements: dict[str, list[str]] = defaultdict(list)
    for row in bind.execute(sa.select(*typed).select_from(sa.table(name))).mappings():
        whose = ":".join(str(row[column] or "-") for column in by) or "all"
        elements[f"{name}:{whose}"].append(element(name, columns, row))
    return {end: (len(hashes), sum_of(hashes)) for end, hashes in elements.items()}


def _known_roles(bind: sa.Connection) -> None:
    columns = {
        "id": _UUID,
        "county_id": _UUID,
        "person_id": _UUID,
        "role": _TEXT,
        "starts": _DAY,
        "ends": _DAY,
    }
    typed = [sa.column(name, kind) for name, kind in {**columns, "confirmed_by": _UUID}.items()]
    grants = sa.select(*typed).select_from(sa.table("role_grants")).where(typed[-1].is_not(None))
    audit = sa.table("audit", *(sa.column(name, kind) for name, kind in GROWN["audit"][1].items()))
    known = set(bind.scalars(sa.select(audit.c.about).where(audit.c.event == "role_known")))
    for grant in bind.execute(grants):
        about = f"{grant.id} {grant.role} {grant.person_id} {grant.starts} {grant.ends}"
        if about not in known:
            row = {"id": ids.new_id(), "at": clock.now(), "event": "role_known", "about": about}
            who = {"county_id": grant.county_id, "person_id": grant.confirmed_by}
            bind.execute(sa.insert(audit).values(**row, **who))


def sqlite_statements() -> list[str]:
    refusal = "BEGIN SELECT RAISE(ABORT, 'heads is append-only: a head moves forward and stays'); END"
    moments = {
        "update": "BEFORE UPDATE ON heads WHEN NEW.name <> OLD.name OR NEW.seq <= OLD.seq",
        "delete": "BEFORE DELETE ON heads",
        "replace": "BEFORE INSERT ON heads WHEN EXISTS (SELECT 1 FROM heads WHERE name = NEW.name)",
        "rowid": "BEFORE INSERT ON heads WHEN EXISTS (SELECT 1 FROM heads WHERE rowid = NEW.rowid)",
        "low_rowid": "AFTER INSERT ON heads WHEN NEW.rowid < 1",
    }
    return [f"CREATE TRIGGER heads_no_{name} {moment} {refusal}" for name, moment in moments.items()]


def postgresql_statements() -> list[str]:
    """`refuse_change` stands since 0002."""
    return [
        "CREATE FUNCTION only_forward() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.name <> OLD.name OR NEW.seq <= OLD.seq THEN "
        "RAISE EXCEPTION 'heads is append-only: a head moves forward and stays' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER heads_no_update BEFORE UPDATE ON heads FOR EACH ROW EXECUTE FUNCTION only_forward()",
        "CREATE TRIGGER heads_no_delete BEFORE DELETE ON heads FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER heads_no_truncate BEFORE TRUNCATE ON heads EXECUTE FUNCTION refuse_change()",
    ]


def downgrade() -> None:
    op.drop_table("heads")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION only_forward()")
