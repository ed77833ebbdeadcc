"""Clocks: the phone's wall clock is wrong or moved, its monotonic clock stops in sleep or begins anew."""

from dataclasses import replace
from uuid import UUID

import pytest

from fieldapp.visits.instants import in_order, instants, key_of
from fieldapp.visits.record import CHECKED, PHONE, SERVER
from tests.visits.phones import ANN, BEN, START, Phone, altered, codes_of, record_of

DAY = 86_400_000


def seconds(phone: Phone) -> list[float]:
    """When its taps happened, in seconds since the start."""
    found = instants(phone.taps)
    return [(found[key_of(tap)].at - START) / 1000 for tap in phone.taps]


def doubts(phone: Phone) -> list[bool]:
    found = instants(phone.taps)
    return [found[key_of(tap)].doubtful for tap in phone.taps]


class TestSource:
    def test_checked_offset_own_clock_or_the_servers(self) -> None:
        checked, alone, plain = Phone(ANN), Phone(ANN, "b"), Phone(ANN, "c", scripted=False)
        alone.offset = alone.offset_at = None
        for phone, source in ((checked, CHECKED), (alone, PHONE), (plain, SERVER)):
            tap = phone.tap("stage", stage="arrive")
            assert instants([tap])[key_of(tap)].source == source

    def test_a_wall_clock_alone_takes_its_offset(self) -> None:
        phone = Phone(ANN, wrong_by=DAY)
        tap = altered(phone.tap("stage", stage="arrive"), mono_ms=None, origin_ms=None)
        assert instants([tap])[key_of(tap)].at == START


