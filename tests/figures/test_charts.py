"""Where the marks stand: inside the drawing, true to scale, and nothing where there is nothing."""

import pytest

from fieldapp.figures.charts import LEFT, MINUTE, RIGHT, Times, lay


def test_of_nothing_there_is_no_chart() -> None:
    assert lay([]) is None
    assert lay([Times("甲", (), doubtful=2)]) is None


def test_median_and_range() -> None:
    times = Times("甲", (4 * MINUTE, 10 * MINUTE, 5 * MINUTE, 7 * MINUTE))
    assert (times.low, times.median, times.high, times.n) == (4 * MINUTE, 6 * MINUTE, 10 * MINUTE, 4)
    assert Times("乙", ()).median is None


@pytest.mark.parametrize(
    "most", [1, 59_000, 5 * MINUTE, 5 * MINUTE + 1, 61 * MINUTE, 600 * MINUTE, 6000 * MINUTE]
)
def test_every_mark_lies_inside_and_true_to_scale(most: int) -> None:
    chart = lay([Times("甲", (most // 2, most)), Times("乙", (most,))])
    assert chart is not None
    first, second = chart.marks
    assert LEFT <= first.start <= first.dot <= first.end <= RIGHT
    assert first.end == second.dot == second.start == second.end
    assert abs((first.start - LEFT) * 2 - (first.end - LEFT)) <= 2
    minutes, place = chart.ticks[-1]
    assert place == RIGHT
    assert minutes * MINUTE >= most
    assert second.y > first.y
    assert chart.height > second.y + 34


def test_a_ticks_place_says_its_minutes() -> None:
    chart = lay([Times("甲", (4 * MINUTE + 36_000,))])
    assert chart is not None
    assert [minutes for minutes, _ in chart.ticks] == [0, 1, 2, 3, 4, 5]
    before, after = chart.ticks[4][1], chart.ticks[5][1]
    assert before < chart.marks[0].dot < after
