"""From a unit's request to 销号: requests, closings, signatures, editions; a problem is closed exactly when a closure
stands behind it, on both databases and whatever the software thinks.

No problem could be closed or asked to be before this, so nothing has to be moved. On the way down a problem that is
closed or before the office becomes one that is worked on: its closing is lost with its tables.
"""

import sqlalchemy as sa
from alembic import op

from fieldapp.heads import START, mac

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "closure_requests": (("id",), ("problem_id", "n")),
    "editions": (("id",), ("unit_id", "n")),
    "edition_problems": (("edition_id", "problem_id"),),
    "edition_photos": (("edition_id", "n"),),
    "closing_visits": (("closing_id", "frozen_n", "visit_id"),),
    "verifications": (("id",),),
    "closing_signatures": (("closing_id", "frozen_n", "body"), ("closing_id", "frozen_n", "person_id")),
    "closing_objections": (("closing_id", "frozen_n"),),
    "paper_signatures": (("id",),),
    "paper_confirmations": (("paper_id",),),
    "closures": (("closing_id",),),
    "signers": (("id",),),
    "facts": (("id",), ("visit_id", "tap_id")),
    "fact_replies": (("fact_id",),),
    "fact_problems": (("fact_id",), ("problem_id",)),
}
HEADS = sa.table("heads", *(sa.column(name) for name in ("name", "seq", "hash", "mac")))
CHECKS = {
    "closed_by_a_closure": "(state = 'closed') = (closure_id IS NOT NULL)",
    "told_when_closed": "told_on IS NULL OR state = 'closed'",
    "requested_on_a_day": "state <> 'closure_requested' OR requested_on IS NOT NULL",
    "visits_needed": "visits_needed BETWEEN 1 AND 5",
}


def upgrade() -> None:
    _editions()
    _requests()
    _closings()
    _signatures()
    _facts()
    _problems()
    op.add_column("visits", sa.Column("reviewed_at", sa.BigInteger(), nullable=True))
    op.add_column("visits", sa.Column("missing", sa.Text(), nullable=False, server_default=""))
    rows = [
        {"name": f"all:{name}", "seq": 0, "hash": START, "mac": mac(f"all:{name}", 0, START)}
        for name in ("closing", *sorted(KEYS))
    ]
    op.get_bind().execute(sa.insert(HEADS), rows)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, keys in KEYS.items():
        for statement in sqlite_statements(table, keys) if is_sqlite else postgresql_statements(table):
            op.execute(statement)


def _editions() -> None:
    op.create_table(
        "editions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_editions_by_id")),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_editions_county_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_editions_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_editions")),
        sa.UniqueConstraint("unit_id", "n", name=op.f("uq_editions_unit_id_n")),
    )
    op.create_table(
        "edition_photos",
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_edition_photos_edition_id")),
        sa.PrimaryKeyConstraint("edition_id", "n", name=op.f("pk_edition_photos")),
    )


def _requests() -> None:
    op.create_table(
        "closure_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("page_sha256", sa.String(length=64), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_office", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_closure_requests_by_id")),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_closure_requests_county_id")),
        sa.ForeignKeyConstraint(["problem_id"], ["problems.id"], name=op.f("fk_closure_requests_problem_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure_requests")),
        sa.UniqueConstraint("problem_id", "n", name=op.f("uq_closure_requests_problem_id_n")),
    )
    op.create_table(
        "edition_problems",
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_edition_problems_edition_id")),
        sa.ForeignKeyConstraint(["problem_id"], ["problems.id"], name=op.f("fk_edition_problems_problem_id")),
        sa.PrimaryKeyConstraint("edition_id", "problem_id", name=op.f("pk_edition_problems")),
    )
    op.create_table(
        "signers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.String(length=20), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("instead_of", sa.Uuid(), nullable=True),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("starts <= ends", name=op.f("ck_signers_span")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_signers_by_id")),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_signers_county_id")),
        sa.ForeignKeyConstraint(["instead_of"], ["people.id"], name=op.f("fk_signers_instead_of")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_signers_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_signers_round_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_signers_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signers")),
    )


