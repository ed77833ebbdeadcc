"""One cell of a checklist sheet to one value, or RuleBroken with the sentence for that cell.

Width is folded (NFKC) in numbers and dates only: a problem's text stays as it was fed back."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from fieldapp.deadlines.limits import Unit, parse_limit
from fieldapp.errors import RuleBroken
from fieldapp.problems.columns import SEVERITIES, WAYS
from fieldapp.problems.grid import Cell
from fieldapp.writing import cleaned, folded

NEUTRAL_NAME = "镇上办事"  # for phones; never made from the problem's text, which a bystander could read
_LONGEST_NUMBER = 60
_LONGEST_NAME = 12
_MOST_VISITS = 5
_SERIALS = (36526, 73050)  # Excel's count of days for 2000-01-01 to 2099-12-31
_SERIAL_ZERO = date(1899, 12, 30)


def shown(cell: Cell) -> str:
    """The cell as the sheet shows it, more or less."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and not (cell.hour or cell.minute):
        return cell.date().isoformat()
    return cleaned(str(cell)).replace("\r\n", "\n").replace("\r", "\n").strip()


def _folded(cell: Cell) -> str:
    return " ".join(folded(shown(cell)).split())


def _required(read: Callable[[Cell], str]) -> Callable[[Cell], str]:
    def reader(cell: Cell) -> str:
        if value := read(cell):
            return value
        raise RuleBroken("这一格没有填")

    return reader


def _number(cell: Cell) -> str:
    if isinstance(cell, date | time | timedelta | bool):
        raise RuleBroken("表格软件把编号改成了别的，把这一列设成文本，再填一次编号")
    number = _folded(cell)
    if len(number) > _LONGEST_NUMBER:
        raise RuleBroken(f"编号最长 {_LONGEST_NUMBER} 个字")
    return number


def _one_of(words: tuple[str, ...]) -> Callable[[Cell], str]:
    def reader(cell: Cell) -> str:
        word = "".join(shown(cell).split())
        if word in words:
            return word
        raise RuleBroken(f"只能填：{'、'.join(words)}")

    return reader


def read_limit(cell: Cell, bare_day: Unit | None = None) -> str:
    """A limit or a date; of a county that settled what 十天 means, that too."""
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, int | float) and not isinstance(cell, bool) and _SERIALS[0] <= cell <= _SERIALS[1]:
        cell = _SERIAL_ZERO + timedelta(days=int(cell))  # a date that lost its format
    text = _folded(cell)
    parse_limit(text, bare_day)
    return text


_NUMERAL = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_NO_RANGE = r"(?![\d一二三四五六七八九十])"  # 三、四季度 and 1.5 小时 count nothing
_LEADING = re.compile(rf"^\s*(?:[①-⑳]|[（(]{_NUMERAL}[)）]|{_NUMERAL}[.．、)）]{_NO_RANGE})\s*")
_MARKS: tuple[Callable[[int], str], ...] = (
    lambda n: chr(ord("①") + n - 1),
    lambda n: rf"[（(]{n}[)）]",
    lambda n: rf"(?<!\d){n}[.．、)）](?!\d)",
)


def _numbered(line: str) -> list[str]:
    """A line that counts its items (① ②, 1. 2.) cut where each next number stands; others stay whole."""
    for mark in _MARKS:
        if not re.match(rf"\s*{mark(1)}", line):
            continue
        cuts = [0]
        while len(cuts) < 20 and (found := re.compile(mark(len(cuts) + 1)).search(line, cuts[-1] + 1)):
            cuts.append(found.start())
        return [line[start:end] for start, end in zip(cuts, [*cuts[1:], None], strict=True)]
    return [line]


def _items(separators: str) -> Callable[[Cell], tuple[str, ...]]:
    def reader(cell: Cell) -> tuple[str, ...]:
        lines = re.split(separators, shown(cell))
        items = (_LEADING.sub("", item).strip() for line in lines for item in _numbered(line))
        return tuple(item for item in items if item)

    return reader


def _short_name(cell: Cell) -> str:
    name = shown(cell) or NEUTRAL_NAME
    if len(name) > _LONGEST_NAME:
        raise RuleBroken(f"最多 {_LONGEST_NAME} 个字")
    return name


def _times(cell: Cell) -> int:
    """要去几次: 2, 2.0, 2 次; empty is once."""
    text = _folded(cell).removesuffix("次").strip()
    if not text:
        return 1
    if text in map(str, range(1, _MOST_VISITS + 1)):
        return int(text)
    raise RuleBroken(f"写 1 到 {_MOST_VISITS} 的整数")


OPTIONAL: dict[str, Callable[[Cell], Any]] = {
    "short_name": _short_name,
    "criteria": _items(r"[\n；;]"),
    "visits_needed": _times,
    "department": shown,
    "person": shown,
    "measures": _items(r"\n"),
}
READERS: dict[str, Callable[[Cell], Any]] = {
    **OPTIONAL,
    "number": _required(_number),
    "text": _required(shown),
    "severity": _one_of(SEVERITIES),
    "verification": _one_of(WAYS),
}
