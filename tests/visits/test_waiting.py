"""What the hand-in page says is wanted, of whom and why; and in what order people are named."""

from dataclasses import replace
from uuid import UUID

import pytest

from fieldapp.visits import waiting
from fieldapp.visits.judgements import differing
from fieldapp.visits.people import in_order
from fieldapp.visits.record import Record
from tests.visits.phones import ANN, BEN, FRAME, LEADER, PROBLEM, START, Phone, altered, record_of

THIRD = UUID(int=15)
NAMES = {ANN: "乙", BEN: "甲", THIRD: "丙"}


def both(mine: str = "已整改", theirs: str = "已整改") -> tuple[Phone, Phone]:
    """Both have judged; Ann, who only watches, hands in first."""
    ann, ben = Phone(ANN), Phone(BEN)
    ann.tap("begin", role="观察")
    ben.tap("begin", role="办事")
    for phone, value in ((ann, mine), (ben, theirs)):
        phone.tap("conclude", problem=PROBLEM, conclusion=value, after=10)
        phone.tap("photo", taken="camera", file="ab")
    ann.wait(60)
    ben.wait(120)
    return ann, ben


def leader_decides(*phones: Phone, after: int, target: int = 1) -> Phone:
    """The leader corrects one conclusion of the first phone."""
    leader = Phone(LEADER, start=START + after * 1000)
    leader.correct(phones[0].taps[target], conclusion="部分整改")
    return leader


class TestWanted:
    def test_who_has_not_handed_in_is_named_and_nothing_else_is_asked(self) -> None:
        ann, ben = both("已整改", "未整改")
        assert waiting.wanted(record_of(ann, ben), NAMES) == ("等乙、甲交",)
        ann.hand_in()
        record = record_of(ann, ben)
        assert waiting.wanted(record, NAMES) == ("等甲交",)
        assert not waiting.is_on_its_way(record)
        assert not waiting.is_all_in(record)

    def test_whose_photo_has_not_come_is_said_and_comes_by_itself(self) -> None:
        ann, ben = both()
        ann.hand_in()
        ben.hand_in()
        bare = [altered(tap, file_sha256=None) if tap.kind == "photo" else tap for tap in ann.taps]
        record = record_of(bare, ben)
        assert waiting.wanted(record, {**NAMES, ANN: "你"}) == ("你还差 1 张照片",)
        assert waiting.is_on_its_way(record)
        assert not waiting.is_to_sign(record, ANN)

    def test_who_has_to_sign_is_named_and_whoever_handed_in_last_does_not(self) -> None:
        ann, ben = both()
        ann.hand_in()
        ben.hand_in()
        record = record_of(ann, ben)
        assert record.unsigned == (ANN,)
        assert waiting.wanted(record, NAMES) == ("等乙会签",)
        assert (waiting.is_to_sign(record, ANN), waiting.is_to_sign(record, BEN)) == (True, False)
        ann.countersign(record.seal, after=300)
        signed = record_of(ann, ben)
        assert (signed.unsigned, waiting.wanted(signed, NAMES)) == ((), ())

    def test_nobody_signs_what_the_leader_has_yet_to_decide(self) -> None:
        ann, ben = both("已整改", "部分整改")
        ann.hand_in()
        ben.hand_in()
        record = record_of(ann, ben)
        assert waiting.wanted(record, NAMES) == ("有 1 处说法不一致，等组长定",)
        assert not waiting.is_to_sign(record, ANN)
        decided = record_of(ann, ben, leader_decides(ann, after=900))
        assert waiting.is_to_sign(decided, ANN)
        assert waiting.before_signing(decided, ANN) == "组长定过 1 处，看过再签"

    def test_one_person_alone_is_told_so(self) -> None:
        ann = Phone(ANN)
        ann.tap("begin", role="办事")
        ann.hand_in()
        record = record_of(ann, frame=replace(FRAME, participants=(ANN,)))
        assert waiting.wanted(record, NAMES) == ("至少要两个人的记录",)
        assert not waiting.is_all_in(record)


