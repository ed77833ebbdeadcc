"""What templates can call: words for times, durations and days; assets with their hash in the address."""

import hashlib
import os
import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, url_for
from markupsafe import Markup

from fieldapp import clock, ids
from fieldapp.web.forms import sentences

_DAYS = "一二三四五六日"
_END_OF_TIME = 253_370_736_000_000  # 9999: what a datetime can hold


def clock_text(ms: int | None) -> str:
    """9:17:10 in China."""
    if ms is None or not 0 <= ms < _END_OF_TIME:
        return "—"
    moment = datetime.fromtimestamp(ms / 1000, clock.CHINA)
    return f"{moment.hour}:{moment:%M:%S}"


def minute_text(ms: int | None) -> str:
    """9:17 in China, for the memo."""
    return clock_text(ms).rsplit(":", 1)[0] if ms is not None else "—"


def day_text(value: date | int | None) -> str:
    """6月20日; with the year when it is not this one."""
    if value is None:
        return "—"
    day = clock.day_of(value) if isinstance(value, int) else value
    year = "" if day.year == clock.today().year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


def weekday_text(day: date) -> str:
    """周三"""
    return "周" + _DAYS[day.weekday()]


def dated_text(day: date | None) -> str:
    """6月20日 周三"""
    return "—" if day is None else f"{day_text(day)} {weekday_text(day)}"


def moment_text(ms: int | None) -> str:
    """6月20日 9:17:10"""
    return "—" if ms is None else f"{day_text(ms)} {clock_text(ms)}"


def full_day_text(day: date | None) -> str:
    """2018年6月20日, whatever the year is: for what is read in another one too."""
    return f"{day.year}年{day.month}月{day.day}日" if day else "—"


def full_moment_text(ms: int) -> str:
    """2018年6月21日 9:17:10"""
    return f"{full_day_text(clock.day_of(ms))} {clock_text(ms)}"


def clock_on_text(ms: int | None, day: date) -> str:
    """9:17:10; what was not on that day says its own: 2018年6月22日 9:17:10"""
    return clock_text(ms) if ms is None or clock.day_of(ms) == day else full_moment_text(ms)


def duration_text(ms: int | None) -> str:
    """4分36秒; to the second, cut off and never rounded up."""
    if ms is None:
        return "—"
    seconds = max(0, ms) // 1000
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    head = f"{hours}小时" if hours else ""
    return f"{head}{minutes}分{seconds:02d}秒" if head or minutes else f"{seconds}秒"


def share_text(part: int, whole: int) -> str:
    """79.3%（291/367）; — when there is nothing to be a share of."""
    return f"{part / whole:.1%}（{part}/{whole}）" if whole else "—"


def fingerprint_text(digest: str) -> str:
    """The first twelve digits in three groups, as printed on paper."""
    return " ".join((digest[:4], digest[4:8], digest[8:12]))


_ROW_OR_CELL = re.compile(r"<t([rd])\b[^>]*>")
_LABEL = Markup('<span class="cell-label">{}</span> ')


def with_labels(rows: Markup, heads: Sequence[str]) -> Markup:
    """A table's rows with each column's name inside its cells: on a narrow screen a row is a card without a head, and
    there the name must be text, for a reader says no drawn one. Every `<td` in `rows` is our own templates'.
    An empty cell stays empty: a name alone reads as an answer."""
    parts, column, end = [], 0, 0
    for found in _ROW_OR_CELL.finditer(rows):
        parts.append(rows[end : found.end()])
        end = found.end()
        if found[1] == "r":
            column = 0
            continue
        if heads[column] and not rows.startswith("</td", end):
            parts.append(_LABEL.format(heads[column]))
        column += 1
    return Markup("").join([*parts, rows[end:]])


@lru_cache(maxsize=256)
def _hash(path: str, _stamp: int) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:10]


def asset(name: str) -> str:
    """The address of a static file with its hash, so that it can be cached for good."""
    file = f"{current_app.static_folder}/{name}"
    return url_for("static", filename=name, v=_hash(file, os.stat(file).st_mtime_ns))


def install(app: Flask) -> None:
    """Register filters and globals."""
    filters: dict[str, Any] = {
        "clock": clock_text,
        "clock_on": clock_on_text,
        "minute": minute_text,
        "day": day_text,
        "weekday": weekday_text,
        "dated": dated_text,
        "moment": moment_text,
        "duration": duration_text,
        "fingerprint": fingerprint_text,
        "sentences": sentences,
        "with_labels": with_labels,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals.update(
        asset=asset, new_id=ids.new_id, share=share_text, today=clock.today, now_ms=clock.now
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
