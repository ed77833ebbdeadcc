"""Sent away and trying again: two rounds in one record, told apart; and an end without success."""

from fieldapp.visits.record import Record
from fieldapp.visits.stopwatch import Round
from tests.visits.phones import ANN, BEN, Phone, phases_of, record_of

FIRST = (("arrive", 0), ("ticket", 10), ("call", 60), ("accept", 5))
SECOND = (("ticket", 3600), ("call", 20), ("accept", 10), ("settle", 300), ("leave", 30))


def pressed(phone: Phone, stages: tuple[tuple[str, int], ...]) -> Phone:
    for stage, seconds in stages:
        phone.tap("stage", stage=stage, after=seconds)
    return phone


def sent_away() -> Phone:
    ann = Phone(ANN)
    ann.tap("begin", role="办事")
    pressed(ann, FIRST).tap("stuck", reason="退回补材料", after=15)
    return ann


def rounds_of(record: Record) -> list[Round]:
    return [row for row in record.rounds if row.by == ANN]


def test_each_try_has_its_own_stages_waits_and_end() -> None:
    record = record_of(pressed(sent_away(), SECOND))
    first, second = rounds_of(record)
    assert (first.n, second.n) == (1, 2)
    assert first.stuck is not None
    assert (first.stuck.reason, second.stuck) == ("退回补材料", None)
    assert [stage.code for stage in second.stages] == [code for code, _ in SECOND]
    assert {phase.title: phase.ms / 1000 for phase in record.phases} == {
        "第 1 次等候": 60,
        "第 2 次等候": 20,
        "第 2 次办理": 300,
        "全程": 10 + 60 + 5 + 15 + 3600 + 20 + 10 + 300 + 30,
    }


def test_the_bar_joins_no_stage_of_one_try_to_one_of_the_other() -> None:
    record = record_of(pressed(sent_away(), SECOND))
    assert [(phase.start, phase.end) for phase in record.between] == [
        ("ticket", "call"),
        ("ticket", "call"),
        ("accept", "settle"),
    ]
    assert max(phase.ms for phase in record.between) == 300_000


def test_what_was_broken_off_is_no_phase_though_one_left_after_it() -> None:
    record = record_of(pressed(sent_away(), (("leave", 20),)))
    assert [(phase.start, phase.end) for phase in record.between] == [("ticket", "call")]


def test_the_next_stage_follows_the_repeated_round() -> None:
    ann = sent_away()
    assert record_of(ann).next_stage == "settle"
    for stage, then in zip(SECOND, (*SECOND[1:], (None, 0)), strict=True):
        pressed(ann, (stage,))
        assert record_of(ann).next_stage == then[0]


def test_another_try_may_begin_after_leaving() -> None:
    ann = pressed(sent_away(), (("leave", 20),))
    assert record_of(ann).next_stage is None
    record = record_of(pressed(ann, SECOND[:1]))
    assert record.next_stage == "call"
    assert [row.n for row in rounds_of(record)] == [1, 2]


def test_a_step_skipped_in_the_second_try_is_done_in_the_first() -> None:
    ann = pressed(sent_away(), SECOND[:1])
    ann.tap("skip", stage="call", after=5)
    record = record_of(ann)
    assert record.next_stage == "accept"
    assert [(row.code, row.n) for row in record.skipped] == [("call", 2)]


def test_going_on_after_all_is_no_second_try() -> None:
    ann = pressed(sent_away(), (("settle", 60),))
    (only,) = rounds_of(record_of(ann))
    assert only.stuck is None
    assert phases_of(record_of(ann)) == {"等候": 60, "办理": 75}
    pressed(ann, (("ticket", 5),))  # pressed once more, and nothing stood in the way
    assert len(rounds_of(record_of(ann))) == 1


def test_leaving_is_not_going_on() -> None:
    (only,) = rounds_of(record_of(pressed(sent_away(), (("leave", 20), ("leave", 5)))))
    assert only.stuck is not None


def test_undoing_the_first_stage_of_a_try_undoes_the_try() -> None:
    ann = sent_away()
    ann.undo(ann.tap("stage", stage="ticket", after=60))
    record = record_of(ann)
    assert len(rounds_of(record)) == 1
    assert record.next_stage == "settle"


def test_each_person_has_rounds_of_his_own() -> None:
    ben = Phone(BEN)
    ben.tap("begin", role="观察")
    ben.tap("stage", stage="leave", after=5000)
    record = record_of(pressed(sent_away(), SECOND), ben)
    assert record.doer == ANN
    assert [(row.by, row.n) for row in record.rounds] == [(ANN, 1), (ANN, 2), (BEN, 1)]
    left = rounds_of(record)[1].stages[-1]
    assert [other.moment.by for other in left.others] == [BEN]
