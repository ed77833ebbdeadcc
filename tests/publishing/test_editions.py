"""What an edition says, and nothing else; its words do not change with the day on which it is read."""

import json
from datetime import date

from fieldapp import clock
from fieldapp.publishing.editions import Item, Released, content_of, fingerprint, sheet_of

ITEMS = (
    Item("id-7", "甘棠-07", "窗口办事不力", "closed", date(2018, 6, 20)),
    Item("id-3", "甘棠-03", "名册不符", "returned", None, "名册按月更新并公示", date(2019, 1, 6)),
)
PHOTOS = (Released("a" * 64, "告知单"),)
CONTENT = content_of("开江县委巡察办", "甘棠镇", 3, date(2018, 6, 22), ITEMS, PHOTOS)


def test_a_content_holds_these_names_and_no_other() -> None:
    said = json.loads(CONTENT)
    assert set(said) == {"format", "office", "unit", "n", "day", "items", "photos"}
    assert {name for item in said["items"] for name in item} == {
        "problem_id", "number", "text", "result", "checked_on", "still", "due",
    }  # fmt: skip
    assert said["photos"] == [{"sha256": "a" * 64, "caption": "告知单"}]


def test_the_sheet_says_what_the_content_says() -> None:
    sheet = sheet_of(CONTENT)
    assert (sheet.above, sheet.title, sheet.day) == (
        "开江县委巡察办·反馈第 3 期",
        "甘棠镇整改核查结果",
        "2018年6月22日",
    )
    closed, returned = sheet.lines
    assert (closed.label, closed.checked_on, closed.still, closed.due) == ("已销号", "6月20日", "", "")
    assert (returned.label, returned.checked_on, returned.due) == ("继续整改", "", "2019年1月6日")
    assert sheet.photos == PHOTOS
    assert sheet.in_short == "甘棠-07 已销号，甘棠-03 继续整改"


def test_a_sheet_reads_the_same_in_any_year() -> None:
    before = sheet_of(CONTENT)
    with clock.moved_to(clock.at(2031, 1, 1)):
        assert sheet_of(CONTENT) == before


def test_another_photo_or_word_is_another_fingerprint() -> None:
    day = date(2018, 6, 22)
    others = [
        content_of("开江县委巡察办", "甘棠镇", 3, day, ITEMS),
        content_of("开江县委巡察办", "甘棠镇", 4, day, ITEMS, PHOTOS),
        content_of("开江县委巡察办", "甘棠镇", 3, day, ITEMS, (Released("a" * 64, "窗口"),)),
        content_of("开江县委巡察办", "甘棠镇", 3, day, ITEMS[:1], PHOTOS),
    ]
    assert len({fingerprint(each) for each in (CONTENT, *others)}) == 5
