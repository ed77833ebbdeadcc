"""The drafted report says what was recorded, and nothing else."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from fieldapp.documents import sheet
from fieldapp.documents.drafting import About, Seen, Words, draft
from fieldapp.visits.record import Record
from tests.visits.phones import ANN, BEN, Phone, record_of

NAMES = {ANN: "甲", BEN: "乙"}
PROBLEM = "11111111-1111-4111-8111-111111111111"
SAY = Words(
    lambda day: f"{day.month}月{day.day}日", lambda ms: f"{(ms or 0) // 1000}秒", lambda limit: str(limit)
)
ABOUT = About(
    PROBLEM,
    "甘棠-07",
    "窗口办事慢",
    "一般",
    "甘棠镇",
    "第三组",
    date(2018, 5, 6),
    None,
    ("一次说清", "当场办"),
)
CONTENT: dict[str, Any] = {
    "point": "便民服务中心",
    "counter": "社保窗口",
    "scenario": {"name": "参保登记"},
    "sim_depth": "F",
    "promised_limit": "当场",
    "legal_limit": "10 天",
    "shown": [{"code": "told-once", "text": "一次说清要带的材料"}],
    "more": [],
    "measures": [],
    "problems": [],
}


def seen(record: Record, **content: Any) -> Seen:
    return Seen(date(2018, 6, 20), "第一组", {**CONTENT, **content}, record, NAMES)


def both(*, second: str = "yes", conclusion: str = "已整改", unmet: tuple[str, ...] = ()) -> Record:
    ann, ben = Phone(ANN), Phone(BEN)
    ann.tap("begin", role="办事")
    ben.tap("begin", role="观察")
    ann.tap("stage", stage="accept")
    ann.tap("stage", stage="settle", after=300)
    ann.tap("answer", item="told-once", value="yes")
    ben.tap("answer", item="told-once", value=second)
    for phone in (ann, ben):
        phone.tap("conclude", problem=PROBLEM, conclusion=conclusion, unmet=list(unmet))
    return record_of(ann, ben)


def test_what_was_recorded_is_said() -> None:
    found = draft(ABOUT, [seen(both())], SAY)
    assert found.background[0] == "5月6日，第三组向甘棠镇反馈：窗口办事慢（甘棠-07，一般）。"
    assert found.background[1].startswith("销号标准：①一次说清；②当场办。")
    assert "第一组 2 人到便民服务中心社保窗口" in found.seen[0][0]
    assert "方式是模拟办事、蹲点观察" in found.seen[0][0]
    assert "办理 300秒" in found.seen[0][1]
    assert "一次说清要带的材料（是）" in found.seen[0][2]
    assert found.against == (("一次说清", ("做到",)), ("当场办", ("做到",)))
    assert found.short == ()


def test_what_nobody_recorded_is_not_said() -> None:
    whole = " ".join(draft(ABOUT, [seen(Record(participants=(ANN, BEN)))], SAY).seen[0])
    for word in ("等候", "看到的情况", "措施", "照片", "访谈", "没办成", "方式"):
        assert word not in whole
    assert len(draft(ABOUT, [], SAY).background) == 2  # the unit has asked for nothing


def test_where_two_differ_both_are_named() -> None:
    found = draft(ABOUT, [seen(both(second="no"))], SAY)
    assert "一次说清要带的材料（甲：是，乙：否）" in found.seen[0][2]
    assert found.short == ("没有做到：一次说清要带的材料。",)


def test_a_criterion_that_was_not_met_is_told_apart() -> None:
    record = both(conclusion="部分整改", unmet=("当场办",))
    assert draft(ABOUT, [seen(record)], SAY).against == (("一次说清", ("做到",)), ("当场办", ("没做到",)))


def test_several_visits_stand_beside_each_other() -> None:
    first = seen(both(conclusion="未整改"))
    found = draft(ABOUT, [first, replace(seen(both()), day=date(2018, 7, 1))], SAY)
    assert found.against[0] == ("一次说清", ("未整改", "做到"))
    assert "6月20日回访的结论是“未整改”" in found.advice[0]
    assert "7月1日回访的结论是“已整改”" in found.advice[1]


@pytest.mark.parametrize(
    ("depth", "role", "ways"),
    [
        ("F", "办事", ("模拟办事",)),
        ("P", "陪同办事", ("模拟办事",)),
        ("C", "办事", ("咨询了解",)),
        ("F", "观察", ("蹲点观察",)),
    ],
)
def test_the_way_follows_from_role_and_depth(depth: str, role: str, ways: tuple[str, ...]) -> None:
    ann = Phone(ANN)
    ann.tap("begin", role=role)
    assert sheet.ways(record_of(ann), {"sim_depth": depth}) == ways
