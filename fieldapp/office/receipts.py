"""Receipts that a phone has exported, against the records: one that is ours and has no record proves a loss."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.errors import RuleBroken
from fieldapp.office.finding import UNREADABLE
from fieldapp.outbox.receipts import is_ours
from fieldapp.visits.models import TapRow

FORMAT = "fieldapp-receipts"


class Verdict(Enum):
    """What a receipt shows."""

    HELD = "在"
    LOST = "丢了"  # we signed that we had it
    FORGED = "不是这台服务器签的"


@dataclass(frozen=True)
class Judged:
    id: str
    received_at: int
    verdict: Verdict


def read(path: Path) -> list[dict[str, Any]]:
    """The receipts of a file; raises RuleBroken when it is none."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["format"] == FORMAT and all(isinstance(each, dict) for each in told["receipts"]):
            return list(told["receipts"])
    except UNREADABLE:
        pass
    raise RuleBroken(f"{path.name} 不是手机导出的收据")


def judged(receipts: list[dict[str, Any]], session: Session) -> Iterator[Judged]:
    """Each receipt in the order of the file. The session is the system's."""
    for each in receipts:
        yield Judged(_name(each.get("id")), _number(each.get("received_at")), _verdict(each, session))


def _name(told: object) -> str:
    """For a terminal, which would obey what is not to be printed."""
    return told[:36] if isinstance(told, str) and told.isprintable() else "编号读不出来的"


def _verdict(told: dict[str, Any], session: Session) -> Verdict:
    try:
        tap_id, digest, signature = UUID(told["id"]), str(told["digest"]), str(told["signature"])
    except UNREADABLE:
        return Verdict.FORGED
    at = _number(told.get("received_at"))
    if not is_ours(tap_id, digest, at, signature):
        return Verdict.FORGED
    one = sa.select(TapRow.id).where(TapRow.id == tap_id, TapRow.digest == digest, TapRow.received_at == at)
    return Verdict.HELD if session.scalar(one) else Verdict.LOST


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
