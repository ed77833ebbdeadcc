"""History streams: each chain, its head, and the thing it is of."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import history
from fieldapp.closing.models import Closing
from fieldapp.heads import Head, is_genuine
from fieldapp.office.finding import Finding
from fieldapp.organisations.models import County
from fieldapp.problems.models import Problem
from fieldapp.visits.models import Visit

KIND = "历史"
SUBJECTS: dict[str, tuple[Any, str]] = {
    "problem": (Problem, "问题"),
    "visit": (Visit, "回访"),
    "county": (County, "县"),
    "closing": (Closing, "销号"),
}
ALWAYS = ("problem", "visit")  # of which every one has a head
Ends = dict[str, tuple[int, str]]


def findings(session: Session) -> Iterator[Finding]:
    """Broken links first, then ends, then streams and things that miss each other."""
    for broken in history.verify(session):
        yield Finding(KIND, f"{broken.stream} 第 {broken.seq} 条：{broken.why}")
    ends = _ends(session)
    heads = {row.name: row for row in session.scalars(sa.select(Head)) if row.name.split(":")[0] in SUBJECTS}
    for stream in sorted(ends.keys() | heads.keys()):
        why = _fault(ends.get(stream, (0, history.GENESIS)), heads.get(stream))
        if why:
            yield Finding(KIND, f"{stream}：{why}")
    yield from _subjects(session, ends.keys() | heads.keys())


def _ends(session: Session) -> Ends:
    entry, other = history.Entry, sa.orm.aliased(history.Entry)
    last = sa.select(sa.func.max(other.seq)).where(other.stream == entry.stream).scalar_subquery()
    rows = session.execute(sa.select(entry.stream, entry.seq, entry.hash).where(entry.seq == last))
    return {row.stream: (row.seq, row.hash) for row in rows}


def _fault(end: tuple[int, str], head: Head | None) -> str:
    if head is None:
        return f"有 {end[0]} 条，登记却不见了"
    if not is_genuine(head):
        return "登记没有签章，或签章不对"
    if end[0] < head.seq:
        return f"登记过 {head.seq} 条，只剩到第 {end[0]} 条"
    if end[0] > head.seq:
        return f"登记过 {head.seq} 条，却有 {end[0]} 条"
    return "" if end[1] == head.hash else "最后一条不是登记的那条"


def _subjects(session: Session, streams: set[str]) -> Iterator[Finding]:
    for kind, (model, word) in SUBJECTS.items():
        here = {f"{kind}:{each}" for each in session.scalars(sa.select(model.id))}
        for stream in sorted(each for each in streams - here if each.startswith(f"{kind}:")):
            yield Finding(KIND, f"{stream}：历史在，{word}本身不见了")
        if kind in ALWAYS:
            for stream in sorted(here - streams):
                yield Finding(KIND, f"{stream}：{word}在，历史和登记都不见了")
