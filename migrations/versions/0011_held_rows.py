"""Heads of rows that may change and decide who goes, who signs and who logs in as whom (fieldapp/heads.py, holds).

They are built from what is there: what was changed before this day is not seen.
"""

import sqlalchemy as sa
from alembic import op

from fieldapp.heads import START, element, mac

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_UUID, _TEXT, _DAY, _YES, _BIG = sa.Uuid(), sa.Text(), sa.Date(), sa.Boolean(), sa.BigInteger()
HELD = {
    "accounts": {
        "county_id": _UUID,
        "disabled": _YES,
        "id": _UUID,
        "password_hash": _TEXT,
        "person_id": _UUID,
    }
    | {"username": _TEXT},
    "people": {"county_id": _UUID, "id": _UUID, "name": _TEXT},
    "recusals": {"county_id": _UUID, "id": _UUID, "person_id": _UUID, "reason": _TEXT, "unit_id": _UUID},
    "role_grants": {
        "confirmed_at": _BIG,
        "confirmed_by": _UUID,
        "county_id": _UUID,
        "ends": _DAY,
        "id": _UUID,
    }
    | {"person_id": _UUID, "role": _TEXT, "starts": _DAY, "unit_id": _UUID},
    "rounds": {"county_id": _UUID, "ends": _DAY, "id": _UUID, "name": _TEXT, "starts": _DAY},
    "team_memberships": {"added_at": _BIG, "county_id": _UUID, "ends": _DAY, "id": _UUID, "leads": _YES}
    | {"person_id": _UUID, "starts": _DAY, "team_id": _UUID},
    "teams": {"county_id": _UUID, "id": _UUID, "name": _TEXT, "round_id": _UUID},
}
HEADS = sa.table("heads", *(sa.column(name) for name in ("name", "seq", "hash", "mac")))


def upgrade() -> None:
    ends: dict[str, tuple[int, str]] = {}
    for table, columns in HELD.items():
        found = _held(table, columns)
        ends |= {**found, f"all:{table}": (len(found), START)}
    rows = [
        {"name": name, "seq": seq, "hash": digest, "mac": mac(name, seq, digest)}
        for name, (seq, digest) in sorted(ends.items())
    ]
    op.get_bind().execute(sa.insert(HEADS), rows)


def _held(table: str, columns: dict[str, sa.types.TypeEngine]) -> dict[str, tuple[int, str]]:
    names = sorted(columns)
    typed = [sa.column(name, kind) for name, kind in {**columns, "version": sa.Integer()}.items()]
    rows = op.get_bind().execute(sa.select(*typed).select_from(sa.table(table))).mappings()
    return {f"{table}:{row['id']}": (row["version"], element(table, names, row)) for row in rows}


def downgrade() -> None:
    """Their trigger lets none go; it is lifted for these and laid again in the same words."""
    connection = op.get_bind()
    ours = sa.or_(*(HEADS.c.name.like(f"{name}:%") | (HEADS.c.name == f"all:{name}") for name in HELD))
    if connection.dialect.name == "sqlite":
        find = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'heads_no_delete'"
        lift, lay = "DROP TRIGGER heads_no_delete", str(connection.scalar(sa.text(find)))
    else:
        lift, lay = (f"ALTER TABLE heads {verb} TRIGGER heads_no_delete" for verb in ("DISABLE", "ENABLE"))
    connection.exec_driver_sql(lift)
    connection.execute(sa.delete(HEADS).where(ours))
    connection.exec_driver_sql(lay)
