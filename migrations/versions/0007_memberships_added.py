"""When somebody was put into a team: who was put there while a visit runs does not join that visit by himself.

Memberships from before, and those laid by the system, have no such instant and count as always there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("team_memberships") as batch:
        batch.add_column(sa.Column("added_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("team_memberships") as batch:
        batch.drop_column("added_at")
