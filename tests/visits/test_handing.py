"""From log to state: manifests, countersigns, and the one place that says handed in."""

import itertools
from dataclasses import replace

import pytest

from fieldapp.visits.timeline import Record, fold
from tests.visits.phones import (
    ANN,
    BEN,
    FRAME,
    LEADER,
    START,
    Phone,
    altered,
    codes_of,
    place_of,
    record_of,
)


def two_phones() -> tuple[Phone, Phone]:
    """Both recorded; Ann hands in first, Ben last."""
    ann, ben = Phone(ANN), Phone(BEN)
    ann.tap("begin", role="办事")
    ben.tap("begin", role="观察")
    ann.tap("answer", item="greet", value="yes", after=10)
    ann.tap("photo", slot="叫号屏", taken="camera", file="ab")
    ben.tap("answer", item="greet", value="yes", after=20)
    ann.wait(60)
    ben.wait(120)
    return ann, ben


def handed_in() -> tuple[Phone, Phone, Record]:
    ann, ben = two_phones()
    ann.hand_in()
    ben.hand_in()
    ann.wait(300)
    ann.countersign(record_of(ann, ben).seal)
    return ann, ben, record_of(ann, ben)


class TestHandedIn:
    def test_every_manifest_complete_and_all_but_the_last_have_signed(self) -> None:
        *_, record = handed_in()
        assert record.is_handed_in
        assert record.missing == ()

    @pytest.mark.parametrize(
        ("anns", "bens", "ann_signs", "ben_signs", "complete", "agree"),
        list(itertools.product([True, False], repeat=6)),
    )
    def test_matrix(
        self, anns: bool, bens: bool, ann_signs: bool, ben_signs: bool, complete: bool, agree: bool
    ) -> None:
        """Only one row in each half is handed in: both in and complete, no conflict, and Ann, not the last, signed."""
        ann, ben = two_phones()
        if not agree:
            ben.tap("answer", item="greet", value="no")
        lost = ann.taps[1]
        if anns:
            ann.hand_in()
        if bens:
            ben.hand_in()
        seal = record_of([tap for tap in ann.taps if complete or tap != lost], ben).seal
        if ann_signs:
            ann.countersign(seal, after=300)
        if ben_signs:
            ben.countersign(seal, after=300)
        record = record_of([tap for tap in ann.taps if complete or tap != lost], ben)
        # without Ann's answer there is nothing for Ben to differ from, but then her manifest is not complete
        assert record.is_handed_in == (anns and bens and ann_signs and complete and agree)
        assert record.is_handed_in == (not record.missing)

    def test_whoever_handed_in_last_need_not_sign(self) -> None:
        ann, ben = two_phones()
        ben.hand_in()
        ann.wait(120)
        ann.hand_in()
        ann.countersign(record_of(ann, ben).seal)
        assert record_of(ann, ben).missing == ("等 1 人会签",)
        ben.countersign(record_of(ann, ben).seal)
        assert record_of(ann, ben).is_handed_in

    def test_the_last_one_signs_too_what_a_colleague_has_added_to_what_was_sent_back(self) -> None:
        ann, ben = two_phones()
        ann.hand_in()
        ben.wait(120)
        ben.hand_in()
        ann.wait(600)
        frame = replace(FRAME, sent_back=((ann.now, None),))
        ann.tap("answer", item="greet", value="yes", after=5)
        ann.countersign(record_of(ann, ben, frame=frame).seal)
        assert record_of(ann, ben, frame=frame).unsigned == (BEN,)
        ben.countersign(record_of(ann, ben, frame=frame).seal, after=900)
        assert record_of(ann, ben, frame=frame).is_handed_in

    def test_one_person_alone_never_completes(self) -> None:
        ann = Phone(ANN)
        ann.tap("begin", role="办事")
        ann.hand_in()
        for frame in (replace(FRAME, participants=(ANN,)), replace(FRAME, participants=())):
            record = record_of(ann, frame=frame)
            assert not record.is_handed_in
            assert record.missing == ("至少要两个人的记录",)

    def test_three_people_two_signatures(self) -> None:
        third = Phone(LEADER, start=START + 999_000)
        ann, ben = two_phones()
        third.tap("begin", role="观察")
        for phone in (ann, ben, third):
            phone.hand_in()
        frame = replace(FRAME, participants=(ANN, BEN, LEADER))
        seal = record_of(ann, ben, third, frame=frame).seal
        assert record_of(ann, ben, third, frame=frame).missing == ("等 2 人会签",)
        ann.countersign(seal)
        assert record_of(ann, ben, third, frame=frame).missing == ("等 1 人会签",)
        ben.countersign(seal)
        assert record_of(ann, ben, third, frame=frame).is_handed_in

    def test_nothing_is_handed_in_by_nobody(self) -> None:
        assert not fold([], FRAME).is_handed_in
        assert fold([], FRAME).missing == ("还有 2 人没交",)