def _closings() -> None:
    op.create_table(
        "closings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("bodies", sa.JSON(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("frozen_n", sa.Integer(), nullable=False),
        sa.Column("frozen_at", sa.BigInteger(), nullable=True),
        sa.Column("still", sa.Text(), nullable=False),
        sa.Column("limit_text", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("edition_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('reviewing', 'returned') OR (fingerprint <> '' AND frozen_at IS NOT NULL)",
            name=op.f("ck_closings_signed_is_frozen"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('returned', 'reopened') OR (still <> '' AND limit_text <> '')",
            name=op.f("ck_closings_returned_says_what"),
        ),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_closings_county_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_closings_edition_id")),
        sa.ForeignKeyConstraint(["id"], ["closure_requests.id"], name=op.f("fk_closings_id")),
        sa.ForeignKeyConstraint(["problem_id"], ["problems.id"], name=op.f("fk_closings_problem_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_closings_team_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_closings_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closings")),
        sa.UniqueConstraint("id", "problem_id", name=op.f("uq_closings_id_problem_id")),
    )
    op.create_table(
        "verifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("fixed", sa.Boolean(), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("way IN ('papers', 'phone')", name=op.f("ck_verifications_way")),
        sa.CheckConstraint(
            "looked > 0 AND good >= 0 AND good <= looked", name=op.f("ck_verifications_counts")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_verifications_by_id")),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_verifications_county_id")),
        sa.ForeignKeyConstraint(["problem_id"], ["problems.id"], name=op.f("fk_verifications_problem_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["closure_requests.id"], name=op.f("fk_verifications_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
    )
    op.create_table(
        "closing_objections",
        sa.Column("closing_id", sa.Uuid(), nullable=False),
        sa.Column("frozen_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["closing_id"], ["closings.id"], name=op.f("fk_closing_objections_closing_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_closing_objections_person_id")),
        sa.PrimaryKeyConstraint("closing_id", "frozen_n", name=op.f("pk_closing_objections")),
    )
    op.create_table(
        "closing_visits",
        sa.Column("closing_id", sa.Uuid(), nullable=False),
        sa.Column("frozen_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["closing_id"], ["closings.id"], name=op.f("fk_closing_visits_closing_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_closing_visits_visit_id")),
        sa.PrimaryKeyConstraint("closing_id", "frozen_n", "visit_id", name=op.f("pk_closing_visits")),
    )


def _signatures() -> None:
    op.create_table(
        "paper_signatures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("closing_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("frozen_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("page_sha256", sa.String(length=64), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["closing_id"], ["closings.id"], name=op.f("fk_paper_signatures_closing_id")),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_paper_signatures_county_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["people.id"], name=op.f("fk_paper_signatures_entered_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_paper_signatures_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_signatures")),
    )
    op.create_table(
        "closing_signatures",
        sa.Column("closing_id", sa.Uuid(), nullable=False),
        sa.Column("frozen_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.String(length=20), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["closing_id", "problem_id"],
            ["closings.id", "closings.problem_id"],
            name=op.f("fk_closing_signatures_closing_id_problem_id"),
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["paper_signatures.id"], name=op.f("fk_closing_signatures_paper_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_closing_signatures_person_id")),
        sa.PrimaryKeyConstraint("closing_id", "frozen_n", "body", name=op.f("pk_closing_signatures")),
        sa.UniqueConstraint(
            "closing_id",
            "frozen_n",
            "body",
            "person_id",
            name=op.f("uq_closing_signatures_closing_id_frozen_n_body_person_id"),
        ),
        sa.UniqueConstraint(
            "closing_id",
            "frozen_n",
            "person_id",
            name=op.f("uq_closing_signatures_closing_id_frozen_n_person_id"),
        ),
    )
    op.create_table(
        "paper_confirmations",
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("by_id <> entered_by", name=op.f("ck_paper_confirmations_four_eyes")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_paper_confirmations_by_id")),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["people.id"], name=op.f("fk_paper_confirmations_entered_by")
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["paper_signatures.id"], name=op.f("fk_paper_confirmations_paper_id")
        ),
        sa.PrimaryKeyConstraint("paper_id", name=op.f("pk_paper_confirmations")),
    )
    op.create_table(
        "closures",
        sa.Column("closing_id", sa.Uuid(), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("frozen_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_body", sa.String(length=20), nullable=False),
        sa.Column("first_person", sa.Uuid(), nullable=False),
        sa.Column("second_body", sa.String(length=20), nullable=False),
        sa.Column("second_person", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("first_body <> second_body", name=op.f("ck_closures_two_bodies")),
        sa.CheckConstraint("first_person <> second_person", name=op.f("ck_closures_two_people")),
        sa.ForeignKeyConstraint(
            ["closing_id", "frozen_n", "first_body", "first_person"],
            [
                "closing_signatures.closing_id",
                "closing_signatures.frozen_n",
                "closing_signatures.body",
                "closing_signatures.person_id",
            ],
            name="first_signature",
        ),
        sa.ForeignKeyConstraint(
            ["closing_id", "frozen_n", "second_body", "second_person"],
            [
                "closing_signatures.closing_id",
                "closing_signatures.frozen_n",
                "closing_signatures.body",
                "closing_signatures.person_id",
            ],
            name="second_signature",
        ),
        sa.ForeignKeyConstraint(
            ["closing_id", "problem_id"], ["closings.id", "closings.problem_id"], name="closing"
        ),
        sa.ForeignKeyConstraint(["first_person"], ["people.id"], name=op.f("fk_closures_first_person")),
        sa.ForeignKeyConstraint(["problem_id"], ["problems.id"], name=op.f("fk_closures_problem_id")),
        sa.ForeignKeyConstraint(["second_person"], ["people.id"], name=op.f("fk_closures_second_person")),
        sa.PrimaryKeyConstraint("closing_id", name=op.f("pk_closures")),
        sa.UniqueConstraint("closing_id", "problem_id", name=op.f("uq_closures_closing_id_problem_id")),
    )


def _facts() -> None:
    op.create_table(
        "facts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("tap_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_facts_by_id")),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_facts_county_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_facts_unit_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_facts_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts")),
        sa.UniqueConstraint("visit_id", "tap_id", name=op.f("uq_facts_visit_id_tap_id")),
    )
    op.create_table(
        "fact_replies",
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("by_office", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("agrees OR text <> ''", name=op.f("ck_fact_replies_objection_says_why")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_fact_replies_by_id")),
        sa.ForeignKeyConstraint(["fact_id"], ["facts.id"], name=op.f("fk_fact_replies_fact_id")),
        sa.PrimaryKeyConstraint("fact_id", name=op.f("pk_fact_replies")),
    )
    op.create_table(
        "fact_problems",
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["fact_id"], ["fact_replies.fact_id"], name=op.f("fk_fact_problems_fact_id")),
        sa.ForeignKeyConstraint(["problem_id"], ["problems.id"], name=op.f("fk_fact_problems_problem_id")),
        sa.PrimaryKeyConstraint("fact_id", name=op.f("pk_fact_problems")),
        sa.UniqueConstraint("problem_id", name=op.f("uq_fact_problems_problem_id")),
    )


def _problems() -> None:
    op.add_column("problems", sa.Column("visits_needed", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("problems", sa.Column("requested_on", sa.Date(), nullable=True))
    op.add_column("problems", sa.Column("closure_id", sa.Uuid(), nullable=True))
    op.add_column("problems", sa.Column("told_on", sa.Date(), nullable=True))
    with op.batch_alter_table("problems") as batch:
        for name, check in CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_problems_{name}"), check)
        batch.create_foreign_key("closure", "closures", ["closure_id", "id"], ["closing_id", "problem_id"])


def sqlite_statements(table: str, keys: tuple[tuple[str, ...], ...]) -> list[str]:
    """As 0009 has them: no change, and no row in the place of another, by a key or by its rowid."""
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
    with op.batch_alter_table("visits") as batch:
        batch.drop_column("missing")
        batch.drop_column("reviewed_at")
    op.execute("UPDATE visits SET state = 'handed_in' WHERE state IN ('checked', 'sent_back', 'reviewed')")
    with op.batch_alter_table("problems") as batch:
        batch.drop_constraint("closure", type_="foreignkey")
        for name in CHECKS:
            batch.drop_constraint(op.f(f"ck_problems_{name}"), type_="check")
    op.execute(
        "UPDATE problems SET state = 'rectifying' WHERE state IN ('closure_requested', 'closed', 'reopened')"
    )
    with op.batch_alter_table("problems") as batch:
        for column in ("visits_needed", "requested_on", "closure_id", "told_on"):
            batch.drop_column(column)
    for table in (
        "fact_problems", "fact_replies", "facts", "closures", "paper_confirmations", "closing_signatures",
        "paper_signatures", "closing_visits", "closing_objections", "verifications", "closings", "signers",
        "edition_problems", "closure_requests", "edition_photos", "editions",
    ):  # fmt: skip
        op.drop_table(table)
    _forget_heads()


def _forget_heads() -> None:
    """Their trigger lets none go; it is lifted for these and laid again in the same words."""
    connection = op.get_bind()
    ours = sa.or_(
        *(HEADS.c.name.like(f"{name}:%") | (HEADS.c.name == f"all:{name}") for name in ("closing", *KEYS))
    )
    if connection.dialect.name == "sqlite":
        find = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'heads_no_delete'"
        lift, lay = "DROP TRIGGER heads_no_delete", str(connection.scalar(sa.text(find)))
    else:
        lift, lay = (f"ALTER TABLE heads {verb} TRIGGER heads_no_delete" for verb in ("DISABLE", "ENABLE"))
    connection.exec_driver_sql(lift)
    connection.execute(sa.delete(HEADS).where(ours))
    connection.exec_driver_sql(lay)
