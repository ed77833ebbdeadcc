"""What the office has on its desk when it makes an edition: the decisions that wait, the photos that could go, what
goes and what stays. Reads only."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldapp.closing.models import Closing
from fieldapp.closing.telling import TELLABLE, Pending, pending
from fieldapp.db import db, system_reads
from fieldapp.organisations.models import Unit
from fieldapp.problems.models import STATE_LABELS
from fieldapp.web.ui import clock_text, day_text

UNTOLD = (Closing.edition_id.is_(None), Closing.state.in_(TELLABLE))


@dataclass(frozen=True)
class Picture:
    """A photo of a frozen record; `name` is what the form calls it."""

    closing_id: UUID
    problem_id: UUID
    sha256: str
    slot: str

    @property
    def name(self) -> str:
        return f"photo_{self.sha256[:16]}"

    @property
    def caption_name(self) -> str:
        return f"caption_{self.sha256[:16]}"


@dataclass(frozen=True)
class Row:
    """One thing that the office has, and whether it goes."""

    what: str
    goes: bool = False
    how: str = "不发"


@dataclass(frozen=True)
class Desk:
    """All that can be told to a unit now."""

    unit: Unit
    waiting: list[Pending]
    closings: dict[UUID, Closing]
    pictures: list[Picture]

    def chosen(self, keys: Collection[str]) -> list[Pending]:
        return [each for each in self.waiting if str(each.closing_id) in keys]


def desk_of(unit: Unit) -> Desk:
    """The viewer has been shown to see the unit, and sees its closings."""
    rows = sa.select(Closing).where(Closing.unit_id == unit.id, *UNTOLD)
    closings = {row.id: row for row in db.session.scalars(rows)}
    with system_reads() as session:
        waiting = [each for each in pending(unit.id, session) if each.closing_id in closings]
    found: dict[str, Picture] = {}
    for each in waiting:
        for picture in _pictures(closings[each.closing_id]):
            found.setdefault(picture.sha256, picture)
    return Desk(unit, waiting, closings, list(found.values()))


def _pictures(closing: Closing) -> Iterator[Picture]:
    record = _record_of(closing)
    for visit in record.get("visits", ()):
        for photo in visit["photos"]:
            if photo["sha256"]:
                yield Picture(closing.id, closing.problem_id, photo["sha256"], photo["slot"])
    for row in record.get("verifications", ()):
        yield from (Picture(closing.id, closing.problem_id, sha256, "") for sha256 in row["photos"])


def _record_of(closing: Closing) -> dict[str, Any]:
    """The frozen record; empty where none was frozen."""
    return dict(json.loads(closing.record)) if closing.record else {}


def units_waiting() -> list[tuple[Unit, list[Pending]]]:
    """Units to which something can be told, by name, with what."""
    rows = sa.select(Unit).where(Unit.id.in_(sa.select(Closing.unit_id).where(*UNTOLD))).order_by(Unit.name)
    return [(unit, desk_of(unit).waiting) for unit in db.session.scalars(rows)]


def unit_to_tell(problem_id: UUID) -> UUID | None:
    """Whose problem it is, if a decision on it waits to be told."""
    return db.session.scalar(sa.select(Closing.unit_id).where(Closing.problem_id == problem_id, *UNTOLD))


def seen_now(desk: Desk, chosen: Sequence[Pending]) -> list[tuple[str, str]]:
    """What the unit reads today of the chosen ones: state, and numbers."""
    found: dict[str, list[str]] = {}
    for each in chosen:
        state = desk.closings[each.closing_id].problem.unit_state
        found.setdefault(STATE_LABELS[state], []).append(each.item.number)
    return [(state, "、".join(numbers)) for state, numbers in found.items()]


def rows(desk: Desk, chosen: Sequence[Pending]) -> list[Row]:
    """What is on the desk, one by one: it goes, or it stays."""
    items = [each.item for each in chosen]
    records = [_record_of(desk.closings[each.closing_id]) for each in chosen]
    visits = [visit for record in records for visit in record.get("visits", ())]
    made = [Row(f"结果：{'，'.join(f'{item.number} {item.label}' for item in items)}", True, "发")]
    days = sorted({item.checked_on for item in items if item.checked_on})
    made += [Row(f"核查的日子：{'、'.join(map(day_text, days))}", True, "发，只到日")] if days else []
    made += [Row("还要做什么、新期限", True, "发")] if any(item.still for item in items) else []
    made += [Row(f"各阶段时间 {_span(visits)}"), Row("叫号单号码")] if visits else []
    made += [Row("谁去的、哪个组"), Row("现场听到的话、看到的")] if visits else []
    if any(record.get("verifications") for record in records):
        made += [Row("谁核的、查了几份")]
    return [*made, Row("核实方式"), Row("谁签的")]


def _span(visits: Sequence[dict[str, Any]]) -> str:
    instants = sorted(stage["at"] for visit in visits for stage in visit["stages"])
    return f"{_clock(instants[0])}–{_clock(instants[-1])}" if instants else ""


def _clock(text: str) -> str:
    return clock_text(round(datetime.fromisoformat(text).timestamp() * 1000))
