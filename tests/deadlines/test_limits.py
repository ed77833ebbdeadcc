"""Limits as they are written, the day they fall due under each way of counting, and where they stand."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.deadlines.calendar import Overrides, is_working_day
from fieldapp.deadlines.limits import (
    CIVIL_CODE,
    CountingRule,
    Limit,
    Standing,
    Unit,
    due,
    parse_limit,
    standing,
    wording,
)
from fieldapp.errors import RuleBroken

FIRST_DAY_COUNTS = CountingRule(first_day_counts=True, roll_forward=True, version="2018-1")
STAYS = CountingRule(first_day_counts=False, roll_forward=False, version="2018-2")
FIRST_DAY_COUNTS_STAYS = CountingRule(first_day_counts=True, roll_forward=False, version="2018-3")

MONTH = Limit(1, Unit.MONTH)
DUE = date(2018, 6, 6)
limits = st.one_of(
    st.builds(Limit, st.integers(1, 2500), st.just(Unit.WORKDAY)),
    st.builds(Limit, st.integers(1, 3650), st.just(Unit.DAY)),
    st.builds(Limit, st.integers(1, 120), st.just(Unit.MONTH)),
    st.builds(Limit.until, st.dates(date(2000, 1, 1), date(2099, 12, 31))),
)


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("1 个月", 1, Unit.MONTH),
        ("1个月", 1, Unit.MONTH),
        ("一个月", 1, Unit.MONTH),
        ("两个月内", 2, Unit.MONTH),
        ("１ 个月", 1, Unit.MONTH),
        ("10 个工作日", 10, Unit.WORKDAY),
        ("10工作日", 10, Unit.WORKDAY),
        ("１０　个工作日", 10, Unit.WORKDAY),
        ("十个工作日以内", 10, Unit.WORKDAY),
        ("二十五个工作日", 25, Unit.WORKDAY),
        ("15 个自然日", 15, Unit.DAY),
        (" 3 个自然日\n", 3, Unit.DAY),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, amount: int, unit: Unit) -> None:
    assert parse_limit(text) == Limit(amount, unit)


@pytest.mark.parametrize("text", ["15 日", "15天", "十五天", " １５ 天内\n"])
def test_days_without_more_are_asked_back_unless_it_is_settled_what_they_mean(text: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parse_limit(text)
    assert "没说是工作日还是自然日，写成“15 个工作日”或者“15 个自然日”" in refused.value.sentence
    for unit in (Unit.WORKDAY, Unit.DAY):
        assert parse_limit(text, unit) == Limit(15, unit)
        assert parse_limit("15 个自然日", unit) == Limit(15, Unit.DAY)


@pytest.mark.parametrize(
    "text",
    ["2018-06-06", "2018.6.6", "2018/6/6", "2018年6月6日", "2018 年 6 月 6 号", "２０１８．６．６"],
)
def test_dates_are_read_as_people_write_them(text: str) -> None:
    assert parse_limit(text) == Limit.until(DUE)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "期限还没写"),
        ("　 ", "期限还没写"),
        ("尽快", "“尽快”算不出哪天到期，写清数量和单位"),
        ("立即", "“立即”算不出哪天到期，写清数量和单位"),
        ("11/20", "“11/20”看不出是哪一年，日期要带年份"),
        ("6月6日", "“6月6日”看不出是哪一年，日期要带年份"),
        ("0", "“0”算不出哪天到期"),
        ("0 天", "期限至少是 1"),
        ("0个月", "期限至少是 1"),
        ("-3天", "期限至少是 1"),
        ("−3 个工作日", "期限至少是 1"),
        ("10", "“10”算不出哪天到期，写清数量和单位"),
        ("1月", "“1月”算不出哪天到期"),
        ("1.5个月", "“1.5个月”算不出哪天到期"),
        ("1 5 日", "算不出哪天到期"),
        ("3 天或 5 天", "算不出哪天到期"),
        ("2018-06/06", "算不出哪天到期"),
        ("2018-02-29", "没有 2018年2月29日 这一天"),
        ("0218-06-06", "年份 218 不对"),
        ("20180 个工作日", "期限超过十年了"),
        ("9" * 5000 + "天", "算不出哪天到期"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_how_to_write_it(text: str, sentence: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parse_limit(text)
    assert refused.value.sentence.startswith(sentence) or sentence in refused.value.sentence
    assert refused.value.field == "limit"
    assert len(refused.value.sentence) < 100


@given(st.text(max_size=12) | st.text("0123456789一十两个工作日天月年自然-./ ０−", max_size=12))
def test_any_text_is_a_limit_or_a_refusal(text: str) -> None:
    try:
        limit = parse_limit(text)
    except RuleBroken:
        return
    assert parse_limit(wording(limit)) == limit


@given(limits)
def test_a_limit_said_is_the_limit_read(limit: Limit) -> None:
    assert parse_limit(wording(limit)) == limit


def test_a_limit_is_either_an_amount_or_a_day() -> None:
    for amount, unit, on in [(1, Unit.DAY, DUE), (0, Unit.DATE, None), (1, Unit.DATE, DUE)]:
        with pytest.raises(RuleBroken):
            Limit(amount, unit, on)


def test_wording_always_has_its_unit() -> None:
    said = [wording(Limit(n, unit)) for n, unit in [(1, Unit.MONTH), (10, Unit.WORKDAY), (15, Unit.DAY)]]
    assert said == ["1 个月", "10 个工作日", "15 个自然日"]


def test_a_date_leaves_out_its_year_only_in_that_year() -> None:
    limit = Limit.until(DUE)
    assert wording(limit, 2018) == "6月6日"
    assert wording(limit, 2019) == wording(limit) == "2018年6月6日"


@pytest.mark.parametrize(
    ("text", "start", "rule", "expected"),
    [
        ("1 个月", date(2018, 5, 6), CIVIL_CODE, date(2018, 6, 6)),  # from a Sunday
        ("1 个月", date(2018, 5, 6), FIRST_DAY_COUNTS, date(2018, 6, 5)),
        ("50 个自然日", date(2018, 6, 25), CIVIL_CODE, date(2018, 8, 14)),
        ("50 个自然日", date(2018, 6, 25), FIRST_DAY_COUNTS, date(2018, 8, 13)),
        ("10 个工作日", date(2018, 8, 13), CIVIL_CODE, date(2018, 8, 27)),
        ("10 个工作日", date(2018, 8, 13), FIRST_DAY_COUNTS, date(2018, 8, 24)),
        ("1 个工作日", date(2018, 5, 6), FIRST_DAY_COUNTS, date(2018, 5, 7)),  # a Sunday cannot be the first
        ("15 个工作日", date(2018, 9, 20), CIVIL_CODE, date(2018, 10, 17)),
        ("1 个月", date(2018, 1, 31), STAYS, date(2018, 2, 28)),
        ("1 个月", date(2020, 1, 31), STAYS, date(2020, 2, 29)),
        ("1 个月", date(2018, 1, 31), FIRST_DAY_COUNTS, date(2018, 2, 28)),
        ("1 个月", date(2018, 3, 1), FIRST_DAY_COUNTS_STAYS, date(2018, 3, 31)),
        ("2 个月", date(2018, 12, 31), STAYS, date(2019, 2, 28)),
        ("12 个月", date(2018, 12, 6), CIVIL_CODE, date(2019, 12, 6)),
        ("1 个月", date(2018, 9, 1), CIVIL_CODE, date(2018, 10, 8)),  # 1 October rolls over the holiday
        ("1 个月", date(2018, 9, 1), STAYS, date(2018, 10, 1)),
        ("3 个自然日", date(2018, 9, 27), CIVIL_CODE, date(2018, 9, 30)),  # a worked Sunday does not roll
        ("3 个自然日", date(2018, 5, 2), CIVIL_CODE, date(2018, 5, 7)),
        ("3 个自然日", date(2018, 5, 2), STAYS, date(2018, 5, 5)),
        ("2018-05-06", date(2018, 5, 6), CIVIL_CODE, date(2018, 5, 6)),  # a named day stays, Sunday or not
    ],
)
def test_due_day(text: str, start: date, rule: CountingRule, expected: date) -> None:
    assert due(parse_limit(text), start, rule) == (expected, False, rule.version)


@pytest.mark.parametrize(
    ("text", "rule", "estimated"),
    [
        ("15 个工作日", CIVIL_CODE, False),
        ("30 个工作日", CIVIL_CODE, True),
        ("2 个月", CIVIL_CODE, True),  # whether its last day is a rest day is not known yet
        ("2 个月", STAYS, False),
        ("1 个月", CIVIL_CODE, False),
        ("2027-01-24", CIVIL_CODE, False),
    ],
)
def test_a_due_day_is_estimated_only_where_the_calendar_decides_it(
    text: str, rule: CountingRule, estimated: bool
) -> None:
    assert due(parse_limit(text), date(2026, 11, 24), rule).estimated is estimated


def test_a_local_rest_day_moves_a_last_day() -> None:
    local: Overrides = {DUE: False}
    assert due(MONTH, date(2018, 5, 6), CIVIL_CODE, local).day == date(2018, 6, 7)
    assert due(Limit(1, Unit.WORKDAY), date(2018, 6, 5), CIVIL_CODE, local).day == date(2018, 6, 7)


def test_a_last_day_known_for_certain_does_not_hide_that_the_way_to_it_was_estimated() -> None:
    known: Overrides = {date(2027, 1, 6): True}
    assert due(Limit(30, Unit.WORKDAY), date(2026, 11, 24), CIVIL_CODE, known)[:2] == (date(2027, 1, 6), True)


def test_a_named_day_before_the_start_is_refused() -> None:
    with pytest.raises(RuleBroken, match="期限 2018年6月6日 早于起算的 2018年6月7日"):
        due(Limit.until(DUE), date(2018, 6, 7), CIVIL_CODE)


@given(limits.filter(lambda limit: limit.on is None), st.dates(date(2004, 1, 1), date(2030, 12, 31)))
def test_under_the_civil_code_a_limit_ends_later_than_it_starts_and_on_a_working_day(
    limit: Limit, start: date
) -> None:
    day = due(limit, start, CIVIL_CODE).day
    assert day > start
    assert is_working_day(day).is_working


@pytest.mark.parametrize(
    ("today", "unit", "expected"),
    [
        (date(2018, 5, 28), Unit.DAY, ("ok", 9, "还有 9 天")),
        (date(2018, 5, 24), Unit.WORKDAY, ("ok", 9, "还有 9 个工作日")),
        (date(2018, 5, 28), Unit.WORKDAY, ("soon", 7, "还有 7 个工作日")),
        (date(2018, 6, 6), Unit.WORKDAY, ("soon", 0, "今天到期")),
        (date(2018, 6, 20), Unit.WORKDAY, ("overdue", 9, "超期 9 个工作日")),
        (date(2018, 6, 20), Unit.MONTH, ("overdue", 14, "超期 14 天")),
        (date(2019, 6, 5), Unit.DAY, ("overdue", 364, "超期 364 天")),
        (date(2019, 6, 6), Unit.DAY, ("overdue", 365, "超期 1 年")),
        (date(2026, 11, 25), Unit.DAY, ("overdue", 3094, "超期 8 年")),
        (date(2016, 6, 1), Unit.DAY, ("ok", 735, "还有 735 天")),
    ],
)
def test_standing_counts_in_its_unit(today: date, unit: Unit, expected: tuple[str, int, str]) -> None:
    assert standing(DUE, today, unit=unit)[:3] == expected


def test_how_near_is_soon_is_a_setting() -> None:
    assert standing(DUE, date(2018, 5, 28), soon_within=6).kind == "ok"


def test_rest_days_alone_are_said_in_calendar_days() -> None:
    friday, saturday, sunday = date(2018, 6, 8), date(2018, 6, 9), date(2018, 6, 10)
    assert standing(friday, sunday)[:3] == ("overdue", 0, "超期 2 天")
    assert standing(sunday, saturday)[:3] == ("soon", 0, "还有 1 天")
    assert standing(date(2018, 10, 7), date(2018, 9, 30), soon_within=0).kind == "soon"


@pytest.mark.parametrize(
    ("stopped_on", "expected"),
    [
        (date(2018, 6, 4), Standing("stopped", 2, "已停止计时，没有超期", False, False)),
        (DUE, Standing("stopped", 0, "已停止计时，没有超期", False, False)),
        (date(2018, 6, 8), Standing("stopped", 2, "已停止计时，超期 2 个工作日", True, False)),
        (date(2018, 7, 2), Standing("overdue", 9, "超期 9 个工作日", True, False)),  # not yet on 20 June
    ],
)
def test_the_clock_stands_from_the_day_the_report_came(stopped_on: date, expected: Standing) -> None:
    assert standing(DUE, date(2018, 6, 20), stopped_on) == expected
    if expected.kind == "stopped":
        assert standing(DUE, date(2019, 1, 1), stopped_on) == expected


def test_standing_says_when_the_calendar_is_estimated() -> None:
    today, due_day = date(2026, 11, 24), date(2027, 1, 6)
    assert standing(due_day, today) == Standing("ok", 30, "还有 30 个工作日", is_late=False, estimated=True)
    assert standing(due_day, today, unit=Unit.DAY).estimated is False


def test_a_local_rest_day_changes_the_standing() -> None:
    local: Overrides = {date(2018, 6, 19): False}
    assert standing(DUE, date(2018, 6, 20), overrides=local).text == "超期 8 个工作日"
