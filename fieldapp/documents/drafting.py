"""回访情况报告, drafted from checked visits: the sentences. What nobody recorded, it does not say. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fieldapp.documents import sheet
from fieldapp.visits.briefing import items_of
from fieldapp.visits.plain import conclusion_on
from fieldapp.visits.record import Judgement, Record

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
ANSWERS = {"yes": "是", "no": "否", "unseen": "没见到", "na": "不涉及"}
CLAIMS = {"seen": "见到", "not_seen": "没见到", "unsure": "说不准"}
Names = Mapping[UUID, str]


@dataclass(frozen=True)
class About:
    """The problem, as the report names it."""

    id: str
    number: str
    text: str
    severity: str
    unit: str
    found_by: str
    feedback_on: date | None
    due: date | None
    criteria: tuple[str, ...]
    asked_on: date | None = None  # when the unit asked to close
    letter: str = ""


@dataclass(frozen=True)
class Seen:
    """One visit: its record with what was frozen for it."""

    day: date
    team: str
    content: Mapping[str, Any]
    record: Record
    names: Names

    def conclusion(self, problem_id: str) -> str:
        return conclusion_on(self.record, problem_id) or "没有定"


@dataclass(frozen=True)
class Words:
    """How days, durations and limits are said: the house's way, which knows today."""

    day: Callable[[date], str]
    duration: Callable[[int | None], str]
    limit: Callable[[Any], str]


@dataclass(frozen=True)
class Draft:
    """The report in its parts; `against` has a row a criterion with a cell a visit."""

    background: tuple[str, ...]
    seen: tuple[tuple[str, ...], ...]
    against: tuple[tuple[str, tuple[str, ...]], ...]
    short: tuple[str, ...]
    advice: tuple[str, ...]


def draft(about: About, visits: Sequence[Seen], say: Words) -> Draft:
    """Visits in the order of their days."""
    return Draft(
        background=tuple(_background(about, say)),
        seen=tuple(tuple(_seen(each, say)) for each in visits),
        against=tuple((one, tuple(met(one, each, about.id) for each in visits)) for one in about.criteria),
        short=tuple(_short(visits)),
        advice=tuple(_advice(about, visits, say)),
    )


def _background(about: About, say: Words) -> Iterator[str]:
    told = f"{say.day(about.feedback_on)}，" if about.feedback_on else ""
    yield f"{told}{about.found_by}向{about.unit}反馈：{about.text}（{about.number}，{about.severity}）。"
    listed = "；".join(f"{CIRCLED[n % 10]}{each}" for n, each in enumerate(about.criteria))
    yield f"销号标准：{listed}。" + (f"整改期限到{say.day(about.due)}。" if about.due else "")
    if about.asked_on:
        letter = f"（{about.letter}）" if about.letter else ""
        yield f"{say.day(about.asked_on)}，{about.unit}报来销号申请{letter}。"


def _seen(seen: Seen, say: Words) -> Iterator[str]:
    record, content = seen.record, seen.content
    ways = "、".join(sheet.ways(record, content))
    yield (
        f"{say.day(seen.day)}，{seen.team} {len(record.participants)} 人到{content['point']}{content['counter']}，"
        f"事项是{content['scenario']['name']}" + (f"，方式是{ways}。" if ways else "。")
    )
    if record.phases:
        spent = "，".join(f"{each.title} {say.duration(each.ms)}" for each in record.phases)
        limits = f"窗口承诺 {say.limit(content['promised_limit'])}，法定 {say.limit(content['legal_limit'])}"
        yield f"{spent}（{limits}）。"
    yield from (f"没办成：{each.reason}{'，' + each.text if each.text else ''}。" for each in record.stuck)
    if listed := _listed(record.answers, _items(content), seen.names, ANSWERS):
        yield f"看到的情况：{listed}。"
    if listed := _listed(
        record.claims, {row["id"]: row["text"] for row in content["measures"]}, seen.names, CLAIMS
    ):
        yield f"对照单位报的措施：{listed}。"
    kept = [f"访谈 {len(record.interviews)} 份"] if record.interviews else []
    kept += [f"照片 {len(record.photos)} 张"] if record.photos else []
    if kept:
        yield f"另有{'、'.join(kept)}，原件另存。"


def _listed(
    rows: Sequence[Judgement], texts: Mapping[str, str], names: Names, words: Mapping[str, str]
) -> str:
    """Each subject with its word; with the names where people differ."""
    subjects = dict.fromkeys(each.subject for each in rows)
    return "；".join(
        f"{texts.get(each, each)}（{sheet.agreed(rows, each, names, words)}）" for each in subjects
    )


def _items(content: Mapping[str, Any]) -> dict[str, str]:
    return {row["code"]: row["text"] for row in items_of(content)}


def met(criterion: str, seen: Seen, problem_id: str) -> str:
    """What a visit says of one criterion: 部分整改 says it only once it named what was not met."""
    unmet = {
        one for each in seen.record.conclusions if each.subject == problem_id for one in each.given.unmet
    }
    conclusion = seen.conclusion(problem_id)
    if criterion in unmet:
        return "没做到"
    return "做到" if conclusion == "已整改" or (conclusion == "部分整改" and unmet) else conclusion


def _short(visits: Sequence[Seen]) -> Iterator[str]:
    for seen in visits:
        items = _items(seen.content)
        against = dict.fromkeys(each.subject for each in seen.record.answers if each.value == "no")
        yield from (f"没有做到：{items.get(code, code)}。" for code in against)
        yield from (f"新发现：{each.text}" for each in seen.record.findings)


def _advice(about: About, visits: Sequence[Seen], say: Words) -> Iterator[str]:
    for seen in visits:
        advised = "，".join(f"{word}（{n} 人）" for word, n in sheet.advised(seen.record))
        said = f"{say.day(seen.day)}回访的结论是“{seen.conclusion(about.id)}”"
        yield f"{said}，回访人建议：{advised}。" if advised else f"{said}。"
