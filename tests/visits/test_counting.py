"""Taps on + are not sightings: what was counted is one number, however many presses it took."""

from fieldapp.visits.counting import COUNTING_MS
from fieldapp.visits.telling import sayings
from tests.visits.phones import ANN, BEN, Phone, place_of, record_of
from tests.visits.test_telling import CONTENT

SHORT, LONG = 3, COUNTING_MS // 1000 + 1


def counted(*phones: Phone) -> list[tuple[str, int]]:
    return [(count.what, count.n) for count in record_of(*phones).counts]


def test_presses_that_follow_each_other_are_one_number() -> None:
    ann = Phone(ANN)
    taps = [ann.tap("count", what="等候人数", n=n, after=SHORT) for n in range(1, 6)]
    record = record_of(ann)
    assert counted(ann) == [("等候人数", 5)]
    assert [place_of(record, tap) for tap in taps] == ["counting"] * 4 + ["counted"]
    told = sayings(record, CONTENT)
    assert (told[taps[3].id], told[taps[4].id]) == ("等候人数 4，数着", "等候人数 5")


def test_another_look_is_another_number() -> None:
    ann = Phone(ANN)
    ann.tap("count", what="等候人数", n=12)
    ann.tap("count", what="等候人数", n=13, after=LONG)
    assert counted(ann) == [("等候人数", 12), ("等候人数", 13)]


def test_two_things_and_two_people_are_counted_apart() -> None:
    ann, ben = Phone(ANN), Phone(BEN)
    ann.tap("count", what="开窗", n=1)
    ann.tap("count", what="等候人数", n=1, after=1)
    ann.tap("count", what="开窗", n=2, after=1)
    ben.tap("count", what="开窗", n=4, after=1)
    assert sorted(counted(ann, ben)) == [("开窗", 2), ("开窗", 4), ("等候人数", 1)]


def test_undoing_the_last_press_gives_the_one_before_back() -> None:
    ann = Phone(ANN)
    ann.tap("count", what="开窗", n=3)
    ann.undo(ann.tap("count", what="开窗", n=4, after=1))
    assert counted(ann) == [("开窗", 3)]


def test_what_was_corrected_stands_for_itself() -> None:
    ann = Phone(ANN)
    first = ann.tap("count", what="开窗", n=3)
    ann.tap("count", what="开窗", n=9, after=1)
    ann.correct(first, n=2)
    assert counted(ann) == [("开窗", 2), ("开窗", 9)]
