"""The twin rule on the pages made here: nothing that a unit can open differs by what the office does before it says so,
and afterwards it says no more than the edition."""

from collections.abc import Callable
from typing import Any

import pytest

from fieldapp import clock
from fieldapp.closing import actions
from fieldapp.db import db
from fieldapp.organisations.models import Unit
from fieldapp.visits import reviewing
from fieldapp.visits.models import Visit
from tests.closing import steps
from tests.story import Story
from tests.visits.visiting import begin_both, hand_in, send

STILL = "告知单要贴在窗口上，让人一眼看到"
LATER = steps.CHECKED + 3_600_000


def shown(story: Story, as_: Any) -> dict[str, tuple[int, bytes]]:
    """All of it, at one instant, whatever was done since; what a unit may not open answers alike too."""
    unit = story.row(Unit, Unit.name == "甘棠镇")
    visit, problem = steps.closing_visit(story), steps.problem_id(story)
    addresses = [
        "/todo",
        "/problems",
        f"/units/{unit}/checklist",
        f"/units/{unit}/checklist?as=unit",
        f"/visits/{visit}/sheet",
        f"/problems/{problem}/report",
        "/figures",
        f"/figures/units/{unit}",
        "/figures/rows?of=issued",
    ]
    with clock.moved_to(LATER):
        client = as_("unit")
        answers = {address: client.get(address) for address in addresses}
    return {address: (answer.status_code, answer.data) for address, answer in answers.items()}


def nothing(story: Story, as_: Any) -> None: ...


def visited(story: Story, as_: Any) -> None:
    first, second, visit = begin_both(story, as_)
    send(first, visit, "stage", "arrive")
    hand_in(first, visit)
    hand_in(second, visit)


def sent_back(story: Story, as_: Any) -> None:
    def act(by: Any) -> None:
        visit = db.session.get(Visit, steps.closing_visit(story))
        reviewing.send_back(visit, "照片看不清，再补一张窗口的", by=by, at=steps.CHECKED)

    steps.does(story, "leader1", act)


def checked(story: Story, as_: Any) -> None:
    steps.checks(story)


def approved(story: Story, as_: Any) -> None:
    steps.checks(story)
    steps.approves(story)


def on_paper(story: Story, as_: Any) -> None:
    approved(story, as_)
    steps.paper(story)


def closed(story: Story, as_: Any) -> None:
    approved(story, as_)
    steps.signs(story, "head", "office")
    steps.signs(story, "origin3", "origin_team")
    assert steps.state(story) == "closed"


def turned_down(story: Story, as_: Any) -> None:
    where = steps.problem_id(story)
    steps.does(
        story, "head", lambda by: actions.turn_down(where, STILL, "10 个工作日", by=by, at=steps.CHECKED)
    )


DONE = (nothing, visited, sent_back, checked, approved, on_paper, closed, turned_down)


@pytest.mark.parametrize("done", DONE, ids=lambda each: each.__name__)
def test_until_an_edition_nothing_differs(story: Story, as_: Any, done: Callable[[Story, Any], None]) -> None:
    steps.asks(story)
    before = shown(story, as_)
    assert [status for status, _ in before.values()] == [200] * 4 + [404] * 5
    done(story, as_)
    after = shown(story, as_)
    for address, answer in before.items():
        assert after[address] == answer, address


def test_then_it_says_what_the_edition_says(story: Story, as_: Any) -> None:
    steps.asks(story)
    before = shown(story, as_)
    closed(story, as_)
    steps.publishes(story)
    after = shown(story, as_)
    unit = story.row(Unit, Unit.name == "甘棠镇")
    listed = after[f"/units/{unit}/checklist"][1].decode()
    assert "已销号" in listed
    for word in ("第一巡察组", "回访", "2018年6月20日", "签认", steps.closing(story).fingerprint[:8]):
        assert word not in listed
    same = [address for address in before if before[address] == after[address]]
    assert "/todo" in same  # nothing is left for the unit to do
    assert [status for status, _ in after.values()] == [200] * 4 + [404] * 5
