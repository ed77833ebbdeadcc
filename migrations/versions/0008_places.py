"""Service points have an address and hours that can be counted with; points and counters a day on which they close.

Hours that can be read as times are; other words stay as they were written.
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PLAIN = re.compile(r"(\d{1,2})(?:[:点](\d{2})?)?-(\d{1,2})(?:[:点](\d{2})?)?")  # 9:00-17:00, 9-17点
POINTS = sa.table(
    "service_points",
    sa.column("id", sa.Uuid),
    sa.column("hours", sa.Text),
    sa.column("opening", sa.JSON),
)


def upgrade() -> None:
    for table in ("service_points", "counters"):
        op.add_column(table, sa.Column("closed_on", sa.Date(), nullable=True))
    op.add_column("service_points", sa.Column("address", sa.Text(), nullable=False, server_default=""))
    op.add_column("service_points", sa.Column("opening", sa.JSON(), nullable=False, server_default="[]"))
    _read_hours()


def _read_hours() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(POINTS.c.id, POINTS.c.hours).where(POINTS.c.hours != "")).all():
        plain = re.sub("[–—~]+", "-", unicodedata.normalize("NFKC", row.hours)).replace(" ", "")
        found = PLAIN.fullmatch(plain)
        if found is None:
            continue
        start, end = (
            int(hour) * 60 + int(minute or 0) for hour, minute in (found.group(1, 2), found.group(3, 4))
        )
        if not start < end <= 24 * 60:
            continue
        span = [f"{minutes // 60}:{minutes % 60:02d}" for minutes in (start, end)]
        opening = [{"days": [1, 2, 3, 4, 5], "spans": [span]}]
        connection.execute(sa.update(POINTS).where(POINTS.c.id == row.id).values(opening=opening, hours=""))


def downgrade() -> None:
    _say_hours()
    for column in ("address", "opening", "closed_on"):
        op.drop_column("service_points", column)
    op.drop_column("counters", "closed_on")


def _say_hours() -> None:
    """In words again; the plain ones such that they can be read as times another time."""
    connection = op.get_bind()
    for row in connection.execute(sa.select(POINTS)).all():
        if row.opening:
            words = "；".join(_words(group["days"], group["spans"]) for group in row.opening)
            connection.execute(sa.update(POINTS).where(POINTS.c.id == row.id).values(hours=words))


def _words(days: list[int], spans: list[list[str]]) -> str:
    named = "" if days == [1, 2, 3, 4, 5] else "周" + "".join("一二三四五六日"[day - 1] for day in days) + " "
    return named + "、".join("–".join(span) for span in spans)
