"""What happened to a problem, from its history, in the words of those who may see the problem."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from fieldapp import history
from fieldapp.db import db, system_reads
from fieldapp.deadlines.county_rules import BODIES
from fieldapp.organisations.models import Person
from fieldapp.problems.actions import LABELS, said
from fieldapp.problems.models import WAYS, Problem
from fieldapp.web.ui import dated_text

Payload = dict[str, Any]


@dataclass(frozen=True)
class Happening:
    """One entry: when, who, what, and what changed."""

    at: int
    who: str
    what: str
    details: tuple[str, ...]


WHAT = {
    "create": "建了草稿",
    "edit": "修改",
    "issue": "交办",
    "receive": "单位签收",
    "enter_receipt": "登记单位已签收",
    "start": "单位开始整改",
    "enter_start": "登记开始整改",
    "amend": "改标准或核实方式",
    "revise": "改期限或责任",
    "recount": "按正式放假表重算期限",
    "add_measure": "添一条措施",
    "word_measure": "改一条措施",
    "order_measures": "措施换了次序",
    "report": "单位报进展",
    "enter_report": "代单位登记进展",
    "request": "单位报请销号",
    "enter_request": "登记单位报请销号",
    "close": "签齐，销号",
    "return": "告诉单位继续整改",
    "reopen": "告诉单位重启整改",
    "tell": "告诉单位已销号",
}


def journal(problem: Problem) -> list[Happening]:
    """Newest first. The problem was read by the viewer; names are those that the viewer may know."""
    names = {f"person:{row.id}": row.name for row in db.session.scalars(sa.select(Person))}
    names["system"] = "系统"
    with system_reads() as session:
        entries = [(row.at, row.action, row.fields) for row in history.entries(problem.stream, session)]
    return [
        Happening(
            at,
            names.get(fields["actor"], "—"),
            WHAT.get(action, action),
            tuple(_details(action, fields["payload"])),
        )
        for at, action, fields in reversed(entries)
    ]


def _details(action: str, payload: Payload) -> Iterator[str]:
    yield from _DETAILS.get(action, _nothing)(payload)
    if payload.get("reason"):
        yield f"理由：{payload['reason']}"


def _nothing(_payload: Payload) -> Iterator[str]:
    yield from ()


def _changed(payload: Payload) -> Iterator[str]:
    for name, (before, after) in payload.get("changed", {}).items():
        if name in LABELS:  # the others are ids
            yield _from_to(LABELS[name], said(name, before), said(name, after))


def _from_to(label: str, before: str, after: str) -> str:
    return f"{label}：{before or '—'} → {after or '—'}"


def _issued(payload: Payload) -> Iterator[str]:
    if "due" in payload:
        yield f"从 {_day(payload['on'])} 起算，到 {_day(payload['due'])}"


def _amended(payload: Payload) -> Iterator[str]:
    pairs = {"criteria": "criteria_before", "way": "way_before"}
    for name, before in pairs.items():
        if payload[name] != payload[before]:
            label = "销号标准" if name == "criteria" else "核实方式"
            yield _from_to(label, _words(payload[before]), _words(payload[name]))
    before_times, times = payload.get("visits", (1, 1))
    if before_times != times:
        yield _from_to("要去几次", str(before_times), str(times))


def _words(value: Any) -> str:
    return "；".join(value) if isinstance(value, list) else WAYS.get(value, str(value))


def _moved(payload: Payload) -> Iterator[str]:
    yield from _changed(payload)
    if "due" in payload:
        before, after = payload["due"]
        yield _from_to("到期", _day(before), _day(after))


def _day(text: str) -> str:
    return dated_text(date.fromisoformat(text)) if text else ""


def _measure(payload: Payload) -> Iterator[str]:
    if "text" not in payload:
        yield f"{payload['before']} → {payload['after']}"
        return
    who, day = payload.get("responsible", ""), _day(payload.get("planned_on", ""))
    yield "，".join(filter(None, (payload["text"], who, day and f"打算 {day} 做完")))


def _reported(payload: Payload) -> Iterator[str]:
    yield payload["progress"] + ("（已做完）" if payload["done"] else "")


def _asked(payload: Payload) -> Iterator[str]:
    yield "，".join(
        filter(None, (f"第 {payload['n']} 次", f"收到 {_day(payload['day'])}", payload["letter"]))
    )


def _told(payload: Payload) -> Iterator[str]:
    if payload.get("still"):
        yield f"还要做：{payload['still']}"
        yield f"新期限 {_day(payload['due'])}"
    yield f"第 {payload['n']} 期反馈"


def _closed(payload: Payload) -> Iterator[str]:
    yield "、".join(BODIES[body] for body in payload["bodies"]) + "都签了"


_DETAILS: dict[str, Callable[[Payload], Iterator[str]]] = {
    "edit": _changed,
    "issue": _issued,
    "amend": _amended,
    "revise": _moved,
    "recount": _moved,
    "add_measure": _measure,
    "word_measure": _measure,
    "report": _reported,
    "enter_report": _reported,
    "request": _asked,
    "enter_request": _asked,
    "close": _closed,
    "return": _told,
    "reopen": _told,
    "tell": _told,
}
