"""Where two people differ, who settles it, and that nobody sees the other's judgement too early."""

import pytest

from fieldapp.visits.kinds import Tap
from fieldapp.visits.record import Conflict
from fieldapp.visits.timeline import Frame, seen_by
from tests.visits.phones import ANN, BEN, FRAME, LEADER, PROBLEM, START, Phone, record_of


def differing(kind: str = "answer", mine: str = "yes", theirs: str = "no") -> tuple[Phone, Phone, Tap]:
    ann, ben = Phone(ANN), Phone(BEN)
    subject, field = {"answer": ("item", "value"), "conclude": ("problem", "conclusion")}[kind]
    first = ann.tap(kind, **{subject: PROBLEM, field: mine})
    ben.tap(kind, **{subject: PROBLEM, field: theirs})
    return ann, ben, first


def conflicts_of(*phones: Phone, frame: Frame = FRAME) -> tuple[Conflict, ...]:
    return record_of(*phones, frame=frame).conflicts


class TestConflicts:
    @pytest.mark.parametrize(
        ("kind", "mine", "theirs"),
        [("answer", "yes", "no"), ("answer", "na", "no"), ("conclude", "已整改", "反弹")],
    )
    def test_two_persons_who_differ(self, kind: str, mine: str, theirs: str) -> None:
        ann, ben, _ = differing(kind, mine, theirs)
        (conflict,) = conflicts_of(ann, ben)
        assert (conflict.subject, conflict.is_open) == (PROBLEM, True)
        assert [(rival.person, rival.value) for rival in conflict.rivals] == [(ANN, mine), (BEN, theirs)]

    @pytest.mark.parametrize(
        ("kind", "mine", "theirs"),
        [("answer", "yes", "yes"), ("answer", "yes", "unseen"), ("conclude", "未核到", "反弹")],
    )
    def test_who_did_not_see_or_check_contradicts_nobody(self, kind: str, mine: str, theirs: str) -> None:
        ann, ben, _ = differing(kind, mine, theirs)
        assert conflicts_of(ann, ben) == ()

    def test_claims_may_differ(self) -> None:
        ann, ben = Phone(ANN), Phone(BEN)
        ann.tap("claim", measure="guide", value="seen")
        ben.tap("claim", measure="guide", value="not_seen")
        assert conflicts_of(ann, ben) == ()

    def test_is_settled_by_a_leaders_correction(self) -> None:
        ann, ben, first = differing()
        leader = Phone(LEADER, start=START + 5000)
        settling = leader.correct(first, value="no")
        record = record_of(ann, ben, leader)
        (conflict,) = record.conflicts
        assert (conflict.settled_by, conflict.settled_value, conflict.is_open) == (settling.id, "no", False)
        assert [rival.value for rival in conflict.rivals] == ["yes", "no"]

    def test_a_leader_may_uphold_one_against_the_other(self) -> None:
        ann, ben, first = differing()
        leader = Phone(LEADER, start=START + 5000)
        leader.correct(first, value="yes")
        assert [(c.settled_value, c.is_open) for c in conflicts_of(ann, ben, leader)] == [("yes", False)]

    def test_an_answer_after_the_settling_opens_it_again(self) -> None:
        ann, ben, first = differing()
        leader = Phone(LEADER, start=START + 5000)
        leader.correct(first, value="no")
        ann.tap("answer", item=PROBLEM, value="yes", after=10)
        assert [c.is_open for c in conflicts_of(ann, ben, leader)] == [True]

    def test_so_does_the_others_answer_and_an_own_correction(self) -> None:
        for again in (0, 1):
            ann, ben, first = differing()
            leader = Phone(LEADER, start=START + 5000)
            leader.correct(first, value="no")
            ann.wait(10)
            ben.wait(10)
            if again:
                ann.correct(first, value="yes")
            else:
                ben.tap("answer", item=PROBLEM, value="no")
            assert [c.is_open for c in conflicts_of(ann, ben, leader)] == [True]

    def test_giving_way_after_reading_the_other_does_not_settle_it(self) -> None:
        ann, ben, first = differing()
        ann.hand_in()
        ann.correct(first, value="no")
        ann.tap("answer", item=PROBLEM, value="no")
        assert [c.is_open for c in conflicts_of(ann, ben)] == [True]

    def test_changing_ones_mind_before_the_handin_is_no_conflict(self) -> None:
        ann, ben, _ = differing()
        ann.tap("answer", item=PROBLEM, value="no", after=1)
        assert conflicts_of(ann, ben) == ()


class TestBlindness:
    def both(self) -> tuple[Phone, Phone]:
        ann, ben = Phone(ANN), Phone(BEN)
        for phone, value in ((ann, "yes"), (ben, "no")):
            phone.tap("stage", stage="arrive")
            phone.tap("answer", item="greet", value=value)
            phone.tap("claim", measure="guide", value="seen")
            phone.tap("conclude", problem=PROBLEM, conclusion="已整改" if value == "yes" else "反弹")
            phone.tap("overall", suggest="销号")
            phone.undo(phone.tap("answer", item="once", value=value))
        return ann, ben

    def test_before_the_own_handin_nothing_of_the_others_judgement_is_there(self) -> None:
        ann, ben = self.both()
        ben.hand_in()
        seen = seen_by(record_of(ann, ben), ANN)
        for judged in (seen.answers, seen.claims, seen.conclusions, seen.overall):
            assert [each.person for each in judged] == [ANN]
        text = repr(seen)
        bens = [tap for tap in ben.taps if tap.kind in ("answer", "claim", "conclude", "overall")]
        assert len(bens) == 5
        assert not [tap for tap in bens if repr(tap.id) in text]
        assert seen.conflicts == ()
        assert not [sentence for sentence in seen.missing if "不一致" in sentence]

    def test_what_is_no_judgement_is_seen(self) -> None:
        ann, ben = self.both()
        assert [other.moment.by for other in seen_by(record_of(ann, ben), BEN).stages[0].others] == [BEN]

    def test_after_the_own_handin_all_is(self) -> None:
        ann, ben = self.both()
        ann.hand_in()
        record = record_of(ann, ben)
        assert seen_by(record, ANN) == record
        assert len(seen_by(record, BEN).answers) == 1
