"""Fixtures from the notices of 2018, 2025 and 2026, and the laws that counting must obey in any year."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.deadlines.calendar import (
    Overrides,
    Reached,
    WorkDay,
    add_working_days,
    is_working_day,
    next_working_day,
    working_days_between,
)
from fieldapp.errors import RuleBroken

MAKE_UP_DAYS = {
    2018: ["02-11", "02-24", "04-08", "04-28", "09-29", "09-30", "12-29"],
    2025: ["01-26", "02-08", "04-27", "09-28", "10-11"],
    2026: ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
}

# On both sides of the published table, so that the laws hold across its edges.
days = st.dates(date(2002, 1, 1), date(2032, 12, 31))
amounts = st.integers(0, 120)
overrides = st.dictionaries(st.dates(date(2026, 9, 1), date(2027, 4, 1)), st.booleans(), max_size=40)
near_override = st.dates(date(2026, 8, 1), date(2027, 4, 1))


def _days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(i) for i in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", MAKE_UP_DAYS)
def test_make_up_days_are_the_only_weekend_days_worked(year: int) -> None:
    worked = [day for day in _days_of(year) if day.weekday() >= 5 and is_working_day(day).is_working]
    assert [f"{day:%m-%d}" for day in worked] == MAKE_UP_DAYS[year]


def test_the_feedback_of_6_may_2018_fell_on_a_rest_day() -> None:
    assert date(2018, 5, 6).weekday() == 6
    assert is_working_day(date(2018, 5, 6)) == WorkDay(is_working=False, estimated=False)


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        (date(2018, 8, 13), 10, date(2018, 8, 27)),
        (date(2018, 9, 20), 10, date(2018, 10, 10)),
        (date(2018, 9, 20), 15, date(2018, 10, 17)),
        (date(2026, 11, 24), 15, date(2026, 12, 15)),
        (date(2018, 5, 6), 1, date(2018, 5, 7)),  # a rest day is a legal start
        (date(2018, 12, 28), 1, date(2018, 12, 29)),  # a Saturday that is worked
        (date(2018, 12, 28), 2, date(2019, 1, 2)),  # across the year
    ],
)
def test_working_days_after_a_start_that_is_not_counted(start: date, n: int, expected: date) -> None:
    assert add_working_days(start, n) == Reached(expected, estimated=False)


def test_thirty_working_days_into_an_unpublished_year_are_estimated() -> None:
    reached = add_working_days(date(2026, 11, 24), 30)
    assert reached == Reached(date(2027, 1, 6), estimated=True)  # 27 left in 2026, then 4, 5 and 6 January


def test_the_last_day_of_the_published_year_is_no_estimate() -> None:
    assert add_working_days(date(2026, 12, 30), 1) == Reached(date(2026, 12, 31), estimated=False)
    assert add_working_days(date(2026, 12, 31), 1) == Reached(date(2027, 1, 4), estimated=True)


def test_an_estimated_year_rests_at_weekends_and_on_holidays_of_fixed_date() -> None:
    year = _days_of(2030)
    resting = [f"{day:%m-%d}" for day in year if day.weekday() < 5 and not is_working_day(day).is_working]
    assert resting == ["01-01", "05-01", "05-02", "10-01", "10-02", "10-03"]
    assert all(is_working_day(day).estimated for day in year)
    assert not any(is_working_day(day).is_working for day in year if day.weekday() >= 5)


def test_a_notice_entered_for_a_whole_year_ends_the_estimate() -> None:
    notice = {day: day.weekday() < 5 and day.month != 1 for day in _days_of(2027)}
    assert add_working_days(date(2026, 12, 31), 1, notice) == Reached(date(2027, 2, 1), estimated=False)


def test_a_local_rest_day_is_not_counted() -> None:
    local: Overrides = {date(2018, 8, 14): False}
    assert add_working_days(date(2018, 8, 13), 10, local).day == date(2018, 8, 28)
    assert working_days_between(date(2018, 8, 13), date(2018, 8, 27), local).days == 9


def test_next_working_day_is_the_day_itself_when_it_is_worked() -> None:
    assert next_working_day(date(2018, 9, 30)) == Reached(date(2018, 9, 30), False)  # a worked Sunday
    assert next_working_day(date(2018, 10, 1)) == Reached(date(2018, 10, 8), False)
    assert next_working_day(date(2027, 1, 1)) == Reached(date(2027, 1, 4), estimated=True)


def test_between_leaves_out_the_earlier_day_and_says_when_it_is_estimated() -> None:
    assert working_days_between(date(2018, 6, 6), date(2018, 6, 20)) == (9, False)  # 18 June was 端午
    assert working_days_between(date(2018, 6, 20), date(2018, 6, 6)) == (9, False)
    assert working_days_between(date(2018, 6, 6), date(2018, 6, 6)) == (0, False)
    assert working_days_between(date(2026, 12, 31), date(2027, 1, 4)) == (1, True)


def test_counting_backwards_is_refused() -> None:
    with pytest.raises(RuleBroken):
        add_working_days(date(2018, 5, 6), -1)


@given(days, amounts)
def test_one_more_working_day_is_always_later(start: date, n: int) -> None:
    assert start <= add_working_days(start, n).day < add_working_days(start, n + 1).day


@given(days, days, amounts)
def test_a_later_start_never_ends_earlier(a: date, b: date, n: int) -> None:
    assert add_working_days(min(a, b), n).day <= add_working_days(max(a, b), n).day


@given(near_override, amounts.filter(bool), overrides)
def test_a_count_ends_on_a_working_day(start: date, n: int, local: Overrides) -> None:
    assert is_working_day(add_working_days(start, n, local).day, local).is_working


@given(near_override, amounts, overrides)
def test_between_undoes_adding(start: date, n: int, local: Overrides) -> None:
    reached = add_working_days(start, n, local)
    assert working_days_between(start, reached.day, local) == (n, reached.estimated)


@given(days, days)
def test_adding_what_lies_between_two_days_never_passes_the_later(a: date, b: date) -> None:
    a, b = min(a, b), max(a, b)
    n = working_days_between(a, b).days
    assert add_working_days(a, n).day <= b < add_working_days(a, n + 1).day


@given(days, amounts)
def test_estimated_exactly_when_a_counted_day_has_no_published_calendar(start: date, n: int) -> None:
    reached = add_working_days(start, n)
    walked = [start + timedelta(i) for i in range(1, (reached.day - start).days + 1)]
    assert reached.estimated == any(not 2004 <= day.year <= 2026 for day in walked)
