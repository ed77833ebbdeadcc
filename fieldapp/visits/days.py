"""Days on which one may go: working days by the county's calendar; rest days when somebody means them too (pure)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from fieldapp.deadlines.calendar import NO_OVERRIDES, Overrides, is_working_day
from fieldapp.errors import RuleBroken

LONGEST = 366


class GoingDay(NamedTuple):
    """A day with what the calendar says of it; estimated while the year's notice is not out."""

    day: date
    is_rest: bool
    estimated: bool


def days_of(first: date, last: date, overrides: Overrides = NO_OVERRIDES) -> list[GoingDay]:
    """Every day of a span, both ends included."""
    span = (first + timedelta(n) for n in range((last - first).days + 1))
    known = ((day, is_working_day(day, overrides)) for day in span)
    return [GoingDay(day, not work.is_working, work.estimated) for day, work in known]


def days_to_draw(
    first: date, last: date, rest_days: bool, overrides: Overrides = NO_OVERRIDES
) -> Sequence[GoingDay]:
    """The candidates of a draw."""
    if last < first:
        raise RuleBroken("不能早于最早的日子", "ends")
    if (last - first).days >= LONGEST:
        raise RuleBroken("从最早到最晚最多一年", "ends")
    found = [each for each in days_of(first, last, overrides) if rest_days or not each.is_rest]
    if not found:
        raise RuleBroken("这几天都是休息日。换日子，或者勾上这一项", "rest_days")
    return found
