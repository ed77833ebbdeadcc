"""Undo and correct: what they may touch, and that nothing is ever gone."""

from dataclasses import replace

from tests.visits.phones import (
    ANN,
    BEN,
    FRAME,
    LEADER,
    START,
    STRANGER,
    Phone,
    answer_of,
    codes_of,
    phases_of,
    place_of,
    record_of,
    story,
)


class TestUndo:
    def test_takes_the_own_tap_out_and_shows_it_struck(self) -> None:
        ann = Phone(ANN)
        target = ann.tap("stage", stage="call")
        undo = ann.undo(target)
        record = record_of(ann)
        assert record.stages == ()
        (struck,) = record.struck
        assert (struck.tap, struck.how, struck.by_tap, struck.payload) == (
            target.id,
            "undone",
            undo.id,
            {"stage": "call"},
        )
        assert (place_of(record, target), place_of(record, undo)) == ("struck", "counted")

    def test_gives_the_answer_before_it_back(self) -> None:
        ann = Phone(ANN)
        ann.tap("answer", item="greet", value="no")
        ann.undo(ann.tap("answer", item="greet", value="yes"))
        assert answer_of(record_of(ann)) == "no"

    def test_an_undo_of_an_undo_does_nothing(self) -> None:
        ann = Phone(ANN)
        undo = ann.undo(ann.tap("stage", stage="call"))
        again = ann.undo(undo)
        record = record_of(ann)
        assert record.stages == ()
        assert codes_of(record, again) == {"not_undoable"}

    def test_twice_the_same_is_flagged(self) -> None:
        ann = Phone(ANN)
        target = ann.tap("stage", stage="call")
        ann.undo(target)
        assert codes_of(record_of(ann), ann.undo(target)) == set()
        assert codes_of(record_of(ann), ann.taps[-1]) == {"struck_already"}

    def test_not_anothers(self) -> None:
        ann, ben = Phone(ANN), Phone(BEN)
        undo = ben.undo(ann.tap("stage", stage="call"))
        record = record_of(ann, ben)
        assert len(record.stages) == 1
        assert (codes_of(record, undo), place_of(record, undo)) == ({"not_yours"}, "flagged")

    def test_not_after_the_own_handin(self) -> None:
        ann = Phone(ANN)
        target = ann.tap("stage", stage="call")
        ann.hand_in()
        undo = ann.undo(target)
        record = record_of(ann)
        assert len(record.stages) == 1
        assert codes_of(record, undo) == {"after_handin", "undo_after_handin"}

    def test_of_a_correction_gives_the_first_value_back(self) -> None:
        ann = Phone(ANN)
        target = ann.tap("count", what="开窗", n=3)
        ann.undo(ann.correct(target, n=5))
        record = record_of(ann)
        assert [(row.n, row.first_n) for row in record.counts] == [(3, None)]
        assert place_of(record, target) == "counted"


