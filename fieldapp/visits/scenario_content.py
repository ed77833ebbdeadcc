"""Rules about the frozen content of a scenario version. Pure.

{sample, code, name, sim_depth: C|P|F, how_far, ask, legal_limit, promised_limit: {amount, unit} | null,
 certainty, source_note, materials: [text], process: [text], complaints: [text], roles: [{code, label}],
 stages: [{code, label, discreet, phase_label}], items: [{code, n, group, tags, text, shown}]}
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from fieldapp.errors import RuleBroken
from fieldapp.visits import library

SHOWN_AT_MOST = 8
ITEM_LENGTH = 18  # one line beside four answers on a narrow phone
NEVER_FALSE = "绝不编造情况"
_NAMES = ("无障碍", "办不成事", "不动产", "非物质")  # words that hold a negation and mean none
_NEGATIONS = "无不未没非勿"

Content = Mapping[str, Any]
Items = list[dict[str, Any]]


def chosen_items(content: Content, criterion_tags: Collection[str]) -> tuple[Items, Items]:
    """What a phone shows at first and what lies under 更多; those tied to the plan's criteria come first."""
    wanted = set(criterion_tags)
    tied = [item for item in content["items"] if wanted & set(item["tags"])]
    rest = [item for item in content["items"] if not wanted & set(item["tags"])]
    tied.sort(key=lambda item: not item["shown"])
    first = tied + [item for item in rest if item["shown"]]
    later = [item for item in rest if not item["shown"]]
    return first[:SHOWN_AT_MOST], first[SHOWN_AT_MOST:] + later


def limit_text(limit: Content | None) -> str:
    """A limit as people say it, always with its unit."""
    if limit is None:
        return "—"
    word = library.labels("limit_units")[limit["unit"]]
    return word if limit["unit"] == "instant" else f"{limit['amount']} {word}"


def check_item_text(text: str) -> None:
    """A statement whose 是 is good: short, and neither beginning with a negation nor holding two."""
    if not text.strip():
        raise RuleBroken("写一句看什么，例如“一次说清要带的材料”", "text")
    if len(text) > ITEM_LENGTH:
        raise RuleBroken(f"最多 {ITEM_LENGTH} 个字，手机上一行放得下", "text")
    if is_negative(text):
        raise RuleBroken("换个说法，让答“是”就是好：写做到了什么", "text")


def is_negative(text: str) -> bool:
    """Whether answering 否 to it would be a double negation."""
    for name in _NAMES:
        text = text.replace(name, "")
    return text[:1] in tuple(_NEGATIONS) or sum(text.count(word) for word in _NEGATIONS) > 1


def check_content(content: Content, known_items: Collection[str]) -> None:
    """Raise RuleBroken, naming the field, if this may not become a version."""
    _check_words(content)
    _check_limits(content)
    _check_roles(content)
    _check_stages(content)
    _check_items(content, known_items)


def _check_words(content: Content) -> None:
    for field, sentence in (("name", "写这件事的名称"), ("ask", "写到窗口要问的一句话")):
        if not _text(content, field):
            raise RuleBroken(sentence, field)
    if content.get("sim_depth") not in library.labels("depths"):
        raise RuleBroken("选一个能做到哪一步", "sim_depth")
    if content.get("certainty") not in library.labels("certainties"):
        raise RuleBroken("选一个时限有多大把握", "certainty")
    if NEVER_FALSE not in _text(content, "how_far"):
        raise RuleBroken(f"能做到哪一步，要写明“{NEVER_FALSE}”", "how_far")
    for field in ("materials", "process", "complaints"):
        if not _is_list_of_texts(content.get(field)):
            raise RuleBroken("一行写一样，空行去掉", field)


def _check_limits(content: Content) -> None:
    for field in ("legal_limit", "promised_limit"):
        if not _is_limit(content.get(field)):
            raise RuleBroken("时限写几个工作日或自然日，或者当场办；没有就留空", field)


def _is_limit(limit: Any) -> bool:
    if limit is None:
        return True
    if not isinstance(limit, Mapping) or set(limit) != {"amount", "unit"} or type(limit["amount"]) is not int:
        return False
    if limit["unit"] == "instant":
        return bool(limit["amount"] == 0)
    return limit["unit"] in library.labels("limit_units") and 1 <= limit["amount"] <= 3650


def _check_roles(content: Content) -> None:
    codes = _codes(content, "roles")
    if not codes or len(set(codes)) < len(codes) or not set(codes) <= set(library.labels("roles")):
        raise RuleBroken("至少选一种身份，每种一次", "roles")


def _check_stages(content: Content) -> None:
    codes = _codes(content, "stages")
    unknown = [str(code) for code in codes if code not in library.labels("stages")]
    if unknown:
        raise RuleBroken(f"没有“{unknown[0]}”这个阶段", "stages")
    if len(set(codes)) < len(codes):
        raise RuleBroken("同一个阶段只能放一次", "stages")
    if codes[:1] != ["arrive"] or codes[-1:] != ["leave"]:
        raise RuleBroken("头一个阶段是到达，最后一个是离开", "stages")
    too_far = set(codes) & set(library.words()["full_depth_stages"])
    if content["sim_depth"] != "F" and too_far:
        raise RuleBroken("不办到底的，不能有受理、办结、取件", "stages")
    for stage in content["stages"]:
        _check_stage_words(stage)


def _check_stage_words(stage: Content) -> None:
    if not _text(stage, "label") or not _text(stage, "discreet"):
        raise RuleBroken("每个阶段要有名称和备忘里的说法", "stages")
    official = [word for word in library.words()["official_words"] if word in stage["discreet"]]
    if official:
        raise RuleBroken(f"备忘里的说法别人会看到，不能有“{official[0]}”", "stages")
    if not isinstance(stage.get("phase_label"), str):
        raise RuleBroken("每个阶段之后的这段时间要有名称，最后一个留空", "stages")


def _check_items(content: Content, known: Collection[str]) -> None:
    codes = _codes(content, "items")
    unknown = [str(code) for code in codes if code not in known]
    if unknown:
        raise RuleBroken(f"没有“{unknown[0]}”这一条，或者已停用", "items")
    if len(set(codes)) < len(codes):
        raise RuleBroken("同一条只能放一次", "items")
    if sum(bool(item.get("shown")) for item in content["items"]) > SHOWN_AT_MOST:
        raise RuleBroken(f"先显示的最多 {SHOWN_AT_MOST} 条，其余放到更多", "items")


def _text(content: Content, field: str) -> str:
    value = content.get(field)
    return value.strip() if isinstance(value, str) else ""


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) and text.strip() for text in value)


def _codes(content: Content, field: str) -> Sequence[Any]:
    value = content.get(field)
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise RuleBroken("这一栏没读懂，打开再存一次", field)
    return [entry.get("code") for entry in value]
