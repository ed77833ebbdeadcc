"""The story's problem, closed: what a test of the export needs done before it begins."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.closing import actions
from fieldapp.db import SYSTEM, acting
from fieldapp.evidence import actions as evidence
from fieldapp.organisations.models import Unit
from fieldapp.packages import copies
from fieldapp.packages.parcels import Parcel, problem_parcel, unit_parcel
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
