"""Every tap against its own hashes; and what phones have not sent yet."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.heads import GROWN
from fieldapp.office.finding import UNREADABLE, Finding, Progress
from fieldapp.visits import kinds
from fieldapp.visits.models import Visit
from fieldapp.visits.taps import tap_of

KIND = "记录"


def findings(session: Session, progress: Progress) -> Iterator[Finding]:
    """One pass over the whole log."""
    table: Any = GROWN["taps"].table
    total = session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
    rows = session.execute(
        sa.select(table).order_by(table.c.visit, table.c.id).execution_options(yield_per=1000)
    )
    seqs: dict[tuple[UUID, UUID, str], set[int]] = defaultdict(set)
    for n, row in enumerate(rows):
        progress("核对记录", n, total)
        seqs[row.visit, row.person, row.device].add(row.seq)
        why = _fault(row)
        if why:
            yield Finding(KIND, f"{row.id}（回访 {row.visit}）：{why}")
    yield from _gaps(session, seqs)


def _fault(row: Any) -> str:
    try:
        return "" if kinds.is_genuine(tap_of(row)) else "内容和它的指纹对不上"
    except UNREADABLE:
        return "内容读不出来"


def _gaps(session: Session, seqs: dict[tuple[UUID, UUID, str], set[int]]) -> Iterator[Finding]:
    """Of visits not handed in: a phone may still send what lies between. After that the manifest speaks."""
    running = set(session.scalars(sa.select(Visit.id).where(Visit.state == "under_way")))
    lacking: dict[UUID, int] = defaultdict(int)
    for (visit, _person, _device), numbers in seqs.items():
        if visit in running:
            lacking[visit] += max(numbers) - min(numbers) + 1 - len(numbers)
    for visit, count in sorted(lacking.items()):
        if count:
            yield Finding(KIND, f"回访 {visit}：中间还差 {count} 条没传到，手机以后可能还会传", is_note=True)
