"""What a county settles for itself: kept in versions, read from typed lines, used in counting."""

from datetime import date

import pytest

from fieldapp.deadlines.calendar import is_working_day
from fieldapp.deadlines.county_rules import LISTS, CountyRules, LocalDay, read_days, rules_of
from fieldapp.deadlines.limits import CIVIL_CODE, due, parse_limit
from fieldapp.errors import RuleBroken

NEW_YEAR = LocalDay(date(2027, 1, 1), False, "元旦")
DUTY = LocalDay(date(2027, 1, 9), True)


def test_a_county_that_settled_nothing_counts_by_the_civil_code() -> None:
    rules = rules_of({"demo": True})
    assert (rules.in_force, dict(rules.overrides), dict(rules.lists)) == (CIVIL_CODE, {}, LISTS)


def test_what_is_stored_is_read_back_the_same() -> None:
    rules = (
        CountyRules().count_by(True, False, "县委办〔2026〕3 号", "workday").with_days([DUTY, NEW_YEAR], 2027)
    )
    rules = rules.call_lists({"problems": " 任务清单 ", "unit": "整改台账"})
    assert rules_of(rules.stored()) == rules
    assert dict(rules.lists) == {"problems": "任务清单", "unit": "整改台账"}
    assert rules.days == (NEW_YEAR, DUTY)


def test_an_older_rule_is_found_by_its_name() -> None:
    rules = CountyRules().count_by(True, False, "甲").count_by(False, False, "甲")
    first, second = rules.counting
    assert first.version != second.version
    assert rules.in_force == second
    assert rules.counted_by(first.version) == first
    assert rules.counted_by(CIVIL_CODE.version) == CIVIL_CODE
    assert rules.counted_by("无人知道的") == second


def test_the_name_of_a_rule_fits_its_column() -> None:
    assert (
        len(CountyRules(counting=(CIVIL_CODE,) * 99).count_by(True, True, "字" * 30).in_force.version) <= 40
    )


def test_a_year_written_down_completely_is_no_estimate_any_more() -> None:
    few = CountyRules().with_days([NEW_YEAR, DUTY])
    whole = few.with_days([], 2027)
    assert is_working_day(date(2027, 1, 8), few.overrides).estimated
    told = [is_working_day(date(2027, 1, n), whole.overrides) for n in (1, 8, 9, 10)]
    assert told == [(False, False), (True, False), (True, False), (False, False)]
    assert due(parse_limit("30 个工作日"), date(2026, 11, 24), CIVIL_CODE, whole.overrides)[:2] == (
        date(2027, 1, 6),
        False,
    )
    assert is_working_day(date(2027, 1, 8), whole.without("2027").overrides).estimated
    assert whole.without("2027-01-01").days == (DUTY,)


def test_a_day_written_twice_counts_as_written_last() -> None:
    (only,) = CountyRules().with_days([NEW_YEAR]).with_days([LocalDay(NEW_YEAR.day, True)]).days
    assert only.works


def test_lines_are_read_as_people_type_them() -> None:
    assert read_days("2027-1-1 休息 元旦\n\n　2027-01-09上班\n２０２７-02-06 休息") == [
        NEW_YEAR,
        DUTY,
        LocalDay(date(2027, 2, 6), False),
    ]


@pytest.mark.parametrize(
    "line", ["元旦休息", "2027-02-30 休息", "2027-01-01", "1999-01-01 休息", "2027-01-01 半天"]
)
def test_a_line_that_says_no_day_is_named(line: str) -> None:
    with pytest.raises(RuleBroken, match=line):
        read_days(f"2027-01-09 上班\n{line}")
