"""Hours as people write them: read as weekdays and spans, or asked back; never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.errors import RuleBroken
from fieldapp.organisations.opening import opening_text, read_opening

WEEK = "周一到周五"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("9-17点", f"{WEEK} 9:00–17:00"),
        ("9：00—17：00", f"{WEEK} 9:00–17:00"),
        ("08:30-12:00 14:30-18:00", f"{WEEK} 8:30–12:00、14:30–18:00"),
        ("上午9点到12点，下午2点到5点半", f"{WEEK} 9:00–12:00、14:00–17:30"),
        (
            "周一至周五 9:00-12:00 14:00-17:30；周六 9-12点",
            f"{WEEK} 9:00–12:00、14:00–17:30；周六 9:00–12:00",
        ),
        ("周六 9-12点；工作日 9-17点", f"{WEEK} 9:00–17:00；周六 9:00–12:00"),
        ("周一三五9-12点", "周一、周三、周五 9:00–12:00"),
        ("周一、星期天 9-12点", "周一、周日 9:00–12:00"),
        ("每天 8:00至20:00", "每天 8:00–20:00"),
        ("24小时", "每天 0:00–24:00"),
        ("工作日9-17点，周末休息", f"{WEEK} 9:00–17:00"),
        (
            "周一到周五 9-17点、周三 18-20点",
            "周一、周二、周四、周五 9:00–17:00；周三 9:00–17:00、18:00–20:00",
        ),
        ("每天 9-17点，周日休息", "周一到周六 9:00–17:00"),
        ("周三休息，9-17点", "周一、周二、周四、周五 9:00–17:00"),
        ("周一到周五 9-17点、周六 9-12点，周三不开", "周一、周二、周四、周五 9:00–17:00；周六 9:00–12:00"),
        ("全天，周末休息", f"{WEEK} 0:00–24:00"),
        ("", ""),
    ],
)
def test_what_people_write_is_read(written: str, read: str) -> None:
    assert opening_text(read_opening(written)) == read


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("9-5点", "下午写 17:00"),
        ("9-25点", "“9-25点”不对"),
        ("9:75-17点", "不对"),
        ("9点", "看不懂“9点”"),
        ("赶场天 9-12点", "看不懂“赶场天"),
        ("0900-1700", "看不懂"),
        ("周六", "周六没有写几点到几点"),
        ("周五到周一 9-12点", "反了"),
        ("周一到周五 9-17点；周三 9-11点", "周三的时间重叠"),
        ("9-12点，休息", "“休息”前面写上是星期几"),
        ("24小时不开", "“不开”前面写上是星期几"),
        ("周六 9-12点，周末休息", "周六又写休息，又写了时间"),
    ],
)
def test_what_cannot_be_read_is_asked_back(written: str, asked: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        read_opening(written)
    assert asked in broken.value.sentence
    assert broken.value.field == "hours"


SPANS = st.lists(st.integers(0, 96), min_size=2, max_size=6, unique=True).map(
    lambda quarters: sorted(quarters)[: len(quarters) // 2 * 2]
)


@given(st.dictionaries(st.integers(1, 7), SPANS, max_size=7))
def test_what_the_page_shows_is_read_as_the_same(by_day: dict[int, list[int]]) -> None:
    written = "；".join(
        f"周{'一二三四五六日'[day - 1]} "
        + "、".join(
            f"{a // 4}:{a % 4 * 15:02d}–{b // 4}:{b % 4 * 15:02d}"
            for a, b in zip(quarters[::2], quarters[1::2], strict=True)
        )
        for day, quarters in by_day.items()
    )
    opening = read_opening(written)
    assert sorted(day for group in opening for day in group["days"]) == sorted(by_day)
    assert read_opening(opening_text(opening)) == opening