class TestCorrect:
    def test_the_last_counts_and_the_first_value_is_kept(self) -> None:
        ann = Phone(ANN)
        target = ann.tap("answer", item="greet", value="no")
        first, last = ann.correct(target, value="na"), ann.correct(target, value="yes")
        record = record_of(ann)
        given = record.answers[0].given
        assert (given.value, given.first_value, given.corrected_by, given.reason) == (
            "yes",
            "no",
            last.id,
            "按错了",
        )
        assert {struck.tap for struck in record.struck} == {target.id, first.id}
        assert [place_of(record, tap) for tap in (target, first, last)] == ["struck", "struck", "counted"]

    def test_moves_a_stages_instant_and_keeps_the_first(self) -> None:
        ann = story()
        ann.correct(ann.taps[3], instant=START + 100_000)
        record = record_of(ann)
        moment = record.stages[2].moment
        assert (moment.at, moment.first_at, moment.reason) == (START + 100_000, START + 280_000, "按错了")
        assert phases_of(record)["等候"] == 96

    def test_makes_it_another_stage(self) -> None:
        ann = Phone(ANN)
        ann.correct(ann.tap("stage", stage="call"), stage="ticket")
        (stage,) = record_of(ann).stages
        assert (stage.code, stage.moment.first_stage) == ("ticket", "call")

    def test_corrections_of_different_fields_add_up(self) -> None:
        ann = Phone(ANN)
        target = ann.tap("answer", item="greet", value="no")
        kept = ann.correct(target, value="yes")
        ann.correct(target, note="后来")
        record = record_of(ann)
        assert (record.answers[0].value, record.answers[0].given.text) == ("yes", "后来")
        assert place_of(record, kept) == "counted"

    def test_not_anothers_but_a_leaders(self) -> None:
        ann, ben, leader = Phone(ANN), Phone(BEN), Phone(LEADER)
        target = ann.tap("count", what="开窗", n=3)
        others = ben.correct(target, n=9)
        record = record_of(ann, ben)
        assert record.counts[0].n == 3
        assert codes_of(record, others) == {"not_yours"}
        leader.correct(target, n=4)
        assert record_of(ann, ben, leader).counts[0].n == 4

    def test_one_that_would_leave_nothing_readable_is_flagged(self) -> None:
        ann = Phone(ANN)
        target = ann.tap("answer", item="greet", value="no")
        broken, empty = ann.correct(target, value="maybe"), ann.correct(target)
        record = record_of(ann)
        assert answer_of(record) == "no"
        assert codes_of(record, broken) == {"unreadable"}
        assert codes_of(record, empty) == {"empty_correction"}

    def test_mends_what_could_not_be_read(self) -> None:
        ann = Phone(ANN)
        ann.correct(ann.tap("answer", item="greet", value="maybe"), value="yes")
        assert answer_of(record_of(ann)) == "yes"

    def test_after_the_own_handin_own_judgements_stand(self) -> None:
        ann, leader = Phone(ANN), Phone(LEADER, start=START + 60_000)
        answer = ann.tap("answer", item="greet", value="no")
        stage = ann.tap("stage", stage="call", after=10)
        ann.hand_in()
        judged, again = ann.correct(answer, value="yes"), ann.tap("answer", item="greet", value="yes")
        ann.correct(stage, instant=START)
        record = record_of(ann)
        assert answer_of(record) == "no"
        assert codes_of(record, judged) == {"after_handin", "judged_already"}
        assert (codes_of(record, again), place_of(record, again)) == ({"after_handin"}, "flagged")
        assert record.stages[0].at == START
        ann.hand_in()
        assert answer_of(record_of(ann)) == "no"
        leader.correct(answer, value="yes")
        assert answer_of(record_of(ann, leader)) == "yes"

    def test_once_sent_back_own_judgements_may_be_added_and_changed(self) -> None:
        ann = Phone(ANN)
        answer = ann.tap("answer", item="greet", value="no")
        ann.hand_in()
        early = ann.tap("answer", item="once", value="yes", after=5)
        returned = replace(FRAME, sent_back=((ann.now + 1_000, ann.now + 60_000),))
        ann.wait(10)
        changed = ann.correct(answer, value="yes")
        added = ann.tap("answer", item="once", value="no")
        ann.wait(120)
        late = ann.tap("answer", item="once", value="yes")
        record = record_of(ann, frame=returned)
        greet, once = record.answers
        assert (greet.value, greet.given.first_value) == ("yes", "no")
        assert (once.value, once.given.tap) == ("no", added.id)
        assert codes_of(record, changed) == codes_of(record, added) == {"sent_back"}
        assert place_of(record, early) == place_of(record, late) == "flagged"
        assert record_of(ann).answers[0].value == "no"

    def test_what_was_handed_in_first_stays_beside_a_judgement_given_anew(self) -> None:
        ann = Phone(ANN)
        ann.tap("answer", item="greet", value="no")
        ann.hand_in()
        returned = replace(FRAME, sent_back=((ann.now, None),))
        ann.tap("answer", item="greet", value="yes", after=5)
        given = record_of(ann, frame=returned).answers[0].given
        assert (given.said, given.first_value, given.reason) == ("yes", "no", "退回以后改判")

    def test_of_an_undone_tap_is_flagged(self) -> None:
        ann = Phone(ANN)
        target = ann.tap("count", what="开窗", n=3)
        correction = ann.correct(target, n=5)
        ann.undo(target)
        record = record_of(ann)
        assert record.counts == ()
        assert codes_of(record, correction) == {"struck_already"}

    def test_a_leader_may_correct_whom_the_office_took_in(self) -> None:
        other, leader = Phone(STRANGER), Phone(LEADER, start=START + 60_000)
        said = other.tap("answer", item="greet", value="no")
        correction = leader.correct(said, value="yes")
        kept_out = record_of(other, leader)
        assert (codes_of(kept_out, correction), answer_of(kept_out, STRANGER)) == ({"no_target"}, None)
        taken_in = record_of(other, leader, frame=replace(FRAME, admitted=(STRANGER,)))
        assert (codes_of(taken_in, said), answer_of(taken_in, STRANGER)) == ({"adopted"}, "yes")
