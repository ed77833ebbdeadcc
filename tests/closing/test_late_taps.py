"""A tap and a review at once: what is stored after the review stands outside the record that was frozen, whatever the
tap's first instant; what is stored before it is seen."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest

from fieldapp import clock, ids
from fieldapp.closing import actions
from fieldapp.db import acting, apart, db
from fieldapp.errors import RuleBroken
from fieldapp.office.check import faults
from fieldapp.visits import kinds, reviewing, taps
from fieldapp.visits.models import ParkedDecision, Visit
from fieldapp.visits.projecting import record_of
from tests.closing import steps
from tests.closing.steps import CHECKED
from tests.story import Story
from tests.visits.visiting import countersign, hand_in, send, state_of

LATE = "补一句：叫号屏坏过一次"


def stored(story: Story, visit: UUID, at: int, username: str = "inspector1") -> taps.Receipt:
    """A note on disk, and nothing made of it yet; `at` is when its request came."""
    sent = taps.Sent(ids.new_id(), "note", 1, {"text": LATE}, None, dict.fromkeys(kinds.TIMES), "")
    who = story.viewer(username)
    with story.app.app_context(), acting(who):
        return taps.take_in(sent, visit=visit, person=who.person_id, device="x", at=at)


def sound(story: Story) -> list[str]:
    with story.app.app_context():
        return list(faults())


def seals(story: Story, visit: UUID) -> tuple[str, str]:
    """As it was signed, and as the log folds now."""
    with story.app.app_context(), apart() as session:
        found = session.get_one(Visit, visit)
        return found.seal, record_of(found, session).seal


@pytest.mark.parametrize("earlier", [0, 1, 3_600_000])
def test_a_tap_that_came_before_the_review_and_is_stored_after_it_stays_outside(
    story: Story, earlier: int
) -> None:
    steps.to_signing(story)
    visit = steps.closing_visit(story)
    assert stored(story, visit, CHECKED - earlier).received_at == CHECKED + 1
    signed, now = seals(story, visit)
    assert signed == now
    assert sound(story) == []


def test_a_tap_that_is_stored_and_not_yet_followed_is_no_part_of_what_was_read(story: Story) -> None:
    steps.asks(story)
    steps.checks(story)
    stored(story, steps.closing_visit(story), CHECKED)
    with pytest.raises(RuleBroken, match="变了"):
        steps.approves(story)


def test_nothing_in_the_record_was_received_after_its_review(story: Story) -> None:
    """A stranger's tap opens nothing again, and yet must stand where it stood."""
    steps.asks(story)
    steps.checks(story)
    visit = steps.closing_visit(story)
    stored(story, visit, CHECKED + 5, "origin3")
    steps.approves(story)
    with story.app.app_context(), apart() as session:
        assert session.get_one(Visit, visit).reviewed_at == CHECKED + 5
    assert sound(story) == []


def test_taps_and_the_review_at_once(story: Story, as_: Any) -> None:
    """Whoever comes first, the record that is frozen is the record that was sealed."""
    steps.asks(story)
    steps.checks(story)
    visit, where = steps.closing_visit(story), steps.problem_id(story)
    phones, head = [as_("inspector1"), as_("inspector2")] * 3, story.viewer("head")
    start = Barrier(len(phones) + 1)

    def approves() -> bool:
        start.wait()
        try:
            with story.app.app_context(), acting(head):
                db.session.execute(db.text("SELECT 1"))
                actions.approve(where, by=head, at=clock.now())
            return True
        except RuleBroken:
            return False

    def taps_once(phone: Any) -> int:
        start.wait()
        return int(send(phone, visit, "note", text=LATE, tap=uuid4()).status_code)

    with ThreadPoolExecutor(len(phones) + 1) as pool:
        approved = pool.submit(approves)
        kept = [pool.submit(taps_once, phone) for phone in phones]
        assert {each.result() for each in kept} == {303}
        was_approved = approved.result()
    assert state_of(story, visit) == ("reviewed" if was_approved else "collected")
    signed, now = seals(story, visit)
    assert (signed == now) == was_approved
    assert sound(story) == []


def test_whose_taps_were_taken_in_late_went_too(story: Story) -> None:
    """They stand in the record: he neither approves it nor signs, and is of the team that found the problem or not."""
    steps.asks(story)
    steps.checks(story)
    taken_in(story, "head")
    with pytest.raises(RuleBroken, match="不能审"):
        steps.approves(story)
    steps.approves(story, "clerk")
    with pytest.raises(RuleBroken, match="不能签认"):
        steps.signs(story, "head", "office")


def test_nor_may_he_be_of_the_team_that_found_it(story: Story) -> None:
    steps.asks(story)
    steps.checks(story)
    taken_in(story, "origin3")
    with pytest.raises(RuleBroken, match="发现问题的组去的"):
        steps.approves(story)


def taken_in(story: Story, username: str) -> None:
    with story.app.app_context(), apart(writes=True) as session:
        seen = session.get_one(Visit, steps.closing_visit(story))
        row = ParkedDecision(visit=seen.id, person_id=story.viewer(username).person_id, n=1, outcome="late")
        row.county_id, row.reason, row.taps, row.by_id, row.at = (
            seen.county_id,
            "x",
            1,
            row.person_id,
            CHECKED,
        )
        session.add(row)


def test_a_newer_visit_that_a_late_tap_has_opened_again_still_counts_against(story: Story, as_: Any) -> None:
    """Else whoever had found it not mended could take his word out of the way by one more tap."""
    steps.asks(story)
    steps.checks(story)
    with story.app.app_context(), apart(writes=True) as session:
        seen = session.get_one(Visit, steps.closing_visit(story))
        seen.state = "collected"
    with pytest.raises(RuleBroken, match="还没有会签"):
        steps.approves(story)
    page = as_("clerk").get(f"/problems/{steps.problem_id(story)}/closure").text
    assert "又补了记录，还没有会签" in page


def test_opened_again_it_is_added_and_approved(story: Story, as_: Any) -> None:
    steps.asks(story)
    steps.checks(story)
    visit, first, second = str(steps.closing_visit(story)), as_("inspector1"), as_("inspector2")
    send(first, visit, "note", text=LATE)
    hand_in(first, visit)
    countersign(second, visit)
    steps.does(story, "leader1", lambda by: _checks(UUID(visit), by), clock.now())
    assert steps.approves(story, at=clock.now())
    assert sound(story) == []


def _checks(visit: UUID, by: Any) -> None:
    reviewing.check(db.session.get_one(Visit, visit), by=by, at=clock.now())
