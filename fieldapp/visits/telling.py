"""What each tap of a record says, in the words of the screen it was made on. Pure."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any
from uuid import UUID

from fieldapp.visits import library
from fieldapp.visits.briefing import items_of, stage_label
from fieldapp.visits.kinds import EDGES
from fieldapp.visits.record import Record
from fieldapp.visits.stopwatch import Moment

Payload = Mapping[str, Any]
_LONGEST_VALUE = 5
_PLAIN = {
    "undo": "撤销",
    "correct": "更正",
    "handin": "交记录",
    "countersign": "会签",
}


def sayings(record: Record, content: Payload) -> dict[UUID, str]:
    """Every tap that counts, by its id, with the value it has now."""
    return {tap: saying(kind, payload, content) for tap, kind, payload in _counting(record)}


def values(record: Record) -> dict[UUID, Payload]:
    """The same in the fields of a tap."""
    return {tap: payload for tap, _, payload in _counting(record)}


def first_sayings(record: Record, content: Payload) -> dict[UUID, str]:
    """What undone and corrected taps said at first; and of the tap that struck one, what it struck."""
    found: dict[UUID, str] = {}
    told = sayings(record, content)
    for row in record.struck:
        first = saying(row.kind, row.payload, content)
        if row.how == "corrected" and row.kind == "photo" and not row.payload.get("slot"):
            found[row.by_tap] = f"写明“{told.get(row.tap, first)}”"  # it had said nothing that was changed
            continue
        found[row.tap] = first
        found[row.by_tap] = f"{_PLAIN['undo' if row.how == 'undone' else 'correct']}“{first}”"
    return found


def brief(word: str, room: int = 14) -> str:
    """A saying for one line: cut before its value, so that 是 or 已整改 stays to be read; quotes within are single."""
    word = word.replace("“", "‘").replace("”", "’")
    _, colon, value = word.rpartition("：")
    tail = colon + value if colon and len(value) <= _LONGEST_VALUE else ""
    head = word[: len(word) - len(tail)]
    return word if len(word) <= room else f"{head[: room - len(tail) - 1]}…{tail}"


def saying(kind: str, payload: Payload, content: Payload) -> str:
    """One tap in words."""
    tell = _WORDS.get(kind)
    return tell(payload, content) if tell else _PLAIN.get(kind, kind)


def _stage(payload: Payload, content: Payload) -> str:
    label = stage_label(content, payload.get("stage"))
    ago = {row["seconds"]: row["label"] for row in library.words()["ago"]}.get(payload.get("ago_s"))
    notes = [text for text in (ago, payload.get("why")) if text]
    return f"{label}（{'，'.join(notes)}）" if notes else label


def _stuck(payload: Payload, _content: Payload) -> str:
    text = payload.get("text")
    return f"没办成：{payload.get('reason', '')}" + (f"，{text}" if text else "")


def _count(payload: Payload, _content: Payload) -> str:
    """`along`: a press on the way to the number that counts."""
    said = f"{payload.get('what', '')} {payload.get('n', '')}"
    return f"{said}，数着" if payload.get("along") is True else said


def _answer(payload: Payload, content: Payload) -> str:
    texts = {row["code"]: row["text"] for row in items_of(content)}
    return f"{texts.get(payload.get('item'), '一条')}：{_label('answers', payload.get('value'))}"


def _claim(payload: Payload, content: Payload) -> str:
    texts = {row["id"]: row["text"] for row in content["measures"]}
    return f"{texts.get(payload.get('measure'), '一条措施')}：{_label('claims', payload.get('value'))}"


def _conclude(payload: Payload, content: Payload) -> str:
    names = {row["id"]: row["text"] for row in content["problems"]}
    return f"{names.get(payload.get('problem'), '一个问题')}：{payload.get('conclusion', '')}"


def _interview(payload: Payload, _content: Payload) -> str:
    answers = payload.get("answers")
    given: Payload = answers if isinstance(answers, Mapping) else {}
    said = [str(given[row["code"]]) for row in library.words()["interview"] if given.get(row["code"])]
    return f"访谈：{'·'.join(said)}" if said else "访谈"


def _label(words: str, code: Any) -> str:
    return library.labels(words).get(code, str(code or ""))


_WORDS: dict[str, Any] = {
    "begin": lambda payload, _: f"开始：{payload.get('role', '')}",
    "stage": _stage,
    "skip": lambda payload, content: f"跳过：{stage_label(content, payload.get('stage'))}",
    "stuck": _stuck,
    "watch": lambda payload, _: f"{payload.get('what', '')} {EDGES.get(payload.get('edge', ''), '')}",
    "count": _count,
    "answer": _answer,
    "claim": _claim,
    "conclude": _conclude,
    "overall": lambda payload, _: f"总的建议：{payload.get('suggest', '')}",
    "interview": _interview,
    "note": lambda payload, _: f"写字：{payload.get('text', '')}",
    "finding": lambda payload, _: f"新发现：{payload.get('text', '')}",
    "photo": lambda payload, _: f"照片·{payload['slot']}" if payload.get("slot") else "照片",
}


def _counting(record: Record) -> Iterator[tuple[UUID, str, Payload]]:
    return chain(_stopwatch(record), _said(record))


def _stopwatch(record: Record) -> Iterator[tuple[UUID, str, Payload]]:
    for role in record.roles:
        yield role.tap, "begin", {"role": role.role}
    for stage in record.stages:
        for moment in (stage.moment, *stage.again, *(other.moment for other in stage.others)):
            yield moment.tap, "stage", _moment(stage.code, moment)
    for skip in record.skipped:
        yield skip.tap, "skip", {"stage": skip.code}
    for stuck in record.stuck:
        yield stuck.tap, "stuck", {"reason": stuck.reason, "text": stuck.text}
    for watch in record.watches:
        for span in watch.spans:
            yield span.start_tap, "watch", {"what": watch.what, "edge": "start"}
            if span.end_tap:
                yield span.end_tap, "watch", {"what": watch.what, "edge": "stop"}
    for count in record.counts:
        yield count.tap, "count", {"what": count.what, "n": count.n}
        for tap, n in count.along:
            yield tap, "count", {"what": count.what, "n": n, "along": True}


def _moment(code: str, moment: Moment) -> Payload:
    return {"stage": code, "ago_s": moment.ago_s, "why": moment.why}


def _said(record: Record) -> Iterator[tuple[UUID, str, Payload]]:
    judged = {
        "answer": (record.answers, "item", "value"),
        "claim": (record.claims, "measure", "value"),
        "conclude": (record.conclusions, "problem", "conclusion"),
        "overall": (record.overall, "", "suggest"),
    }
    for kind, (rows, subject, value) in judged.items():
        for row in rows:
            for given in (row.given, *row.history):
                yield given.tap, kind, {subject: row.subject, value: given.value}
    for remark in (*record.notes, *record.interviews, *record.findings):
        yield remark.tap, remark.kind, remark.payload
    for photo in record.photos:
        yield photo.tap, "photo", {"slot": photo.slot}