class TestManifests:
    def test_the_screen_says_what_has_not_come(self) -> None:
        ann, ben = two_phones()
        ann.hand_in()
        ben.hand_in()
        without_photo = [tap for tap in ann.taps if tap.kind != "photo"]
        assert record_of(without_photo, ben).missing == ("还差 1 张照片",)
        without_both = [tap for tap in without_photo if tap.kind != "answer"]
        record = record_of(without_both, ben)
        assert record.missing == ("还差 1 条记录", "还差 1 张照片")
        assert (record.handins[0].missing_taps, record.handins[0].lacking) == (1, (2, 3))

    def test_a_photos_row_without_its_bytes_is_one_photo_short(self) -> None:
        ann, ben = two_phones()
        ann.hand_in()
        ben.hand_in()
        bare = [altered(tap, file_sha256=None) if tap.kind == "photo" else tap for tap in ann.taps]
        assert record_of(bare, ben).missing == ("还差 1 张照片",)

    def test_a_bare_photo_does_not_hide_a_missing_tap(self) -> None:
        ann, ben = two_phones()
        ann.hand_in()
        ben.hand_in()
        some = [altered(tap, file_sha256=None) if tap.kind == "photo" else tap for tap in ann.taps]
        without_answer = [tap for tap in some if tap.kind != "answer"]
        assert record_of(without_answer, ben).missing == ("还差 1 条记录", "还差 1 张照片")

    def test_the_number_of_an_earlier_handin_is_not_lacking(self) -> None:
        ann, _ = two_phones()
        ann.hand_in()
        lost = ann.tap("note", text="补一句")
        ann.hand_in()
        record = record_of([tap for tap in ann.taps if tap != lost])
        assert [handin.lacking for handin in record.handins] == [(), (lost.seq,)]

    def test_a_tap_within_it_completes_it_though_it_comes_days_later(self) -> None:
        """F10, F15."""
        ann, ben = two_phones()
        ann.hand_in()
        ben.hand_in()
        photo = ann.taps[2]
        late = altered(photo, received_at=photo.received_at + 3 * 86_400_000)
        record = record_of([tap if tap != photo else late for tap in ann.taps], ben)
        assert record.handins[0].complete
        assert record.late == ()
        assert place_of(record, late) == "counted"

    def test_one_that_does_not_add_up_is_mended_by_handing_in_again(self) -> None:
        ann, ben = two_phones()
        ann.hand_in(ids_sha256="other")
        ben.hand_in()
        assert record_of(ann, ben).missing == ("清点对不上，再交一次",)
        ann.hand_in()
        record = record_of(ann, ben)
        assert [handin.superseded for handin in record.handins if handin.person == ANN] == [True, False]
        assert all(handin.complete for handin in record.handins if not handin.superseded)

    def test_an_absurd_range_costs_nothing(self) -> None:
        ann = Phone(ANN)
        ann.tap("begin", role="办事")
        ann.hand_in(first_seq=0, last_seq=10**15, taps=10**15)
        assert len(record_of(ann).handins[0].lacking) == 100

    def test_each_of_ones_devices_hands_in_its_own(self) -> None:
        ann, tablet = Phone(ANN), Phone(ANN, "tablet")
        ann.tap("stage", stage="arrive")
        tablet.tap("note", text="大厅")
        ann.wait(60)
        ann.hand_in()
        tablet.wait(70)
        tablet.hand_in()
        record = record_of(ann, tablet)
        assert [handin.complete for handin in record.handins] == [True, True]
        assert record.late == ()


