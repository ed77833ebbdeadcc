"""A text for a unit keeps quiet about who went, when and how."""

from datetime import date

import pytest

from fieldapp.closing.neutral import telltale

PEOPLE = ("回访员甲", "回访员乙", "王")
TEAM = "第一巡察组"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("回访员甲看到大厅没有导办", "谁"),
        ("第一巡察组看到大厅没有导办", "哪个组"),
        ("6月20日大厅没有导办", "哪天"),
        ("06 月 20 号大厅没有导办", "哪天"),
        ("2018-06-20 大厅没有导办", "哪天"),
        ("2018.6.20大厅没有导办", "哪天"),
        ("2018/06/20 大厅没有导办", "哪天"),
        ("六月二十日大厅没有导办", "哪天"),
        ("20日上午大厅没有导办", "哪天"),
        ("６月２０日大厅没有导办", "哪天"),
        ("２０日上午大厅没有导办", "哪天"),
        ("20180620大厅没有导办", "哪天"),
        ("0620 大厅没有导办", "哪天"),
        ("９：１７大厅没有导办", "几点"),
        ("昨天上午大厅没有导办", "哪天"),
        ("9:17 大厅没有导办", "几点"),
        ("9点12分大厅没有导办", "几点"),
        ("体验式回访时大厅没有导办", "怎么核"),
        ("暗访时大厅没有导办", "怎么核"),
    ],
)
def test_what_gives_a_visit_away_is_named(text: str, what: str) -> None:
    said = telltale(text, PEOPLE, TEAM, date(2018, 6, 20))
    assert what in said
    assert "“" in said, "it says which words"


@pytest.mark.parametrize(
    "text",
    [
        "大厅没有导办，墙上的办事指南是旧的",
        "窗口 9:00 还没有开门，公示的是 8:30",
        "补贴发放后 20日内没有公示",
        "16月20元的收费没有公示",
        "120号文件没有上墙",
        "5月20日的值班表还贴着",
        "十六月二十日",  # no such day
        "姓王的办事员不在",  # one sign alone is a word
    ],
)
def test_what_gives_nothing_away_may_go(text: str) -> None:
    assert telltale(text, PEOPLE, TEAM, date(2018, 6, 20)) == ""


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2018, 11, 1), "十一月一日"),
        (date(2018, 1, 31), "一月三十一日"),
        (date(2018, 10, 10), "十月十号"),
    ],
)
def test_days_in_chinese_numerals(day: date, said: str) -> None:
    assert said in telltale(f"{said}大厅没有导办", (), TEAM, day)
