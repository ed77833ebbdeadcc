"""The story's problem, closed: what a test of the export needs done before it begins."""

import io
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.closing import actions
from fieldapp.db import SYSTEM, acting, db
from fieldapp.evidence import actions as evidence
from fieldapp.organisations.models import Unit
from fieldapp.packages import copies
from fieldapp.packages.parcels import Parcel, problem_parcel, unit_parcel
from fieldapp.problems.actions import amend_problem
from fieldapp.problems.models import Problem
from fieldapp.publishing.editions import Released
from tests.closing import steps
from tests.evidence import pictures
from tests.story import Story


def close(story: Story, on_paper: bool = False, told: bool = True) -> UUID:
    """From the request to the second signature, and the edition; the problem's id."""
    steps.to_signing(story)
    steps.signs(story, "head", "office") if not on_paper else None
    if on_paper:
        sign_on_paper(story)
        steps.signs(story, "head", "office")
    else:
        steps.signs(story, "origin3", "origin_team")
    if told:
        steps.publishes(story)
    return steps.problem_id(story)


def release(story: Story) -> tuple[str, str]:
    """The edition with the record's first photo: the sums of the photo and of what the unit is shown."""
    photo = json.loads(steps.closing(story).record)["files"][0]["sha256"]
    with story.app.app_context(), acting(SYSTEM):
        shown = evidence.sum_of_copy(photo)
        assert shown is not None
        evidence.keep_copies([photo], at=steps.CHECKED)
    steps.publishes(story, photos=(Released(shown, "窗口上贴着告知单"),))
    return photo, shown


def sign_on_paper(story: Story) -> None:
    """The original team's page, entered by the clerk and compared by the head."""
    where, signer = steps.problem_id(story), story.viewer("origin3").person_id
    with story.app.app_context(), acting(SYSTEM):
        page = evidence.keep(io.BytesIO(pictures.png()), at=steps.CHECKED).sha256
    sheet = actions.Page("origin_team", signer, clock.day_of(steps.CHECKED), page)
    how: dict[str, Any] = {"at": steps.CHECKED}
    paper = steps.does(story, "clerk", lambda by: actions.enter_paper(where, sheet, by=by, **how).id)
    steps.does(story, "head", lambda by: actions.confirm_paper(paper, True, by=by, **how))


def unit_id(story: Story) -> UUID:
    return story.row(Unit, Unit.name == "甘棠镇")


def system(story: Story, do: Callable[[], Any]) -> Any:
    with story.app.app_context(), acting(SYSTEM, writes=False):
        return do()


def parcel(story: Story, whole_unit: bool = False) -> Parcel:
    """Collected, its copies made."""

    def collect() -> Parcel:
        found = unit_parcel(unit_id(story)) if whole_unit else problem_parcel(steps.problem_id(story))
        assert copies.make(copies.lacking(found.copies(originals=False))) == []
        return found

    return system(story, collect)  # type: ignore[no-any-return]


REOPENED = clock.at(2018, 7, 2, 9)
BASIS = "群众 7 月 2 日来电反映，当天去看，窗口上没有"
STILL = "告知单又没有了，补上并固定在窗口"


def reopen(story: Story, told: bool = True) -> None:
    """The head orders it; with the edition it is so for the unit too."""
    where = steps.problem_id(story)
    said = (STILL, "5 个工作日", BASIS)
    steps.does(
        story, "head", lambda by: actions.order_reopening(where, *said, by=by, at=REOPENED), at=REOPENED
    )
    if told:
        steps.publishes(story, at=REOPENED)


def close_again(story: Story) -> None:
    """Its second cycle, verified by papers, to the second signature."""

    def amend(by: Any) -> None:
        row = db.session.get_one(Problem, steps.problem_id(story))
        how: dict[str, Any] = {"version": row.version, "by": by, "at": clock.now()}
        amend_problem(row, row.criteria, "papers", "重启以后只看材料就够", **how)

    where, at = steps.problem_id(story), clock.at(2018, 7, 10, 9)
    steps.does(story, "head", amend, clock.at(2018, 7, 3, 9))
    steps.asks(story, at=clock.at(2018, 7, 9, 9))
    said = actions.Record(clock.day_of(at), 3, 3, "三张照片，告知单都钉在窗口上", True)
    steps.does(story, "clerk", lambda by: actions.verify(where, said, by=by, at=at), at)
    steps.approves(story, at=at)
    steps.signs(story, "head", "office", at=at)
    steps.signs(story, "origin3", "origin_team", at=at)