class TestLate:
    def test_an_earlier_instant_outside_the_manifest_voids_the_countersign_and_asks_again(self) -> None:
        ann, ben, before = handed_in()
        tablet = Phone(ANN, "tablet", start=START + 5000)
        late = tablet.tap("note", text="在另一部手机上")
        record = record_of(ann, ben, tablet)
        assert record.late == (late.id,)
        assert codes_of(record, late) == {"late"}
        assert [note.tap for note in record.notes] == [late.id]
        assert [sign.valid for sign in record.countersigns] == [False]
        assert (record.is_handed_in, record.missing) == (False, ("等 1 人会签",))
        assert record.seal != before.seal
        ann.countersign(record.seal)
        assert record_of(ann, ben, tablet).is_handed_in

    def test_what_is_recorded_after_the_handin_is_flagged_and_counts(self) -> None:
        ann, ben, _ = handed_in()
        tap = ann.tap("note", text="想起一件事")
        record = record_of(ann, ben)
        assert (codes_of(record, tap), place_of(record, tap)) == ({"after_handin"}, "counted")
        assert record.missing == ("等 1 人会签",)


class TestCountersigns:
    def test_names_a_seal_and_is_valid_only_for_it(self) -> None:
        ann, ben = two_phones()
        ann.hand_in()
        ben.hand_in()
        ann.countersign("0" * 64, after=300)
        record = record_of(ann, ben)
        assert [(sign.by, sign.valid) for sign in record.countersigns] == [(ANN, False)]
        assert not record.is_handed_in

    def test_signing_does_not_change_what_is_signed(self) -> None:
        ann, ben, record = handed_in()
        ben.countersign(record.seal)
        assert record_of(ann, ben).seal == record.seal

    def test_a_different_opinion_waits_for_the_leader(self) -> None:
        ann, ben = two_phones()
        ann.hand_in()
        ben.hand_in()
        dissent = ann.countersign(record_of(ann, ben).seal, agrees=False, text="次序不对", after=300)
        record = record_of(ann, ben)
        assert (record.is_handed_in, record.missing) == (False, ("有 1 处说法不一致，等组长定",))
        leader = Phone(LEADER, start=START + 900_000)
        leader.tap("correct", tap=str(dissent.id), reason="两人核对后")
        ann.countersign(record_of(ann, ben, leader).seal, agrees=False, text="保留意见", after=600)
        settled = record_of(ann, ben, leader)
        assert settled.is_handed_in
        assert [sign.agrees for sign in settled.countersigns] == [False, False]

    def test_it_stays_open_though_the_record_changes_meanwhile(self) -> None:
        """The last to hand in need not sign; having said that it is otherwise, that person is heard out."""
        ann, ben = two_phones()
        ann.hand_in()
        ben.hand_in()
        ben.countersign(record_of(ann, ben).seal, agrees=False, text="墙上没有办事指南", after=300)
        leader = Phone(LEADER, start=START + 900_000)
        leader.correct(ann.taps[1], note="两人都听见")
        ann.countersign(record_of(ann, ben, leader).seal, after=900)
        assert record_of(ann, ben, leader).missing == ("有 1 处说法不一致，等组长定",)
        ben.countersign(record_of(ann, ben, leader).seal, after=900)
        assert record_of(ann, ben, leader).is_handed_in

    def test_whom_a_leader_decides_against_signs_again_though_last(self) -> None:
        ann, ben = two_phones()
        ann.tap("answer", item="greeting", value="yes")
        other = ben.tap("answer", item="greeting", value="no")
        ann.hand_in()
        ben.hand_in()
        leader = Phone(LEADER, start=START + 900_000)
        leader.correct(other, value="yes")
        ann.countersign(record_of(ann, ben, leader).seal, after=900)
        record = record_of(ann, ben, leader)
        assert (record.unsigned, record.missing) == ((BEN,), ("等 1 人会签",))
        own = next(row for row in record.answers if row.given.tap == other.id)
        assert (own.given.said, own.value, own.given.first_value) == ("no", "yes", None)
        ben.countersign(record.seal, after=900)
        assert record_of(ann, ben, leader).is_handed_in

    def test_thinking_better_of_it_is_enough(self) -> None:
        ann, ben = two_phones()
        ann.hand_in()
        ben.hand_in()
        seal = record_of(ann, ben).seal
        ann.countersign(seal, agrees=False, after=300)
        ann.countersign(seal)
        assert record_of(ann, ben).is_handed_in

    def test_a_leaders_correction_is_part_of_the_record_and_asks_again(self) -> None:
        ann, ben, _ = handed_in()
        leader = Phone(LEADER, start=START + 900_000)
        leader.correct(ann.taps[1], note="两人都听见")
        assert record_of(ann, ben, leader).missing == ("等 1 人会签",)
