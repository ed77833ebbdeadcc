"""What the fields of a tap can hold when a form has made it, and which numbers can be an instant. Pure."""

from collections.abc import Mapping
from typing import Any

LISTS = frozenset({"photos", "unmet"})
_DICTS = frozenset({"answers", "payload"})
_FIRST_MS, _LAST_MS = 946_684_800_000, 4_102_444_800_000  # 2000 to 2100


def plain(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a known kind that hold what a form can hold: a field that came twice says nothing."""
    return {name: value for name, value in payload.items() if _is_plain(name, value)}


def _is_plain(name: str, value: object) -> bool:
    if name in LISTS and isinstance(value, list):
        return all(isinstance(part, str) for part in value)
    if name in _DICTS and isinstance(value, dict):
        return all(_is_plain(key, part) for key, part in value.items())
    return value is None or isinstance(value, str | int)


def is_instant(value: object) -> bool:
    """Whether it can be the moment of a visit: epoch ms of this century. A clock elsewhere tells nothing."""
    return isinstance(value, int) and not isinstance(value, bool) and _FIRST_MS <= value < _LAST_MS
