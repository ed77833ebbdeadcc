"""Each rule of the log has its test: here what the stopwatch and the notebook show."""

from dataclasses import replace
from typing import Any

import pytest

from fieldapp.visits.kinds import REASONS, WATCHES
from fieldapp.visits.record import CHECKED
from fieldapp.visits.timeline import fold
from tests.visits.phones import (
    ANN,
    BEN,
    FRAME,
    PROBLEM,
    START,
    Phone,
    codes_of,
    phases_of,
    place_of,
    record_of,
    story,
)


class TestStages:
    def test_the_storys_durations(self) -> None:
        record = record_of(story())
        assert phases_of(record) == {"等候": 276, "办理": 300, "全程": 742}
        assert [(phase.label, phase.start, phase.end, phase.ms) for phase in record.between] == [
            ("等候", "ticket", "call", 276_000),
            ("办理", "accept", "settle", 300_000),
        ]
        assert [stage.label for stage in record.stages] == ["到达", "取号", "叫号", "受理", "办结", "离开"]
        assert {stage.moment.source for stage in record.stages} == {CHECKED}
        assert not record.flags

    def test_waiting_counts_from_arrival_where_there_are_no_tickets(self) -> None:
        ann = Phone(ANN)
        ann.tap("stage", stage="arrive")
        ann.tap("skip", stage="ticket", after=2)
        ann.tap("stage", stage="call", after=60)
        record = record_of(ann)
        assert phases_of(record) == {"等候": 62}
        assert [(row.label, row.by) for row in record.skipped] == [("取号", ANN)]

    def test_a_phase_without_both_ends_is_not_made_up(self) -> None:
        ann = Phone(ANN)
        ann.tap("stage", stage="accept")
        assert record_of(ann).phases == ()

    def test_any_order_and_repeats(self) -> None:
        """Sent back for papers and accepted again: the first acceptance begins, the last settling ends."""
        ann = Phone(ANN)
        for stage in ("accept", "settle", "accept", "settle"):
            ann.tap("stage", stage=stage, after=60)
        record = record_of(ann)
        assert phases_of(record) == {"办理": 180}
        assert [len(stage.again) for stage in record.stages] == [1, 1]

    def test_a_forgotten_press_moves_the_instant_back(self) -> None:
        ann = Phone(ANN)
        ann.tap("stage", stage="call")
        ann.tap("stage", stage="accept", after=200, ago_s=180, why="忘了按")
        ann.tap("stage", stage="settle", after=60)
        record = record_of(ann)
        moment = record.stages[1].moment
        assert (moment.at - START, moment.ago_s, moment.why) == (20_000, 180, "忘了按")
        assert phases_of(record) == {"办理": 240}

    def test_an_unknown_ago_moves_nothing_and_is_flagged(self) -> None:
        ann = Phone(ANN)
        tap = ann.tap("stage", stage="call", ago_s=3600)
        record = record_of(ann)
        assert record.stages[0].at == START
        assert codes_of(record, tap) == {"unknown_choice"}

    def test_the_times_are_those_of_whoever_does_the_business(self) -> None:
        ann, ben = Phone(ANN), Phone(BEN, start=START - 30_000)
        ben.tap("begin", role="观察")
        ben.tap("stage", stage="arrive")
        ann.tap("begin", role="陪同办事", consent=True)
        ann.tap("stage", stage="arrive", after=31)
        arrival = record_of(ann, ben).stages[0]
        assert (arrival.moment.by, arrival.at) == (ANN, START + 31_000)
        assert [(other.moment.by, other.apart_ms, other.shown) for other in arrival.others] == [
            (BEN, -61_000, True)
        ]

    def test_the_others_time_within_a_minute_is_not_shown(self) -> None:
        ann, ben = Phone(ANN), Phone(BEN)
        ann.tap("stage", stage="arrive")
        ben.tap("stage", stage="arrive", after=60)
        assert [other.shown for other in record_of(ann, ben).stages[0].others] == [False]
        near = replace(FRAME, apart_ms=59_999)
        assert [other.shown for other in record_of(ann, ben, frame=near).stages[0].others] == [True]
        assert record_of(ann, ben).conflicts == ()

    def test_a_stage_only_the_observer_recorded_is_shown_as_his(self) -> None:
        ann, ben = Phone(ANN), Phone(BEN)
        ann.tap("begin", role="办事")
        ann.tap("stage", stage="accept")
        ben.tap("stage", stage="settle", after=60)
        (phase,) = record_of(ann, ben).phases
        assert (phase.ms, phase.two_people) == (60_000, True)

    def test_a_stage_that_the_scenario_does_not_have_is_kept_and_flagged(self) -> None:
        ann = Phone(ANN)
        ann.tap("stage", stage="leave")
        tap = ann.tap("stage", stage="examine")
        record = record_of(ann)
        assert [stage.label for stage in record.stages] == ["离开", "审核"]
        assert codes_of(record, tap) == {"unknown_subject"}

    def test_next_is_what_follows_the_furthest(self) -> None:
        ann = Phone(ANN)
        assert record_of(ann).next_stage == "arrive"
        ann.tap("stage", stage="call")
        assert record_of(ann).next_stage == "accept"
        ann.tap("skip", stage="accept")
        record = record_of(ann)
        assert record.next_stage == "settle"
        assert dict(record.next_stages) == {ANN: "settle", BEN: "arrive"}
        ann.tap("stage", stage="leave")
        assert record_of(ann).next_stage is None

    def test_a_visit_may_end_stuck_at_any_stage_and_go_on(self) -> None:
        ann = Phone(ANN)
        ann.tap("stage", stage="accept")
        for reason in REASONS:
            ann.tap("stuck", reason=reason, text="缺复印件", after=5)
        record = record_of(ann)
        assert [row.reason for row in record.stuck] == list(REASONS)
        assert {(row.stage, row.text) for row in record.stuck} == {("accept", "缺复印件")}
        assert record.next_stage == "settle"
        assert not {flag.code for flag in record.flags} - {"no_begin"}


