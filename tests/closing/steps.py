"""The story from the hand-in on, in short: what a test of the closing needs done before it begins."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from fieldapp import clock, ids
from fieldapp.access import actions as access
from fieldapp.closing import actions, telling
from fieldapp.closing.fact_models import Fact, FactProblem, FactReply
from fieldapp.closing.models import Closing, Closure, Signature, Signer, Verification
from fieldapp.db import SYSTEM, acting, apart, db, system_reads
from fieldapp.organisations.actions import add_person
from fieldapp.organisations.models import Person, Round, Team
from fieldapp.problems.models import ClosureRequest, Problem
from fieldapp.problems.requesting import Ask, request_closing
from fieldapp.problems.states import problem_flow
from fieldapp.publishing.editions import Released
from fieldapp.publishing.models import Edition
from fieldapp.visits import reviewing
from fieldapp.visits.models import TapRow, Visit
from tests.story import PASSWORD, Story

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
    ask = Ask(**{"day": clock.day_of(at), "statement": "三条措施都做了", **said})

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


def publishes(story: Story, username: str = "clerk", at: int = CHECKED, photos: Any = ()) -> Edition:
    """Everything that waits to be told to the story's unit."""

    def act(by: Any) -> Edition:
        unit = db.session.scalars(sa.select(Problem.unit_id).where(Problem.number == STORY)).one()
        with system_reads() as session:
            waiting = [each.closing_id for each in telling.pending(unit, session)]
        return telling.publish(unit, waiting, photos, by=by, at=at)

    return does(story, username, act, at)


def lay(session: Any, number: str, state: str) -> None:
    """Put a problem into a state with all that the database wants to stand beside it, behind the application's back."""
    problem = session.scalars(sa.select(Problem).where(Problem.number == number)).one()
    beside: dict[str, Any] = {"requested_on": clock.day_of(ASKED)} if state == "closure_requested" else {}
    if state == "closed":
        beside = {"closure_id": _closure(session, problem)}
    session.execute(sa.update(Problem).where(Problem.id == problem.id).values(state=state, **beside))


def _closure(session: Any, problem: Problem) -> UUID:
    key, people = ids.new_id(), session.scalars(sa.select(Person.id).order_by(Person.id).limit(2)).all()
    place = {"county_id": problem.county_id, "problem_id": problem.id}
    said = {"n": 1, "day": clock.day_of(ASKED), "letter": "", "statement": "x", "by_office": True, "at": 1}
    session.add(ClosureRequest(id=key, page_sha256=None, by_id=people[0], **said, **place))
    session.flush()
    closing = Closing(id=key, unit_id=problem.unit_id, team_id=problem.team_id, state="closed", **place)
    closing.fingerprint, closing.frozen_n, closing.frozen_at = "0" * 64, 1, 1
    session.add(closing)
    session.flush()
    sign = {"closing_id": key, "frozen_n": 1, "fingerprint": "0" * 64, "at": 1, "problem_id": problem.id}
    for body, person in zip(("office", "origin_team"), people, strict=True):
        session.add(Signature(body=body, person_id=person, **sign))
    session.flush()
    by = {
        "first_body": "office",
        "first_person": people[0],
        "second_body": "origin_team",
        "second_person": people[1],
    }
    session.add(Closure(day=clock.day_of(ASKED), **sign, **by))
    session.flush()
    return key


def everything(story: Story) -> None:
    """A row in every table of closing and publishing: an objection, a page on paper, an edition with a photo, a named
    signer, a verification, and a finding that was answered and became a problem."""
    to_signing(story)
    where, shown = problem_id(story), closing(story).fingerprint
    no = "照片看不清窗口上贴的告知单"
    does(story, "origin3", lambda by: actions.object_to(where, "origin_team", shown, no, by=by, at=CHECKED))
    approves(story)
    page = actions.Page("origin_team", story.viewer("origin3").person_id, clock.day_of(CHECKED), "a" * 64)
    paper = does(story, "clerk", lambda by: actions.enter_paper(where, page, by=by, at=CHECKED).id)
    does(story, "head", lambda by: actions.confirm_paper(paper, True, by=by, at=CHECKED))
    signs(story, "head", "office")
    publishes(story, photos=(Released("b" * 64, "窗口"),))
    with story.app.app_context(), apart(writes=True) as session:
        found = session.scalars(sa.select(Visit)).one()
        who = story.viewer("head").person_id
        place = {"county_id": found.county_id, "unit_id": found.unit_id}
        fact = Fact(
            visit_id=found.id,
            tap_id=ids.new_id(),
            text="没有导办",
            day=found.day,
            by_id=who,
            at=CHECKED,
            **place,
        )
        session.add(fact)
        session.flush()
        session.add(
            FactReply(fact_id=fact.id, agrees=True, text="", letter="", by_office=True, by_id=who, at=CHECKED)
        )
        session.flush()
        session.add(FactProblem(fact_id=fact.id, problem_id=where))
        asked, of = closing(story), session.scalars(sa.select(Round.id)).first()
        session.add(
            Verification(
                county_id=found.county_id, problem_id=where, request_id=asked.id, way="papers", day=found.day, looked=1,
                good=1, text="x", fixed=True, photos=[], by_id=who, at=CHECKED,
            )
        )  # fmt: skip
        session.add(
            Signer(
                county_id=found.county_id, round_id=of, body="office", team_id=None, person_id=who, instead_of=None,
                starts=found.day, ends=found.day, reason="x", by_id=who, at=CHECKED,
            )
        )  # fmt: skip


