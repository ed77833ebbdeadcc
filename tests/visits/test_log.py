"""What is kept and flagged, what came twice, and what came after the review."""

from dataclasses import replace

import pytest

from fieldapp.visits.record import SERVER
from fieldapp.visits.timeline import fold
from tests.visits.phones import (
    ANN,
    BEN,
    FRAME,
    LEADER,
    START,
    STRANGER,
    Phone,
    altered,
    answer_of,
    codes_of,
    place_of,
    record_of,
    story,
)


class TestKeptAndFlagged:
    @pytest.mark.parametrize(
        ("kind", "payload", "code"),
        [
            ("weather", {"choice": "rain"}, "unknown_kind"),
            ("answer", {"item": "greet", "value": "maybe"}, "unknown_choice"),
            ("answer", {"value": "yes"}, "unreadable"),
            ("count", {"what": "开窗", "n": "三"}, "unreadable"),
            ("count", {"what": "开窗", "n": -1}, "unreadable"),
            ("stage", {"stage": ["a", "b"]}, "unreadable"),
            ("watch", {"what": "离岗", "edge": "pause"}, "unknown_choice"),
            ("handin", {"taps": 1}, "unreadable"),
            ("countersign", {"record": "x", "agrees": "perhaps"}, "unreadable"),
            ("undo", {"tap": "none"}, "no_target"),
            ("correct", {"tap": "none", "payload": {"n": 1}}, "no_target"),
        ],
    )
    def test_without_effect(self, kind: str, payload: dict[str, object], code: str) -> None:
        ann = Phone(ANN)
        tap = ann.tap(kind, **payload)
        record = record_of(ann)
        assert codes_of(record, tap) == {code}
        assert place_of(record, tap) == "flagged"
        empty = fold([], FRAME)
        assert record.answers == empty.answers
        assert record.stages == empty.stages
        assert record.handins == empty.handins

    @pytest.mark.parametrize(
        ("kind", "payload", "code"),
        [
            ("stuck", {"reason": "下雨"}, "unknown_choice"),
            ("begin", {"role": "路过"}, "unknown_choice"),
            ("note", {"text": "长" * 2001}, "too_long"),
            ("answer", {"item": "elsewhere", "value": "yes"}, "unknown_subject"),
        ],
    )
    def test_but_counted(self, kind: str, payload: dict[str, object], code: str) -> None:
        ann = Phone(ANN)
        tap = ann.tap(kind, **payload)
        record = record_of(ann)
        assert codes_of(record, tap) == {code}
        assert place_of(record, tap) == "counted"

    def test_a_doubled_number_is_flagged_and_both_count(self) -> None:
        ann = Phone(ANN, scripted=False)
        ann.tap("stage", stage="arrive")
        second = altered(ann.tap("stage", stage="call", after=5), seq=1)
        record = record_of([ann.taps[0], second])
        assert codes_of(record, second) == {"doubled_seq"}
        assert len(record.stages) == 2

    def test_a_row_changed_in_the_database_is_flagged(self) -> None:
        ann = Phone(ANN)
        tap = replace(ann.tap("answer", item="greet", value="no"), payload={"item": "greet", "value": "yes"})
        assert "altered" in codes_of(record_of([tap]), tap)

    def test_the_tap_of_somebody_else_has_no_effect(self) -> None:
        other = Phone(STRANGER)
        tap = other.tap("stage", stage="arrive")
        record = record_of(other)
        assert codes_of(record, tap) == {"stranger"}
        assert record.stages == ()

    def test_an_unplanned_visits_people_are_those_who_tapped_until_it_was_frozen(self) -> None:
        ann, ben, other = Phone(ANN), Phone(BEN), Phone(STRANGER, start=START + 1000)
        for phone in (ann, ben, other):
            phone.tap("stage", stage="arrive")
        unplanned = replace(FRAME, participants=())
        assert record_of(ann, ben, other, frame=unplanned).participants == (ANN, BEN, STRANGER)
        frozen = record_of(ann, ben, other, frame=replace(unplanned, frozen_at=START))
        assert frozen.participants == (ANN, BEN)
        assert codes_of(frozen, other.taps[0]) == {"stranger"}


