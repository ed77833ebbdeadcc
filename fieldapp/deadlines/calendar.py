"""Working days by the State Council's calendar; a year not yet published is estimated and says so."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import chinese_calendar

from fieldapp.errors import RuleBroken

# What the county knows better: local rest days, extra duty, notices newer than the library. True: a workday.
# In an unpublished year only days that stand here are no estimate, so a notice is entered for the whole year.
Overrides = Mapping[date, bool]
NO_OVERRIDES: Overrides = MappingProxyType({})

ONE_DAY = timedelta(days=1)

# Only these holidays have a fixed date. 春节, 端午 and 中秋 follow the moon, 清明 the sun, and which weekends
# are worked in exchange is decided each autumn: an estimate counts all of those like any other day.
_FIXED_REST_DAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


class WorkDay(NamedTuple):
    is_working: bool
    estimated: bool


class Reached(NamedTuple):
    """The day a count arrives at; estimated when any day that decided it was."""

    day: date
    estimated: bool


class Count(NamedTuple):
    days: int
    estimated: bool


def is_working_day(day: date, overrides: Overrides = NO_OVERRIDES) -> WorkDay:
    """Whether people work on this day; make-up Saturdays and Sundays are working days."""
    if day in overrides:
        return WorkDay(overrides[day], estimated=False)
    return _by_notice(day)


# The library searches its table for its first and last year at each call; a ledger asks thousands of times.
@lru_cache(maxsize=16_384)
def _by_notice(day: date) -> WorkDay:
    try:
        return WorkDay(bool(chinese_calendar.is_workday(day)), estimated=False)
    except NotImplementedError:  # its word for a year without data
        is_rest = day.weekday() >= 5 or (day.month, day.day) in _FIXED_REST_DAYS
        return WorkDay(not is_rest, estimated=True)


def next_working_day(day: date, overrides: Overrides = NO_OVERRIDES) -> Reached:
    """The day itself if people work on it, else the first one after it."""
    return add_working_days(day - ONE_DAY, 1, overrides)


def add_working_days(start: date, n: int, overrides: Overrides = NO_OVERRIDES) -> Reached:
    """The n-th working day after start. Start is not counted, and may be a rest day."""
    if n < 0:
        raise RuleBroken("工作日只能往后数，写 1 以上的整数")
    day, estimated = start, False
    while n:
        day += ONE_DAY
        work = is_working_day(day, overrides)
        n -= work.is_working
        estimated |= work.estimated
    return Reached(day, estimated)


def working_days_between(a: date, b: date, overrides: Overrides = NO_OVERRIDES) -> Count:
    """How many working days after the earlier day, up to and with the later; the order does not matter."""
    first, last = min(a, b), max(a, b)
    days = [is_working_day(first + i * ONE_DAY, overrides) for i in range(1, (last - first).days + 1)]
    return Count(sum(day.is_working for day in days), any(day.estimated for day in days))
