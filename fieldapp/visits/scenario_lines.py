"""A scenario's content as the editor's form shows it, and back. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from fieldapp.errors import RuleBroken
from fieldapp.visits import library
from fieldapp.visits.scenario_content import Content

STAGE_LENGTH = 6  # four stages stand side by side on a narrow phone
_PLAIN = ("sample", "name", "ask", "sim_depth", "how_far", "certainty", "source_note")
# content -> form; WTForms keeps the name `process` for itself
_LISTS = {"materials": "materials", "process": "steps", "complaints": "complaints"}
_LIMITS = ("legal", "promised")
_STAGE_WORDS = ("label", "discreet", "phase_label")


def typed_from(content: Content, n: int) -> dict[str, Any]:
    """What the form shows for version `n`."""
    plain = {name: content[name] for name in _PLAIN}
    lists = {field: "\n".join(content[name]) for name, field in _LISTS.items()}
    codes: dict[bool, list[str]] = {True: [], False: []}
    for item in content["items"]:
        codes[item["shown"]].append(item["code"])
    return {
        **plain,
        **lists,
        **_limits_typed(content),
        "roles": [role["code"] for role in content["roles"]],
        "stages": _stages_typed(content["stages"]),
        "items": codes[True],
        "more": codes[False],
        "based_on": n,
    }


def _limits_typed(content: Content) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for kind in _LIMITS:
        limit = content[f"{kind}_limit"] or {"amount": 0, "unit": ""}
        typed |= {f"{kind}_limit": limit["amount"] or None, f"{kind}_unit": limit["unit"]}
    return typed


def _stages_typed(stages: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every stage there is, numbered where this scenario has it; those first, in their order."""
    used = {stage["code"]: {**stage, "place": place} for place, stage in enumerate(stages, start=1)}
    unused = [library.stage(code) for code in library.labels("stages") if code not in used]
    return [*used.values(), *unused]


def content_of(typed: Mapping[str, Any], before: Content) -> dict[str, Any]:
    """The content that the form describes; items already there keep their order."""
    content = {name: typed[name] for name in ("sample", "sim_depth", "certainty")}
    content |= {name: (typed[name] or "").strip() for name in ("name", "ask", "how_far", "source_note")}
    content |= {name: lines(typed[field]) for name, field in _LISTS.items()}
    content |= {f"{kind}_limit": _limit(typed, kind) for kind in _LIMITS}
    content["roles"] = [{"code": code} for code in typed["roles"] or ()]
    content["stages"] = _stages(typed["stages"])
    content["items"] = _items(set(typed["items"] or ()), set(typed["more"] or ()), before)
    return content


def lines(text: str | None) -> list[str]:
    """One thing a line, without the empty ones."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _limit(typed: Mapping[str, Any], kind: str) -> dict[str, Any] | None:
    amount, unit = typed[f"{kind}_limit"], typed[f"{kind}_unit"]
    if not unit and amount is None:
        return None
    return {"amount": 0 if unit == "instant" else amount, "unit": unit}


def _stages(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    chosen = sorted((row for row in rows if row["place"]), key=lambda row: int(row["place"]))
    stages = [_stage(row) for row in chosen]
    if any(len(stage[name]) > STAGE_LENGTH for stage in stages for name in _STAGE_WORDS):
        raise RuleBroken(f"阶段的说法最多 {STAGE_LENGTH} 个字", "stages")
    return stages


def _stage(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"code": row["code"], **{name: (row[name] or "").strip() for name in _STAGE_WORDS}}


def _items(shown: set[str], more: set[str], before: Content) -> list[dict[str, Any]]:
    known = [item["code"] for item in before["items"]]
    order = {code: place for place, code in enumerate(known)}
    codes = sorted(shown | more, key=lambda code: (code not in shown, order.get(code, len(order)), code))
    return [{"code": code, "shown": code in shown} for code in codes]