class TestBegin:
    def test_the_first_fixes_place_and_scenario_and_each_has_a_role(self) -> None:
        ann, ben = story(), Phone(BEN, start=START + 60_000)
        ben.tap("begin", role="观察", plan="p", briefing=2)
        record = record_of(ben, ann)
        assert record.begun is not None
        assert (record.begun.by, record.begun.scenario, record.begun.briefing) == (ANN, "join@3", 2)
        assert (record.begun.service_point, record.begun.counter, record.begun.plan) == ("s", "c", "p")
        assert [(role.person, role.role) for role in record.roles] == [(ANN, "办事"), (BEN, "观察")]
        assert not record.flags

    def test_a_second_that_says_another_place_is_flagged(self) -> None:
        ann, ben = story(), Phone(BEN, start=START + 60_000)
        tap = ben.tap("begin", role="观察", counter="elsewhere")
        record = record_of(ann, ben)
        assert record.begun is not None
        assert record.begun.counter == "c"
        assert codes_of(record, tap) == {"begin_differs"}

    def test_going_along_without_consent_is_flagged_until_it_is_corrected(self) -> None:
        ann = Phone(ANN)
        begin = ann.tap("begin", role="陪同办事")
        assert codes_of(record_of(ann), begin) == {"no_consent"}
        ann.correct(begin, role="陪同办事", consent=True)
        assert not codes_of(record_of(ann), begin)
        assert record_of(ann).roles[0].consent is True

    def test_a_log_without_one_is_read_all_the_same(self) -> None:
        ann = Phone(ANN)
        ann.tap("stage", stage="arrive")
        record = record_of(ann)
        assert record.begun is None
        assert [(flag.tap, flag.code) for flag in record.flags] == [(None, "no_begin")]
        assert len(record.stages) == 1

    def test_an_empty_log_is_an_empty_record(self) -> None:
        record = fold([], FRAME)
        assert (record.flags, record.lines, record.next_stage) == ((), (), "arrive")


