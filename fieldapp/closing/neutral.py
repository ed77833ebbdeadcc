"""Whether a text for a unit keeps quiet about who went, when, and how it was looked at. Pure."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from unicodedata import normalize

from fieldapp.problems.models import WAYS

SHORTEST = 10
_RELATIVE = ("今天", "昨天", "前天", "上周", "上星期")
_MINUTES = re.compile(
    r"(?<!\d)\d{1,2}\s*[:：点时]\s*(?!00|30)[0-5]\d(?!\d)"
)  # 9:00 may be when a counter opens
_WAYS = (*WAYS.values(), "暗访")
_DIGITS = "零一二三四五六七八九"


def telltale(text: str, people: Iterable[str], team: str, day: date) -> str:
    """The sentence that says what must not be in it; empty when nothing is."""
    for what, found in _telling(normalize("NFKC", text), people, team, day):
        return f"{what}（“{found}”），单位不该知道"
    return ""


def _telling(text: str, people: Iterable[str], team: str, day: date) -> Iterator[tuple[str, str]]:
    yield from (("写了谁去的", name) for name in sorted(people) if len(name) > 1 and name in text)
    if team in text:
        yield "写了哪个组去的", team
    said = [*_days(day).findall(text), *(word for word in _RELATIVE if word in text)]
    yield from (("写了哪天去的", each) for each in said)
    yield from (("写了几点几分", each) for each in _MINUTES.findall(text))
    yield from (("写了怎么核的", word) for word in _WAYS if word in text)


def _days(day: date) -> re.Pattern[str]:
    month, number = f"0?{day.month}", f"0?{day.day}"
    ways = (
        rf"(?<!\d){month}\s*[月./-]\s*{number}(?!\d)\s*[日号]?",
        rf"(?<!\d)(?:{day.year})?{day:%m%d}(?!\d)",
        rf"(?<![\d月])\s*{number}\s*[日号](?!内)",
        rf"(?<![十]){_chinese(day.month)}月{_chinese(day.day)}[日号]",
    )
    return re.compile("|".join(ways))


def _chinese(n: int) -> str:
    """二十一 of 21; of one to 39."""
    tens, ones = divmod(n, 10)
    return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[ones] if ones else "")
