"""When a service point is open: read from what people write ("9-17点"), kept as weekdays with spans of the clock.

Monday is 1, Sunday 7. Kept as JSON: [{"days": [1, 2, 3, 4, 5], "spans": [["9:00", "12:00"], ["14:00", "17:00"]]}].
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from fieldapp.errors import RuleBroken

Span = tuple[int, int]  # minutes of the day
Opening = list[dict[str, Any]]

WEEKDAYS = "一二三四五六日"
HOW_TO_WRITE = "看不懂“{}”，写成 周一到周五 9:00–12:00、14:00–17:00；周六 9:00–12:00 这样"
_TO = r"\s*(?:到|至|-)\s*"
_WEEK = r"(?:周|星期|礼拜)"
_MARK = r"(?P<{0}mark>上午|早上|中午|下午|晚上)?\s*"
_TIME = r"(?P<{0}hour>\d{{1,2}})(?:\s*[:点时](?:(?P<{0}minute>\d{{1,2}}|半)分?)?)?(?!\d)"
_TOKENS = re.compile(
    "|".join(
        (
            r"(?P<blank>[\s,;、。和及]+)",
            rf"(?P<run>{_WEEK}(?P<first>[一二三四五六日天]){_TO}{_WEEK}?(?P<last>[一二三四五六日天]))",
            rf"(?P<some>{_WEEK}[一二三四五六日天]+)",
            r"(?P<named>工作日|周末|双休日|每天|天天)",
            r"(?P<shut>休息|不上班|不开)",
            r"(?P<whole>24\s*小时|全天)",
            "(?P<span>"
            + _MARK.format("from_")
            + _TIME.format("from_")
            + _TO
            + _MARK.format("to_")
            + _TIME.format("to_")
            + ")",
        )
    )
)
_NAMED = {
    "工作日": (1, 2, 3, 4, 5),
    "周末": (6, 7),
    "双休日": (6, 7),
    "每天": tuple(range(1, 8)),
    "天天": tuple(range(1, 8)),
}


def read_opening(text: str) -> Opening:
    """The times that a text means; days that are not named are Monday to Friday. Raises RuleBroken on a doubt."""
    told: list[tuple[list[int], Span]] = []
    shut: list[int] = []
    days: list[int] = []
    is_used = True  # whether the days named last have had a time: then the next ones begin anew
    for found in _tokens(text):
        named = _days(found)
        if named:
            days, is_used = ([] if is_used else days) + named, False
        elif found["shut"]:
            if is_used:
                raise RuleBroken(f"“{found['shut']}”前面写上是星期几", "hours")
            shut, days, is_used = shut + days, [], True
        else:
            is_used = True
            told.append((days or list(_NAMED["每天" if found["whole"] else "工作日"]), _span(found)))
    if not is_used:
        raise RuleBroken(f"{_days_text(days)}没有写几点到几点", "hours")
    by_day = _without(told, shut)
    return _grouped({day: _in_order(day, spans) for day, spans in sorted(by_day.items())})


def _without(told: list[tuple[list[int], Span]], shut: list[int]) -> dict[int, list[Span]]:
    """The spans of each day. A day named as shut takes itself out of a run of days, wherever it stands."""
    by_day: dict[int, list[Span]] = {}
    for days, span in told:
        if set(days) <= set(shut):
            raise RuleBroken(f"{_days_text(days)}又写休息，又写了时间", "hours")
        for day in days:
            if day not in shut:
                by_day.setdefault(day, []).append(span)
    return by_day


def _tokens(text: str) -> Iterator[re.Match[str]]:
    plain = re.sub("[‐‑–—−~]+", "-", unicodedata.normalize("NFKC", text))
    place = 0
    while place < len(plain):
        found = _TOKENS.match(plain, place)
        if found is None:
            raise RuleBroken(HOW_TO_WRITE.format(plain[place : place + 12].strip()), "hours")
        place = found.end()
        if not found["blank"]:
            yield found


def _days(found: re.Match[str]) -> list[int]:
    if found["named"]:
        return list(_NAMED[found["named"]])
    if found["some"]:
        return [_weekday(each) for each in re.sub(_WEEK, "", found["some"])]
    if found["run"]:
        first, last = _weekday(found["first"]), _weekday(found["last"])
        if last <= first:
            raise RuleBroken(f"“{found['run']}”反了", "hours")
        return list(range(first, last + 1))
    return []


def _weekday(sign: str) -> int:
    return WEEKDAYS.index("日" if sign == "天" else sign) + 1


def _span(found: re.Match[str]) -> Span:
    if found["whole"]:
        return 0, 24 * 60
    starts = _minutes(found, "from_", found["from_mark"])
    ends = _minutes(found, "to_", found["to_mark"] or found["from_mark"])
    if not 0 <= starts < ends <= 24 * 60:
        raise RuleBroken(f"“{found['span'].strip()}”不对：结束要晚于开始，下午写 17:00 这样", "hours")
    return starts, ends


def _minutes(found: re.Match[str], end: str, mark: str | None) -> int:
    hour, minute = int(found[end + "hour"]), found[end + "minute"] or "0"
    if mark in ("下午", "晚上") and hour < 12:
        hour += 12
    minutes = 30 if minute == "半" else int(minute)
    return hour * 60 + minutes if minutes < 60 else -1


def _in_order(day: int, spans: list[Span]) -> tuple[Span, ...]:
    ordered = sorted(set(spans))
    for before, after in pairwise(ordered):
        if after[0] < before[1]:
            raise RuleBroken(f"{_days_text([day])}的时间重叠了", "hours")
    return tuple(ordered)


def _grouped(by_day: dict[int, tuple[Span, ...]]) -> Opening:
    groups: dict[tuple[Span, ...], list[int]] = {}
    for day, spans in by_day.items():
        groups.setdefault(spans, []).append(day)
    return [
        {"days": days, "spans": [[_clock(minute) for minute in span] for span in spans]}
        for spans, days in groups.items()
    ]


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def opening_text(opening: Opening) -> str:
    """周一到周五 9:00–12:00、14:00–17:00；周六 9:00–12:00"""
    return "；".join(
        f"{_days_text(group['days'])} {'、'.join('–'.join(span) for span in group['spans'])}"
        for group in opening
    )


def _days_text(days: Sequence[int]) -> str:
    ordered = sorted(set(days))
    if len(ordered) == 7:
        return "每天"
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"周{WEEKDAYS[ordered[0] - 1]}到周{WEEKDAYS[ordered[-1] - 1]}"
    return "、".join(f"周{WEEKDAYS[day - 1]}" for day in ordered)
