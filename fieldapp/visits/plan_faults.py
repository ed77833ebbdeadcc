"""What `fieldapp check` may say of plans and draws: by id, and nothing of their content."""

import hashlib
from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.heads import Head, is_genuine
from fieldapp.visits import plans
from fieldapp.visits.draws import DrawRow
from fieldapp.visits.draws import opened as opened_draw
from fieldapp.visits.models import Plan, PlanIndex, PlanRead


def sentences(session: Session) -> Iterator[str]:
    """Every plan must open, be the newest version that was saved, and stand in the index where it should."""
    heads = {
        row.name.split(":")[1]: row
        for row in session.scalars(sa.select(Head).where(Head.name.like("plan:%")))
    }
    index: dict[UUID, set[str]] = {}
    for row in session.scalars(sa.select(PlanIndex)):
        index.setdefault(row.plan_id, set()).add(row.token)
    here = list(session.scalars(sa.select(Plan.id).order_by(Plan.id)))
    for key in here:
        why = _fault(session.get_one(Plan, key), heads.get(str(key)), index.get(key, set()))
        if why:
            yield f"{key}：{why}"
    for missing in sorted(heads.keys() - {str(key) for key in here}):
        yield f"{missing}：不见了，存过 {heads[missing].seq} 版"
    yield from _named_only(session, {*here, *(UUID(key) for key in heads)})
    for draw in session.scalars(sa.select(DrawRow).order_by(DrawRow.id)):
        found = opened_draw(draw.blob)
        if found is None or found.id != str(draw.id):
            yield f"抽签 {draw.id}：打不开"


def _fault(row: Plan, head: Head | None, tokens: set[str]) -> str:
    plan = plans.opened(row)
    if plan is None:
        return "打不开"
    if head is None or not is_genuine(head):
        return "没有登记，或登记的签章不对"
    if (head.seq, head.hash) != (row.version, hashlib.sha256(row.blob).hexdigest()):
        return "不是最后存的那一版"
    return "" if tokens == plans.tokens_of(plan) else "索引对不上"


def _named_only(session: Session, known: set[UUID]) -> Iterator[str]:
    """Somebody looked at a plan that is neither there nor registered: it went before there were heads."""
    for key in sorted(set(session.scalars(sa.select(PlanRead.plan_id).distinct())) - known):
        yield f"{key}：有人看过，库里没有"
