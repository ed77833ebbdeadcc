"""A visit's record as plain data, for whoever keeps or checks it outside: text, whole numbers, true and false. Pure.

Instants are ISO 8601 in UTC; durations are milliseconds."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fieldapp.clock import utc_text
from fieldapp.visits.briefing import items_of, problem_of
from fieldapp.visits.record import Given, Judgement, Photo, Record, Remark
from fieldapp.visits.stopwatch import Phase, StageTime

Plain = dict[str, Any]
Names = Mapping[UUID, str]


def plain_record(record: Record, content: Mapping[str, Any], names: Names) -> Plain:
    """All that the record says; people by id, with their names once."""
    items = {row["code"]: row["text"] for row in items_of(content)}
    measures = {row["id"]: row["text"] for row in content["measures"]}
    return {
        "people": {str(person): names.get(person, "") for person in record.participants},
        "did_the_business": str(record.doer) if record.doer else "",
        "stages": [_stage(each) for each in record.stages],
        "durations": [_phase(each) for each in record.phases],
        "stuck": [
            {"reason": each.reason, "text": each.text or "", "by": str(each.by), "at": utc_text(each.at)}
            for each in record.stuck
        ],
        "answers": [_judged(each, items.get(each.subject, each.subject)) for each in record.answers],
        "claims": [_judged(each, measures.get(each.subject, each.subject)) for each in record.claims],
        "conclusions": [_concluded(each, content) for each in record.conclusions],
        "suggestions": [_judged(each, "") for each in record.overall],
        "notes": [_remark(each) for each in record.notes],
        "interviews": [_remark(each) for each in record.interviews],
        "findings": [_remark(each) for each in record.findings],
        "photos": [_photo(each) for each in record.photos],
        "countersigns": [
            {"by": str(each.by), "at": utc_text(each.at), "agrees": each.agrees, "text": each.text or ""}
            for each in record.countersigns
            if each.valid
        ],
        "flags": [each.sentence for each in record.flags],
        "seal": record.seal,
    }


def _stage(each: StageTime) -> Plain:
    return {
        "code": each.code,
        "label": each.label,
        "at": utc_text(each.at),
        "by": str(each.moment.by),
        "clock": each.moment.source,
        "doubtful": each.doubtful,
    }


def _phase(each: Phase) -> Plain:
    return {"label": each.title, "from": each.start, "to": each.end, "ms": each.ms, "doubtful": each.doubtful}


def _judged(each: Judgement, text: str) -> Plain:
    return {"subject": each.subject, "text": text, "by": str(each.person), **_given(each.given)}


def _given(given: Given) -> Plain:
    return {
        "value": given.value,
        "said": given.said,
        "note": given.text or "",
        "at": utc_text(given.at),
        "photos": list(given.photos),
        "reason": given.reason or "",
    }


def _concluded(each: Judgement, content: Mapping[str, Any]) -> Plain:
    about = problem_of(content, each.subject) or {}
    criteria = list(about.get("criteria", ()))
    return {
        **_judged(each, str(about.get("text", ""))),
        "number": str(about.get("number", "")),
        "criteria": criteria,
        "unmet": list(each.given.unmet),
    }


def _remark(each: Remark) -> Plain:
    said: Plain = {
        key: value for key, value in sorted(each.payload.items()) if isinstance(value, str | int | bool)
    }
    answers = each.payload.get("answers")  # of an interview
    if isinstance(answers, Mapping):
        said["answers"] = {key: str(value) for key, value in sorted(answers.items())}
    return {"by": str(each.by), "at": utc_text(each.at), "tap": str(each.tap), **said}


def _photo(each: Photo) -> Plain:
    return {
        "tap": str(each.tap),
        "by": str(each.by),
        "at": utc_text(each.at),
        "slot": each.slot or "",
        "taken": each.taken or "",
        "name": each.name or "",
        "problem": each.problem or "",
        "sha256": each.file_sha256 or "",
    }


def conclusion_on(record: Record, problem_id: str) -> str:
    """What the record concludes of a problem; empty where nobody judged it, or where two still differ."""
    values = {each.value for each in record.conclusions if each.subject == problem_id}
    return values.pop() if len(values) == 1 else ""