class TestWatches:
    def test_run_beside_each_other_and_add_up(self) -> None:
        ben = Phone(BEN)
        ben.tap("watch", what="离岗", edge="start")
        ben.tap("watch", what="空窗", edge="start", after=10)
        ben.tap("watch", what="离岗", edge="stop", after=20)
        ben.tap("watch", what="离岗", edge="start", after=5)
        ben.tap("watch", what="离岗", edge="stop", after=100)
        found = {watch.what: watch for watch in record_of(ben).watches}
        assert set(found) < set(WATCHES)
        assert (found["离岗"].total_ms, found["离岗"].running, len(found["离岗"].spans)) == (
            130_000,
            False,
            2,
        )
        assert (found["空窗"].total_ms, found["空窗"].running) == (0, True)

    def test_a_second_start_and_a_stop_of_nothing_have_no_effect(self) -> None:
        ben = Phone(BEN)
        nothing = ben.tap("watch", what="离岗", edge="stop")
        ben.tap("watch", what="离岗", edge="start", after=1)
        second = ben.tap("watch", what="离岗", edge="start", after=1)
        ben.tap("watch", what="离岗", edge="stop", after=1)
        record = record_of(ben)
        assert [watch.total_ms for watch in record.watches] == [2000]
        assert codes_of(record, nothing) == {"watch_not_running"}
        assert codes_of(record, second) == {"watch_running"}
        assert place_of(record, second) == "flagged"

    def test_each_person_has_timers_of_their_own(self) -> None:
        ann, ben = Phone(ANN), Phone(BEN)
        ann.tap("watch", what="离岗", edge="start")
        ben.tap("watch", what="离岗", edge="stop", after=9)
        assert [(watch.by, watch.running) for watch in record_of(ann, ben).watches] == [(ANN, True)]


class TestWhatWasSaid:
    @pytest.mark.parametrize("said", [{}, {"answers": {}}])
    def test_an_interview_without_one_answer_is_kept_and_does_not_count(self, said: dict[str, Any]) -> None:
        ann = Phone(ANN)
        empty = ann.tap("interview", **said)
        record = record_of(ann)
        assert record.interviews == ()
        assert (place_of(record, empty), codes_of(record, empty)) == ("flagged", {"unreadable"})

    def test_a_corrected_interview_says_what_the_correction_says(self) -> None:
        ann = Phone(ANN)
        tap = ann.tap("interview", answers={"who": "村民", "manner": "差"})
        ann.correct(tap, answers={"who": "村民", "manner": "好"})
        (interview,) = record_of(ann).interviews
        assert interview.payload["answers"] == {"who": "村民", "manner": "好"}

    def test_counts_notes_interviews_findings_and_photos_in_order(self) -> None:
        ann = Phone(ANN)
        ann.tap("count", what="等候人数", n=12)
        ann.tap("count", what="等候人数", n=0, after=60)
        ann.tap("note", text="等了很久")
        ann.tap("interview", answers={"who": "村民"})
        ann.tap("finding", severity="一般", text="没有一次性告知单")
        ann.tap("photo", slot="叫号屏", taken="camera", name="a.jpg", file="ab")
        record = record_of(ann)
        assert [row.n for row in record.counts] == [12, 0]
        assert [row.text for row in (*record.notes, *record.findings)] == ["等了很久", "没有一次性告知单"]
        assert record.interviews[0].payload == {"answers": {"who": "村民"}}
        assert [(row.slot, row.taken, row.file_sha256) for row in record.photos] == [
            ("叫号屏", "camera", "ab")
        ]

    def test_a_photo_whose_bytes_did_not_come_is_kept_and_flagged(self) -> None:
        ann = Phone(ANN)
        tap = ann.tap("photo", slot="叫号屏", taken="camera")
        record = record_of(ann)
        assert codes_of(record, tap) == {"no_photo"}
        assert len(record.photos) == 1

    def test_claims_conclusions_and_the_whole_are_per_person(self) -> None:
        ann, ben = Phone(ANN), Phone(BEN)
        for phone in (ann, ben):
            phone.tap("claim", measure="guide", value="seen")
            phone.tap(
                "conclude", problem=PROBLEM, conclusion="部分整改", text="差一样", photos=["x"], unmet=["0"]
            )
            phone.tap("overall", suggest="继续整改")
        record = record_of(ann, ben)
        for judged in (record.claims, record.conclusions, record.overall):
            assert [each.person for each in judged] == [ANN, BEN]
        given = record.conclusions[0].given
        assert (given.value, given.text, given.photos, given.unmet) == ("部分整改", "差一样", ("x",), ("0",))

    def test_the_last_answer_counts_and_the_earlier_is_its_history(self) -> None:
        ann = Phone(ANN)
        first = ann.tap("answer", item="greet", value="no")
        ann.tap("answer", item="greet", value="yes", note="后来问了好", after=4)
        record = record_of(ann)
        (judged,) = record.answers
        assert (judged.value, judged.given.text) == ("yes", "后来问了好")
        assert [given.tap for given in judged.history] == [first.id]
        assert place_of(record, first) == "counted"