class TestTwice:
    def test_the_same_tap_twice_is_one(self) -> None:
        """F07, F08: a lost answer, a double press."""
        ann = story()
        again = [altered(tap, received_at=tap.received_at + 9000) for tap in ann.taps]
        assert fold([*again, *ann.taps], FRAME) == record_of(ann)

    def test_same_id_other_content_counts_neither(self) -> None:
        """F16, F17."""
        ann = Phone(ANN)
        first = ann.tap("photo", slot="大厅", file="ab")
        second = altered(first, file_sha256="cd")
        record = record_of([first, second])
        assert record.photos == ()
        assert place_of(record, first) == place_of(record, second) == "rival"
        (conflict,) = record.conflicts
        assert (conflict.kind, conflict.is_open) == ("same_id", True)
        assert {rival.digest for rival in conflict.rivals} == {first.digest, second.digest}

    def test_only_a_leaders_correction_settles_it(self) -> None:
        ann, leader = Phone(ANN), Phone(LEADER, start=START + 9000)
        first = ann.tap("answer", item="greet", value="yes")
        second = altered(first, payload={"item": "greet", "value": "no"})
        own = ann.correct(first, value="yes")
        still = record_of([first, second, own])
        assert still.conflicts[0].is_open
        assert codes_of(still, own) == {"rival_target"}
        leader.correct(first, value="no")
        settled = record_of([first, second, own], leader)
        assert settled.conflicts[0].settled_by == leader.taps[0].id
        assert answer_of(settled) == "no"
        assert place_of(settled, first) == "rival"

    def test_the_leader_may_name_the_one_that_counts(self) -> None:
        ann, leader = Phone(ANN), Phone(LEADER, start=START + 9000)
        first = ann.tap("photo", slot="大厅", file="ab")
        second = altered(first, file_sha256="cd")
        for chosen in (first, second):
            pick = altered(leader.correct(first), payload={"tap": str(first.id), "digest": chosen.digest})
            (photo,) = record_of([first, second, pick]).photos
            assert photo.file_sha256 == chosen.file_sha256


class TestReview:
    def test_what_comes_after_it_stands_outside_the_record(self) -> None:
        ann = story()
        before = record_of(ann)
        late = altered(ann.tap("answer", item="greet", value="no"), received_at=START + 9_000_000)
        rival = altered(ann.taps[1], payload={"stage": "leave"}, received_at=START + 9_000_000)
        reviewed = replace(FRAME, reviewed_at=START + 8_000_000)
        record = fold([*ann.taps[:-1], late, rival], reviewed)
        assert set(record.after_review) == {late.id, rival.id}
        assert codes_of(record, late) == {"after_review"}
        assert (record.seal, record.stages, record.answers, record.conflicts) == (
            before.seal, before.stages, (), (),
        )  # fmt: skip
        taken_in = fold([*ann.taps[:-1], late], FRAME)
        assert (answer_of(taken_in), taken_in.after_review) == ("no", ())

    def test_after_the_closing_it_says_so(self) -> None:
        ann = story()
        late = altered(ann.tap("note", text="补"), received_at=START + 9_000_000)
        closed = replace(FRAME, reviewed_at=START + 8_000_000, closed_at=START + 8_500_000)
        assert codes_of(fold([*ann.taps[:-1], late], closed), late) == {"after_closing"}

    def test_a_clock_measured_after_it_does_not_move_reviewed_times(self) -> None:
        ann = Phone(ANN, wrong_by=5000)
        ann.tap("stage", stage="arrive")
        ann.offset = -3000
        ann.wait(60)
        ann.offset_at = ann.wall
        after = ann.tap("stage", stage="call")
        reviewed = replace(FRAME, reviewed_at=after.received_at - 1)
        assert record_of(ann, frame=reviewed).stages[0].at == START


class TestSources:
    def test_without_javascript_the_server_says_when(self) -> None:
        ann = Phone(ANN, scripted=False)
        ann.tap("stage", stage="arrive")
        moment = record_of(ann).stages[0].moment
        assert (moment.at, moment.source, moment.wall_ms) == (START, SERVER, None)

    def test_the_phones_own_clock_stands_beside(self) -> None:
        ann = Phone(ANN, wrong_by=86_400_000)
        ann.tap("stage", stage="arrive")
        moment = record_of(ann).stages[0].moment
        assert (moment.at, moment.wall_ms) == (START, START + 86_400_000)
