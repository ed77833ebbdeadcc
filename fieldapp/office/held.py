"""Rows that may change and decide who goes, who signs and who logs in: each says what this application wrote."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.db import Base
from fieldapp.heads import GONE, HELD, Head, held_element, is_genuine
from fieldapp.office.finding import Finding, guarded

KIND = "人和组"
TABLES = {
    "accounts": "账号",
    "people": "人员",
    "recusals": "回避",
    "role_grants": "角色",
    "rounds": "轮次",
    "team_memberships": "组里的人",
    "teams": "巡察组",
}


def findings(session: Session) -> Iterator[Finding]:
    """Table by table, row by row."""
    for name, word in TABLES.items():
        yield from guarded(KIND, word, "内容读不出来", _table, name, word, session)


def _table(name: str, word: str, session: Session) -> Iterator[Finding]:
    rows = session.scalars(sa.select(Head).where(Head.name.startswith(f"{name}:", autoescape=True)))
    heads = {head.name.removeprefix(f"{name}:"): head for head in rows}
    there = _rows(name, session)
    for key in sorted(heads.keys() | there.keys()):
        why = _fault(name, there.get(key), heads.get(key))
        if why:
            yield Finding(KIND, f"{word} {key}：{why}")


def _rows(name: str, session: Session) -> dict[str, Any]:
    table = Base.metadata.tables[name]
    rows = session.execute(sa.select(*(table.c[column] for column in HELD[name]))).mappings()
    return {str(row["id"]): row for row in rows}


def _fault(name: str, row: Any, head: Head | None) -> str:
    if head is None:
        return "不是本系统写进去的"
    if not is_genuine(head):
        return "被别的办法改过，后来又改，登记不再作数"
    if row is None:
        return "" if head.hash == GONE else "不见了"
    return "" if head.hash == held_element(name, row) else "不是本系统写下的样子"