class TestWhatChangedSince:
    def test_nothing_is_said_to_whoever_signs_what_was_handed_in(self) -> None:
        ann, ben = both()
        ann.hand_in()
        ben.hand_in()
        assert waiting.before_signing(record_of(ann, ben), ANN) == ""

    def test_a_leaders_word_and_a_late_tap_are_told_apart(self) -> None:
        ann, ben = both("已整改", "部分整改")
        ann.hand_in()
        ben.hand_in()
        ann.countersign(record_of(ann, ben).seal, after=300)
        leader = leader_decides(ann, after=900)
        assert waiting.before_signing(record_of(ann, ben, leader), ANN) == "组长定过 1 处，记录变了，要再签"
        ann.countersign(record_of(ann, ben, leader).seal, after=900)
        ben.tap("note", text="想起来一件事", after=2000)
        assert waiting.before_signing(record_of(ann, ben, leader), ANN) == "有后补的，记录变了，要再签"

    def test_a_dissent_that_was_dealt_with_is_the_leaders_word_too(self) -> None:
        ann, ben = both()
        ann.hand_in()
        ben.hand_in()
        dissent = ann.countersign(record_of(ann, ben).seal, agrees=False, text="次序不对", after=300)
        leader = Phone(LEADER, start=START + 900_000)
        leader.tap("correct", tap=str(dissent.id), reason="两人核对后")
        assert waiting.before_signing(record_of(ann, ben, leader), ANN) == "组长定过 1 处，记录变了，要再签"


class TestOrder:
    def test_whoever_does_the_business_comes_first_then_the_name(self) -> None:
        ann, ben, third = *both("已整改", "部分整改"), Phone(THIRD)
        third.tap("begin", role="观察")
        for phone in (ann, ben, third):
            phone.tap("claim", measure="guide", value="seen")
            phone.tap("overall", suggest="销号")
            phone.tap("watch", what="离岗", edge="start")
        record = record_of(ann, ben, third, frame=replace(FRAME, participants=(ANN, BEN, THIRD)))
        told = in_order(record, NAMES)
        by_rank = [BEN, THIRD, ANN]  # 办事; then 丙 before 乙
        assert [list(told.participants), [role.person for role in told.roles]] == [by_rank, by_rank]
        assert [[row.person for row in rows] for rows in (told.claims, told.overall)] == [by_rank, by_rank]
        assert [watch.by for watch in told.watches] == by_rank
        assert [rival.person for rival in told.conflicts[0].rivals] == [BEN, ANN]
        assert [row.person for row in told.conclusions] == [BEN, ANN]

    def test_subjects_stay_where_they_were(self) -> None:
        ann, ben = both()
        for phone in (ann, ben):
            for item in ("once", "greet"):
                phone.tap("answer", item=item, value="yes")
        told = in_order(record_of(ann, ben), NAMES)
        assert [(row.subject, row.person) for row in told.answers] == [
            ("greet", BEN), ("greet", ANN), ("once", BEN), ("once", ANN),
        ]  # fmt: skip


class TestViewsThatDiffer:
    def record(self, mine: str, theirs: str) -> Record:
        ann, ben = both()
        ann.tap("claim", measure="guide", value=mine)
        ben.tap("claim", measure="guide", value=theirs)
        return record_of(ann, ben)

    @pytest.mark.parametrize(
        ("mine", "theirs", "apart"),
        [("seen", "not_seen", {"guide"}), ("seen", "seen", set()), ("unsure", "not_seen", set())],
    )
    def test_of_a_claim_they_stand_beside_one_another(self, mine: str, theirs: str, apart: set[str]) -> None:
        record = self.record(mine, theirs)
        assert differing(record.claims) == apart
        assert record.conflicts == ()

    def test_of_the_whole_too(self) -> None:
        ann, ben = both()
        ann.tap("overall", suggest="销号")
        ben.tap("overall", suggest="督办")
        assert differing(record_of(ann, ben).overall) == {""}
