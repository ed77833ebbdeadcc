"""Every state x step x role of both tables, and two people who take the same step at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from fieldapp import clock, history
from fieldapp.access.policy import Role, permissions_of
from fieldapp.access.viewers import Viewer
from fieldapp.closing.models import Closing, Closure
from fieldapp.closing.states import closing_flow
from fieldapp.db import SYSTEM, acting, apart, db
from fieldapp.errors import NotVisible, RuleBroken
from fieldapp.organisations.models import Person
from fieldapp.problems.models import STATES, Problem
from fieldapp.problems.states import problem_flow
from fieldapp.publishing.models import Edition
from fieldapp.visits.models import Visit
from fieldapp.visits.states import visit_flow
from fieldapp.workflow import Workflow
from tests.closing import steps
from tests.story import Story

WORKED_ON = ("received", "rectifying", "reopened")
OFFICE, UNIT, HEAD = {Role.CLERK, Role.HEAD}, {Role.UNIT}, {Role.HEAD}
# (state, step) -> where it leads and whose step it is; what is not here cannot be done
PROBLEM: dict[tuple[str, str], tuple[str, set[Role]]] = {
    ("draft", "issue"): ("issued", OFFICE),
    ("issued", "receive"): ("received", UNIT),
    ("issued", "enter_receipt"): ("received", OFFICE),
    ("received", "start"): ("rectifying", UNIT),
    ("received", "enter_start"): ("rectifying", OFFICE),
    **{(state, step): (state, HEAD) for state in ("issued", *WORKED_ON) for step in ("amend", "revise")},
    **{(state, "request"): ("closure_requested", UNIT) for state in WORKED_ON},
    **{(state, "enter_request"): ("closure_requested", OFFICE) for state in WORKED_ON},
    ("closure_requested", "close"): ("closed", set()),
    ("closure_requested", "return"): ("rectifying", OFFICE),
    ("closed", "reopen"): ("reopened", OFFICE),
}
BY_TAPS: dict[tuple[str, str], str] = {
    ("under_way", "collect"): "collected",
    ("collected", "hand_in"): "handed_in",
    ("handed_in", "void"): "collected",
    ("checked", "void"): "collected",
    ("sent_back", "hand_in"): "handed_in",
}
LEADER = {Role.LEADER}
VISIT: dict[tuple[str, str], tuple[str, set[Role]]] = {
    **{key: (target, set()) for key, target in BY_TAPS.items()},
    ("handed_in", "check"): ("checked", LEADER),
    ("handed_in", "send_back"): ("sent_back", LEADER | OFFICE),
    ("checked", "send_back"): ("sent_back", LEADER | OFFICE),
    ("checked", "review"): ("reviewed", OFFICE),
}
CLOSING: dict[tuple[str, str], tuple[str, set[Role]]] = {
    ("reviewing", "approve"): ("signing", OFFICE),
    ("reviewing", "turn_down"): ("returned", OFFICE),
    ("signing", "sign"): ("signing", OFFICE | LEADER | {Role.INSPECTOR, Role.LEADERSHIP, Role.SIGNER}),
    ("signing", "confirm_paper"): ("signing", OFFICE),
    ("signing", "object"): ("reviewing", OFFICE | LEADER | {Role.INSPECTOR, Role.LEADERSHIP, Role.SIGNER}),
    ("signing", "complete"): ("closed", set()),
    ("closed", "order_reopening"): ("reopened", HEAD),
}
VISIT_STATES = ("under_way", "collected", "handed_in", "sent_back", "checked", "reviewed")
CLOSING_STATES = ("reviewing", "signing", "returned", "closed", "reopened")
ENOUGH = "写得足够长的一句理由"
FACTS = {
    "seal": "f" * 64, "missing": ENOUGH, "still": ENOUGH, "basis": ENOUGH, "reason": ENOUGH, "limit": "1 个月",
    "edition": "x", "due": "2018-07-06", "lacking": "", "fingerprint": "f" * 64, "refusal": "", "closure": "x",
}  # fmt: skip


def as_role(story: Story, role: Role, unit_id: UUID, team_id: UUID | None = None) -> Viewer:
    """A viewer of the county with exactly one role; a leader leads that team."""
    roles = frozenset({role})
    clerk = story.viewer("clerk")
    led = frozenset({team_id}) if team_id and role is Role.LEADER else frozenset[UUID]()
    return replace(
        clerk, roles=roles, permissions=permissions_of(roles), unit_id=unit_id, led_team_ids=led, team_ids=led
    )


Lay = Callable[[Any, str], None]


def outcome(flow: Workflow, thing: Any, state: str, step: str, by: Any, lay: Lay, **also: Any) -> str:
    """The state after an attempt, or how it was refused; leaves nothing behind. `lay` puts the thing into the state
    with all that the database wants to stand beside it."""
    session = sa.orm.object_session(thing)
    assert session is not None
    facts = {**FACTS, "signed": SIGNED, "bodies": ["office", "origin_team"]}
    if flow is closing_flow:
        facts["signed"] = ["office", "origin_team"]
    with session.begin_nested() as attempt:
        lay(thing, state)
        session.flush()
        try:
            flow.take(thing, step, by=by, at=0, facts=facts, also=also, actor="person:x", session=session)
            found = str(thing.state)
        except (RuleBroken, NotVisible) as refused:
            found = type(refused).__name__
        attempt.rollback()
    return found


SIGNED = [["office", "a"], ["origin_team", "b"]]


def wanted(table: Any, state: str, step: str, role: Role | None) -> str:
    target, roles = table.get((state, step), ("", set()))
    return "RuleBroken" if not target else target if role is None or role in roles else "NotVisible"


def lay_problem(problem: Any, state: str) -> None:
    closure = sa.orm.object_session(problem).scalar(sa.select(Closure.closing_id))
    problem.state, problem.closure_id = state, closure if state == "closed" else None
    problem.told_on, problem.requested_on = None, clock.day_of(steps.ASKED)


def lay_state(thing: Any, state: str) -> None:
    thing.state = state


def lay_closing(closing: Any, state: str) -> None:
    closing.state, closing.still, closing.limit_text = state, ENOUGH, "1 个月"


def also_of(step: str, session: Any) -> dict[str, Any]:
    """What the actions change with the state, as the database asks."""
    if step == "close":
        return {"closure_id": session.scalar(sa.select(Closure.closing_id))}
    return {"closure_id": None, "told_on": None} if step == "reopen" else {}


@pytest.fixture
def closed(story: Story) -> Story:
    """With one problem that went the whole way, so that every state can be laid."""
    steps.to_signing(story)
    steps.signs(story, "head", "office")
    steps.signs(story, "origin3", "origin_team")
    return story


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role.value if role else "system")
def test_every_state_step_and_role(closed: Story, role: Role | None) -> None:
    with closed.app.app_context(), apart(writes=True) as session:
        problem = session.scalars(sa.select(Problem).where(Problem.number == "甘棠-07")).one()
        visit, closing = session.scalars(sa.select(Visit)).one(), session.scalars(sa.select(Closing)).one()
        visit.seal = "0" * 64
        lays: list[tuple[Workflow, Any, tuple[str, ...], Any, Lay]] = [
            (problem_flow, problem, STATES, PROBLEM, lay_problem),
            (visit_flow, visit, VISIT_STATES, VISIT, lay_state),
            (closing_flow, closing, CLOSING_STATES, CLOSING, lay_closing),
        ]
        closing.edition_id = None
        session.execute(sa.update(Closing).values(edition_id=_edition(session, closing)))
        for flow, thing, states, table, lay in lays:
            by = as_role(closed, role, problem.unit_id, visit.team_id) if role else SYSTEM
            for state in states:
                for step in {step for _, step in table}:
                    if role is None and table.get((state, step), ("", set()))[1]:
                        continue  # a person's step: its rule asks who that is
                    also = also_of(step, session) if flow is problem_flow else {}
                    found = outcome(flow, thing, state, step, by, lay, **also)
                    assert found == wanted(table, state, step, role), (flow.name, state, step)
        session.rollback()


def _edition(session: Any, closing: Any) -> UUID:
    edition = Edition(
        id=uuid4(), county_id=closing.county_id, unit_id=closing.unit_id, n=1, day=date(2018, 6, 22)
    )
    edition.content, edition.sha256, edition.by_id, edition.at = (
        "{}",
        "0" * 64,
        session.scalar(sa.select(Person.id)),
        0,
    )
    session.add(edition)
    session.flush()
    return edition.id


def test_the_tables_hold_these_steps_and_no_other() -> None:
    for flow, table in ((problem_flow, PROBLEM), (visit_flow, VISIT), (closing_flow, CLOSING)):
        assert {(row.source, row.step): row.target for row in flow.table} == {
            key: target for key, (target, _) in table.items()
        }


def refusal(story: Story, number: str, step: str, role: Role, **problem_fields: Any) -> str:
    with story.app.app_context(), apart(writes=True) as session:
        problem = session.scalars(sa.select(Problem).where(Problem.number == number)).one()
        unit_id = problem_fields.pop("viewer_unit", problem.unit_id)
        for name, value in problem_fields.items():
            setattr(problem, name, value)
        session.flush()
        with pytest.raises(RuleBroken) as refused:
            problem_flow.take(problem, step, by=as_role(story, role, unit_id), at=0, session=session)
        session.rollback()
    return refused.value.sentence


def test_a_problem_is_not_issued_without_criterion_or_way(story: Story) -> None:
    assert "销号标准" in refusal(story, "甘棠-07", "issue", Role.CLERK, state="draft", criteria=[])
    assert "核实方式" in refusal(story, "甘棠-07", "issue", Role.CLERK, state="draft", verification="")


def test_only_the_own_unit_receives(story: Story) -> None:
    assert "本单位" in refusal(story, "示例-04", "receive", Role.UNIT, viewer_unit=uuid4())


def test_a_step_writes_state_and_history_together(story: Story) -> None:
    clerk = story.viewer("clerk")
    with story.app.app_context(), acting(clerk):
        problem = db.session.scalars(sa.select(Problem).where(Problem.number == "示例-04")).one()
        digest = problem_flow.take(
            problem, "enter_receipt", by=clerk, at=clock.at(2018, 6, 1), facts={"n": 1}
        )
    with story.app.app_context(), apart() as session:
        last = history.entries(f"problem:{story.row(Problem, Problem.number == '示例-04')}", session)[-1]
        assert (last.hash, last.action, last.fields["actor"]) == (digest, "enter_receipt", clerk.actor)
        said = last.fields["payload"]
        content = said.pop("content")
        assert said == {"from": "issued", "to": "received", "n": 1}
        problem = session.scalars(sa.select(Problem).where(Problem.number == "示例-04")).one()
        assert content == problem.content_hash


def together(*jobs: Callable[[], str]) -> list[str]:
    """Each job in a thread of its own, all let go at the same moment."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], str]) -> str:
        start.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [each.result() for each in [pool.submit(run, job) for job in jobs]]


def test_two_at_once_take_a_step_once(story: Story) -> None:
    problem_id = story.row(Problem, Problem.number == "示例-04")
    clerk, head, unit = (story.viewer(name) for name in ("clerk", "head", "unit"))

    def take(viewer: Viewer, step: str) -> Callable[[], str]:
        def job() -> str:
            try:
                with story.app.app_context(), acting(viewer):
                    problem = db.session.scalars(sa.select(Problem).where(Problem.id == problem_id)).one()
                    problem_flow.take(problem, step, by=viewer, at=clock.now())
                return "taken"
            except RuleBroken:
                return "refused"

        return job

    said = together(
        take(clerk, "enter_receipt"),
        take(head, "enter_receipt"),
        take(unit, "receive"),
        take(unit, "receive"),
    )
    assert sorted(said) == ["refused", "refused", "refused", "taken"]
    with story.app.app_context(), apart() as session:
        steps = [row.action for row in history.entries(f"problem:{problem_id}", session)]
        assert list(history.verify(session)) == []
    assert steps[:2] == ["create", "issue"]
    assert len(steps) == 3
    assert steps[2] in ("receive", "enter_receipt")
