"""The library that every county starts from: 25 sample scenarios, their items, and the fixed words.

The words are choices a phone may hold for months: add, never rename. Treat what these functions return as
read-only; it is shared by the process.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
Entry = dict[str, Any]


@cache
def words() -> dict[str, Any]:
    """Every fixed list by its name; the entries have `code` and `label` and what else the list needs."""
    return _read("words")  # type: ignore[no-any-return]


@cache
def entries(name: str) -> dict[str, Entry]:
    """One fixed list by code, in the order in which it is shown."""
    return {entry["code"]: entry for entry in words()[name]}


def labels(name: str) -> dict[str, str]:
    """Code to label of one fixed list."""
    return {code: entry["label"] for code, entry in entries(name).items()}


@cache
def systems() -> dict[str, str]:
    """Which system's window handles a scenario: its code to the system's name, in the order of the list."""
    return {code: row["label"] for row in words()["scenario_systems"] for code in row["scenarios"]}


@cache
def items() -> dict[str, Entry]:
    """The library's items by code: group, tags, text, and the depths at which they can be seen."""
    return {item["code"]: item for item in _read("items")}


@cache
def scenarios() -> dict[str, Entry]:
    """The whole content of each sample scenario by its code, as a first version holds it."""
    source = _read("scenarios")
    return {raw["code"]: _content(raw, source) for raw in source["scenarios"]}


def stage(code: str, **changed: str) -> Entry:
    """A stage as a scenario holds it: the fixed wording, with what this scenario words otherwise."""
    return {**entries("stages")[code], **changed}


def roles(codes: list[str], depth: str) -> list[Entry]:
    """Who may take part; where one may only consult, 办事 is called 咨询."""
    known = entries("roles")
    return [{"code": code, "label": _role_label(known[code], depth)} for code in codes]


def _role_label(role: Entry, depth: str) -> str:
    return str(role["consulting" if depth == "C" else "label"])


def _read(name: str) -> Any:
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def _content(raw: Entry, source: Entry) -> Entry:
    depth = raw["sim_depth"]
    kept = {name: value for name, value in raw.items() if name not in ("shown", "stages")}
    return {
        "sample": True,
        **kept,
        "how_far": entries("depths")[depth]["how_far"],
        "roles": roles(source["roles"][depth], depth),
        "stages": [stage(**step) for step in raw.get("stages", source["stage_sets"][depth])],
        "items": _items(raw["shown"], depth),
    }


def _items(shown: list[str], depth: str) -> list[Entry]:
    """The shown ones, then whatever else can be seen at this depth."""
    more = [code for code, item in items().items() if depth in item["depths"] and code not in shown]
    return [_item(code, True) for code in shown] + [_item(code, False) for code in more]


def _item(code: str, shown: bool) -> Entry:
    item = items()[code]
    return {
        "code": code,
        "n": 1,
        "group": item["group"],
        "tags": item["tags"],
        "text": item["text"],
        "shown": shown,
    }
