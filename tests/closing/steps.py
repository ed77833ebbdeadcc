"""The story from the hand-in on, in short: what a test of the closing needs done before it begins."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from fieldapp import clock
from fieldapp.closing import actions
from fieldapp.closing.models import Closing
from fieldapp.db import acting, apart, db
from fieldapp.problems.models import Problem
from fieldapp.problems.requesting import Ask, request_closing
from fieldapp.visits import reviewing
from fieldapp.visits.models import Visit
from tests.story import Story

Made = TypeVar("Made")
ASKED = clock.at(2018, 6, 5, 9)
CHECKED = clock.at(2018, 6, 21, 9)
STORY = "甘棠-07"


def does(story: Story, username: str, act: Callable[[Any], Made], at: int = CHECKED) -> Made:
    """Run an action as this person in a transaction of its own, at this instant."""
    viewer = story.viewer(username)
    with clock.moved_to(at), story.app.app_context(), acting(viewer):
        return act(viewer)


def problem_id(story: Story, number: str = STORY) -> UUID:
    return story.row(Problem, Problem.number == number)


def asks(story: Story, username: str = "unit", number: str = STORY, at: int = ASKED, **said: Any) -> None:
    """The unit's request."""
    ask = Ask(day=clock.day_of(at), **{"statement": "三条措施都做了", **said})

    def act(by: Any) -> None:
        problem = db.session.scalars(sa.select(Problem).where(Problem.number == number)).one()
        request_closing(problem, ask, by=by, at=at)

    does(story, username, act, at)


def checks(story: Story, at: int = CHECKED) -> None:
    """The leader's word on the story's visit."""

    def act(by: Any) -> None:
        visit = db.session.scalars(sa.select(Visit).where(Visit.state == "handed_in")).one()
        reviewing.check(visit, by=by, at=at)

    does(story, "leader1", act, at)


def approves(story: Story, username: str = "head", number: str = STORY, at: int = CHECKED) -> str:
    return does(story, username, lambda by: actions.approve(problem_id(story, number), by=by, at=at), at)


def signs(story: Story, username: str, body: str, number: str = STORY, at: int = CHECKED) -> bool:
    shown = closing(story, number).fingerprint
    where = problem_id(story, number)
    return does(story, username, lambda by: actions.sign(where, body, shown, by=by, at=at), at)


def closing(story: Story, number: str = STORY) -> Closing:
    """The newest closing of a problem, detached."""
    with story.app.app_context(), apart() as session:
        rows = (
            sa.select(Closing).join(Problem, Problem.id == Closing.problem_id).where(Problem.number == number)
        )
        found = list(session.scalars(rows.order_by(Closing.frozen_at.desc())))
        session.expunge_all()
        return found[0]


def state(story: Story, number: str = STORY) -> str:
    with story.app.app_context(), apart() as session:
        return str(session.scalar(sa.select(Problem.state).where(Problem.number == number)))


def to_signing(story: Story) -> None:
    """Asked, checked, approved: two signatures are wanted."""
    asks(story)
    checks(story)
    approves(story)