def to_signing(story: Story) -> None:
    """Asked, checked, approved: two signatures are wanted."""
    asks(story)
    checks(story)
    approves(story)


def paper(story: Story) -> UUID:
    """A signed page of the original team that waits for the second person."""
    page = actions.Page("origin_team", story.viewer("origin3").person_id, clock.day_of(CHECKED), "a" * 64)
    return does(story, "clerk", lambda by: actions.enter_paper(problem_id(story), page, by=by, at=CHECKED).id)


def receives(story: Story, number: str) -> None:
    """The unit's receipt, now."""

    def act(by: Any) -> None:
        row = db.session.scalars(sa.select(Problem).where(Problem.number == number)).one()
        problem_flow.take(row, "receive", by=by, at=clock.now())

    does(story, "unit", act, clock.now())


def closing_visit(story: Story) -> UUID:
    """The story's visit, whatever its state."""
    return story.row(Visit, Visit.day == clock.day_of(clock.at(2018, 6, 20)))


def photo_again(story: Story) -> None:
    """Another visit of the county holds a photo of the story's: the very bytes."""
    with story.app.app_context(), apart(writes=True) as session:
        seen = session.get_one(Visit, closing_visit(story))
        shot = session.scalars(
            sa.select(TapRow).where(TapRow.visit == seen.id, TapRow.kind == "photo")
        ).first()
        assert shot is not None
        same = {
            name: getattr(seen, name)
            for name in Visit.__table__.columns.keys()  # noqa: SIM118
            if name not in ("id", "plan_id")
        }
        other = Visit(id=ids.new_id(), **{**same, "plan_id": None, "day": seen.day - timedelta(30)})
        session.add(other)
        session.flush()
        tap = {name: getattr(shot, name) for name in TapRow.__table__.columns.keys()}  # noqa: SIM118
        session.add(TapRow(**{**tap, "id": ids.new_id(), "visit": other.id}))


def naming(story: Story, body: str, username: str, instead_of: str = "") -> dict[str, str]:
    """What the head types to name a signer for the story's round."""
    with story.app.app_context(), apart() as session:
        team = session.scalars(
            sa.select(Team).join(Problem, Problem.team_id == Team.id).where(Problem.number == STORY)
        ).one()
        of, key = str(team.round_id), str(team.id)
    return {
        "round_id": of,
        "body": body,
        "team_id": key if body == "origin_team" else "",
        "person_id": str(story.viewer(username).person_id),
        "instead_of": str(story.viewer(instead_of).person_id) if instead_of else "",
        "starts": "2018-06-01",
        "ends": "2018-12-31",
        "reason": "组长六月调走，由他接替",
    }


def verified(story: Story, number: str) -> None:
    """Asked for, looked through by the clerk, approved by the head; all of it now."""
    at, where = clock.now(), problem_id(story, number)
    asks(story, number=number, at=at)
    said = actions.Record(clock.day_of(at), looked=12, good=12, text="查 12 份公示，都在 3 日内", fixed=True)
    does(story, "clerk", lambda by: actions.verify(where, said, by=by, at=at), at)
    approves(story, number=number, at=at)


def somebody(story: Story, username: str) -> None:
    """A person of the county with an account and no role."""
    with story.app.app_context(), acting(SYSTEM):
        home = db.session.scalars(sa.select(Problem.county_id).where(Problem.number == STORY)).one()
        access.make_account(add_person(home, "接替的人").id, home, username, PASSWORD, temporary=False)
