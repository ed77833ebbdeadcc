"""Limits: read from what people write, counted to a due day, said back. Overdue is derived, never stored."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal, NamedTuple

from fieldapp.deadlines.calendar import (
    NO_OVERRIDES,
    ONE_DAY,
    Count,
    Overrides,
    Reached,
    add_working_days,
    next_working_day,
    working_days_between,
)
from fieldapp.errors import RuleBroken
from fieldapp.writing import folded


class Unit(StrEnum):
    WORKDAY = "workday"
    DAY = "day"
    MONTH = "month"
    DATE = "date"


_WORDS = {Unit.WORKDAY: "个工作日", Unit.DAY: "个自然日", Unit.MONTH: "个月"}
_TEN_YEARS = {Unit.WORKDAY: 2500, Unit.DAY: 3650, Unit.MONTH: 120}
_EXAMPLES = "例如 1 个月、10 个工作日、15 个自然日，或者日期 2018-06-06"


@dataclass(frozen=True)
class Limit:
    """An amount of a unit, or a day named outright: then `on` holds it and the amount is 0."""

    amount: int
    unit: Unit
    on: date | None = None

    def __post_init__(self) -> None:
        if (self.on is None) == (self.unit is Unit.DATE):
            raise RuleBroken(f"期限要么是几天几个月，要么是一个日期，{_EXAMPLES}", field="limit")
        if self.unit is not Unit.DATE and self.amount < 1:
            raise RuleBroken(f"期限至少是 1，{_EXAMPLES}", field="limit")
        if self.amount > _TEN_YEARS.get(self.unit, 0):
            raise RuleBroken(f"期限超过十年了，看看是不是多写了数字，{_EXAMPLES}", field="limit")

    @classmethod
    def until(cls, day: date) -> "Limit":
        return cls(0, Unit.DATE, day)


@dataclass(frozen=True)
class CountingRule:
    """How this county counts; kept with each due day by its version."""

    first_day_counts: bool
    roll_forward: bool  # a last day that is a rest day moves to the next working day
    version: str
    bare_day: str = ""  # what 十天 means when nobody said which days: a Unit's value; "" asks back

    @property
    def means(self) -> Unit | None:
        """The unit of a 天 or 日 without more, if the county has settled it."""
        return Unit(self.bare_day) if self.bare_day else None


# 民法典 Art. 201 (the first day is not counted), 202 (same-numbered day), 203 (rest day moves on)
CIVIL_CODE = CountingRule(first_day_counts=False, roll_forward=True, version="民法典第201至203条")


class Due(NamedTuple):
    day: date
    estimated: bool
    rule_version: str


_COUNTED = re.compile(
    r"(?P<amount>[-−]?[0-9]{1,9}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
    r"(?:(?P<workday>个?工作日)|(?P<day>个?自然日)|(?P<bare>日|天)|(?P<month>个月))(?:以?内)?"
)
_DATED = re.compile(r"([0-9]{4})(?:([-./])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})[日号])")
_DATE_WITHOUT_YEAR = re.compile(r"[0-9]{1,2}(?:[-./][0-9]{1,2}|月[0-9]{1,2}[日号]?)")
_SPACES = re.compile(r"(?<![0-9])\s+|\s+(?![0-9])")  # those between two digits stay: "1 5 日" is not 15 日
_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}


def parse_limit(text: str, bare_day: Unit | None = None) -> Limit:
    """Read a limit as people and their spreadsheets write it; 日 and 天 without more are asked back, unless it is
    settled what they mean: guessed wrong, ten days are off by four."""
    written = _SPACES.sub("", " ".join(folded(text).split()))
    if counted := _COUNTED.fullmatch(written):
        amount = _number(counted["amount"])
        if counted["bare"] and bare_day is None and amount > 0:
            raise RuleBroken(_which_days(written, amount), field="limit")
        unit = bare_day or Unit.DAY if counted["bare"] else Unit(counted.lastgroup or "")
        return Limit(amount, unit)
    if dated := _DATED.fullmatch(written):
        year, month, day = (int(part) for part in dated.groups() if part and part not in "-./")
        return Limit.until(_real_day(year, month, day))
    raise RuleBroken(_how_to_write(written), field="limit")


def _number(written: str) -> int:
    """Ciphers, or Chinese numerals up to 九十九."""
    if "十" in written:
        tens, _, ones = written.partition("十")
        return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)
    return _DIGITS.get(written) or int(written.replace("−", "-"))


def _real_day(year: int, month: int, day: int) -> date:
    if not 2000 <= year <= 2099:
        raise RuleBroken(f"年份 {year} 不对，写 2000 到 2099 之间的年份", field="limit")
    try:
        return date(year, month, day)
    except ValueError:
        raise RuleBroken(f"没有 {year}年{month}月{day}日 这一天，看看月和日", field="limit") from None


def _which_days(written: str, amount: int) -> str:
    choices = "或者".join(f"“{amount} {_WORDS[unit]}”" for unit in (Unit.WORKDAY, Unit.DAY))
    return f"“{written[:20]}”没说是工作日还是自然日，写成{choices}"


def _how_to_write(written: str) -> str:
    if not written:
        return f"期限还没写，{_EXAMPLES}"
    if _DATE_WITHOUT_YEAR.fullmatch(written):
        return f"“{written}”看不出是哪一年，日期要带年份，例如 2018-06-06"
    return f"“{written[:20]}”算不出哪天到期，写清数量和单位，{_EXAMPLES}"


def due(limit: Limit, start: date, rule: CountingRule, overrides: Overrides = NO_OVERRIDES) -> Due:
    """The last day of a limit that starts on this day, which may well be a rest day.

    A day named outright is meant as named: it is neither counted nor moved."""
    if limit.on is not None:
        if limit.on < start:
            raise RuleBroken(f"期限 {_date_words(limit.on)} 早于起算的 {_date_words(start)}", field="limit")
        return Due(limit.on, False, rule.version)
    day, estimated = _last_day(limit, start, rule, overrides)
    if rule.roll_forward and limit.unit is not Unit.WORKDAY:
        day, estimated = next_working_day(day, overrides)
    return Due(day, estimated, rule.version)


def _last_day(limit: Limit, start: date, rule: CountingRule, overrides: Overrides) -> Reached:
    if limit.unit is Unit.MONTH:
        return Reached(_months_later(start, limit.amount, rule.first_day_counts), False)
    day_zero = start - ONE_DAY if rule.first_day_counts else start
    if limit.unit is Unit.WORKDAY:
        return add_working_days(day_zero, limit.amount, overrides)
    return Reached(day_zero + limit.amount * ONE_DAY, False)


def _months_later(start: date, months: int, first_day_counts: bool) -> date:
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    length = monthrange(year, month)[1]
    if start.day > length:  # no same-numbered day: the month's last one, whether or not the first day counts
        return date(year, month, length)
    return date(year, month, start.day) - ONE_DAY * first_day_counts


def wording(limit: Limit, this_year: int | None = None) -> str:
    """The limit with its unit; a date leaves out its year only for a reader known to be in it."""
    if limit.on is not None:
        return _date_words(limit.on, this_year)
    return f"{limit.amount} {_WORDS[limit.unit]}"


def _date_words(day: date, this_year: int | None = None) -> str:
    year = "" if day.year == this_year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


class Standing(NamedTuple):
    """Where a limit stands: `days` to go or late, in the unit asked for; 0 if only rest days lie between."""

    kind: Literal["ok", "soon", "overdue", "stopped"]
    days: int
    text: str
    is_late: bool
    estimated: bool


def standing(
    due_day: date,
    today: date,
    stopped_on: date | None = None,
    *,
    unit: Unit = Unit.WORKDAY,
    soon_within: int = 7,
    overrides: Overrides = NO_OVERRIDES,
) -> Standing:
    """As of today; the clock stands from stopped_on, the day the report came. Units but WORKDAY say 天."""
    end = min(today, stopped_on or today)
    is_late = end > due_day
    count = _distance(due_day, end, unit, overrides)
    years = _years(due_day, end) if is_late else ""
    amount = years or _amount_words(count.days, unit, abs((due_day - end).days))
    if end == stopped_on:
        text = f"已停止计时，超期 {amount}" if is_late else "已停止计时，没有超期"
        return Standing("stopped", count.days, text, is_late, count.estimated)
    if is_late:
        return Standing("overdue", count.days, f"超期 {amount}", is_late, count.estimated)
    text = "今天到期" if end == due_day else f"还有 {amount}"
    return Standing("soon" if count.days <= soon_within else "ok", count.days, text, is_late, count.estimated)


def _distance(a: date, b: date, unit: Unit, overrides: Overrides) -> Count:
    if unit is Unit.WORKDAY:
        return working_days_between(a, b, overrides)
    return Count(abs((a - b).days), False)


def _years(a: date, b: date) -> str:
    """Full years, when there are any: 2111 working days tell nobody how long that is."""
    years = b.year - a.year - ((b.month, b.day) < (a.month, a.day))
    return f"{years} 年" if years > 0 else ""


def _amount_words(days: int, unit: Unit, calendar_days: int) -> str:
    # 超期 0 个工作日 on the Saturday after would read as not late: then the calendar days are said
    return f"{days} 个工作日" if days and unit is Unit.WORKDAY else f"{calendar_days} 天"