class TestWrongClock:
    def test_a_day_off(self) -> None:
        """F28: also another zone's clock, or daylight saving."""
        for wrong_by in (DAY, -DAY, 3_600_000, -28_800_000):
            phone = Phone(ANN, wrong_by=wrong_by)
            phone.tap("stage", stage="arrive")
            phone.tap("stage", stage="leave", after=742)
            assert seconds(phone) == [0, 742]
            assert doubts(phone) == [False, False]

    @pytest.mark.parametrize("moved", [3600, -3600, 2.5, -DAY // 1000])
    def test_moved_within_a_page_durations_stay_true(self, moved: float) -> None:
        phone = Phone(ANN)
        phone.tap("stage", stage="arrive")
        phone.move_clock(moved)
        phone.tap("stage", stage="call", after=100)
        phone.tap("stage", stage="leave", after=50)
        assert seconds(phone) == [0, 100, 150]
        assert doubts(phone) == [False, True, True]
        record = record_of(phone)
        assert [codes_of(record, tap) for tap in phone.taps] == [set(), {"time_doubtful"}, {"time_doubtful"}]
        assert [stage.doubtful for stage in record.stages] == [False, True, True]

    @pytest.mark.parametrize("moved", [3600, -3600])
    def test_and_measured_again_nothing_is_in_doubt(self, moved: float) -> None:
        phone = Phone(ANN)
        phone.tap("stage", stage="arrive")
        phone.move_clock(moved)
        phone.tap("stage", stage="call", after=100)
        phone.measure()
        phone.tap("stage", stage="leave", after=50)
        assert seconds(phone) == [0, 100, 150]
        assert not any(doubts(phone))

    def test_moved_twice_and_measured_once(self) -> None:
        phone = Phone(ANN)
        phone.tap("stage", stage="arrive")
        phone.move_clock(600)
        phone.tap("stage", stage="call", after=10)
        phone.move_clock(-1800)
        phone.tap("stage", stage="settle", after=10)
        phone.measure()
        phone.tap("stage", stage="leave", after=10)
        assert seconds(phone) == [0, 10, 20, 30]
        assert not any(doubts(phone))

    def test_set_back_on_another_page_is_doubtful(self) -> None:
        phone = Phone(ANN)
        phone.wait(60)
        phone.move_clock(-3600)
        phone.new_page()
        phone.tap("stage", stage="arrive")
        assert doubts(phone) == [True]

    def test_set_forward_on_another_page_is_doubtful_once_the_next_contact_tells(self) -> None:
        phone = Phone(ANN)
        phone.tap("stage", stage="arrive")
        phone.move_clock(900)
        phone.new_page()
        phone.tap("stage", stage="call", after=10)
        phone.new_page()
        phone.measure()
        phone.tap("stage", stage="leave", after=10)
        assert doubts(phone)[1:] == [True, False]

    def test_a_slow_networks_error_is_no_doubt(self) -> None:
        phone = Phone(ANN)
        phone.tap("stage", stage="arrive")
        phone.wait(30)
        phone.new_page()
        phone.measure()
        phone.offset = (phone.offset or 0) + 6000
        phone.tap("stage", stage="call", after=60)
        assert doubts(phone) == [False, False]

    def test_the_freshest_offset_holds_the_page_up(self) -> None:
        phone = Phone(ANN)
        phone.offset = 6000  # measured badly
        phone.tap("stage", stage="arrive")
        phone.wait(60)
        phone.measure()
        phone.tap("stage", stage="call")
        assert seconds(phone) == [0, 60]

    def test_a_tap_before_the_first_contact_profits_from_it(self) -> None:
        phone = Phone(ANN, wrong_by=DAY)
        phone.offset = phone.offset_at = None
        first = phone.tap("stage", stage="arrive")
        phone.measure()
        phone.tap("stage", stage="call", after=60)
        assert seconds(phone) == [0, 60]
        assert instants(phone.taps)[key_of(first)].source == CHECKED

    def test_steps_back_against_the_numbers_are_doubtful_and_keep_the_order(self) -> None:
        phone = Phone(ANN)
        phone.tap("stage", stage="arrive", after=3600)
        phone.offset_at = None
        phone.move_clock(-1800)
        phone.new_page()
        second = phone.tap("stage", stage="call", after=60)
        record = record_of(phone)
        assert [line.tap for line in record.lines] == [tap.id for tap in phone.taps]
        assert codes_of(record, second) == {"time_doubtful"}


class TestSleep:
    def test_forty_minutes_with_a_running_monotonic_clock(self) -> None:
        """F03."""
        phone = Phone(ANN)
        phone.tap("stage", stage="ticket")
        phone.tap("stage", stage="call", after=2400.4)
        assert seconds(phone) == [0, 2400.4]
        assert not any(doubts(phone))

    def test_forty_minutes_with_a_stopped_one_are_true_once_the_offset_is_measured_again(self) -> None:
        phone = Phone(ANN)
        phone.tap("stage", stage="ticket")
        phone.sleep(2400)
        phone.tap("stage", stage="call", after=5)
        assert doubts(phone) == [False, True]
        phone.measure()
        phone.tap("stage", stage="accept", after=30)
        assert seconds(phone) == [0, 2405, 2435]
        assert not any(doubts(phone))

    def test_and_when_every_answer_measured_it_as_with_a_network(self) -> None:
        """The answer to the tap before the sleep measures last before it; the tap after it is the first to say so."""
        phone = Phone(ANN)
        phone.tap("stage", stage="ticket")
        phone.wait(1)
        phone.measure()
        phone.sleep(2400)
        phone.tap("stage", stage="call", after=5)
        phone.wait(1)
        phone.measure()
        phone.tap("stage", stage="accept", after=30)
        assert seconds(phone) == [0, 2406, 2437]
        assert not any(doubts(phone))

    def test_sleep_and_a_clock_set_back_are_told_apart(self) -> None:
        phone = Phone(ANN)
        phone.tap("stage", stage="ticket")
        phone.sleep(600)
        phone.tap("stage", stage="call")
        phone.move_clock(-3600)
        phone.tap("stage", stage="accept", after=30)
        phone.measure()
        phone.tap("stage", stage="settle", after=30)
        assert seconds(phone) == [0, 600, 630, 660]

    def test_an_offset_measured_before_the_jump_decides_nothing(self) -> None:
        phone = Phone(ANN)
        phone.wait(10)
        phone.tap("stage", stage="ticket")
        phone.wait(5)
        phone.measure()
        phone.sleep(600)
        phone.tap("stage", stage="call")
        assert doubts(phone) == [True, False]


class TestReboot:
    def test_another_origin_goes_by_wall_clock_and_offset(self) -> None:
        """F04."""
        phone = Phone(ANN, wrong_by=-5000)
        phone.tap("stage", stage="ticket")
        phone.wait(90)
        phone.new_page()
        phone.tap("stage", stage="call", after=10)
        assert seconds(phone) == [0, 100]
        record = record_of(phone)
        assert len({line.origin_ms for line in record.lines}) == 2


class TestOrder:
    def test_by_number_on_a_device_whatever_arrived_first(self) -> None:
        """F09."""
        phone = Phone(ANN)
        for stage in ("arrive", "ticket", "call"):
            phone.tap("stage", stage=stage)
        found = instants(phone.taps)
        assert list(in_order(reversed(phone.taps), found)) == phone.taps

    def test_by_corrected_instant_across_devices(self) -> None:
        """F23: two phones, one a day off."""
        ann, ben = Phone(ANN, wrong_by=DAY), Phone(BEN)
        taps = [phone.tap("note", text="x", after=n) for n, phone in ((1, ann), (2, ben), (3, ann), (4, ben))]
        found = instants(taps)
        assert list(in_order(taps, found)) == [taps[0], taps[1], taps[2], taps[3]]

    def test_ties_by_id(self) -> None:
        ann, ben = Phone(ANN), Phone(BEN)
        first = replace(ann.tap("note", text="x"), id=UUID(int=2))
        second = replace(ben.tap("note", text="x"), id=UUID(int=1))
        assert list(in_order([first, second], instants([first, second]))) == [second, first]
