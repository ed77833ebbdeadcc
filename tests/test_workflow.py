"""Every state x step x role of both tables, and two people who take the same step at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from fieldapp import clock, history
from fieldapp.access.policy import Role, permissions_of
from fieldapp.access.viewers import Viewer
from fieldapp.db import SYSTEM, acting, apart, db
from fieldapp.errors import NotVisible, RuleBroken
from fieldapp.problems.models import STATES, Problem
from fieldapp.problems.states import problem_flow
from fieldapp.visits.models import Visit
from fieldapp.visits.states import visit_flow
from fieldapp.workflow import Workflow
from tests.story import Story

OFFICE, UNIT, HEAD = {Role.CLERK, Role.HEAD}, {Role.UNIT}, {Role.HEAD}
# (state, step) -> where it leads and whose step it is; what is not here cannot be done
PROBLEM: dict[tuple[str, str], tuple[str, set[Role]]] = {
    ("draft", "issue"): ("issued", OFFICE),
    ("issued", "receive"): ("received", UNIT),
    ("issued", "enter_receipt"): ("received", OFFICE),
    ("received", "start"): ("rectifying", UNIT),
    ("received", "enter_start"): ("rectifying", OFFICE),
    ("issued", "amend"): ("issued", HEAD),
    ("received", "amend"): ("received", HEAD),
    ("rectifying", "amend"): ("rectifying", HEAD),
    ("issued", "revise"): ("issued", HEAD),
    ("received", "revise"): ("received", HEAD),
    ("rectifying", "revise"): ("rectifying", HEAD),
}
VISIT: dict[tuple[str, str], str] = {
    ("under_way", "collect"): "collected",
    ("collected", "hand_in"): "handed_in",
    ("handed_in", "void"): "collected",
}
VISIT_STATES = ("under_way", "collected", "handed_in")
FACTS = {"seal": "f" * 64}


def as_role(story: Story, role: Role, unit_id: UUID) -> Viewer:
    """A viewer of the county with exactly one role."""
    roles = frozenset({role})
    clerk = story.viewer("clerk")
    return replace(clerk, roles=roles, permissions=permissions_of(roles), unit_id=unit_id)


def outcome(flow: Workflow, thing: Any, state: str, step: str, by: Any) -> str:
    """The state after an attempt, or how it was refused; leaves nothing behind."""
    session = sa.orm.object_session(thing)
    assert session is not None
    with session.begin_nested() as attempt:
        thing.state = state
        session.flush()
        try:
            flow.take(thing, step, by=by, at=0, facts=FACTS, actor="person:x", session=session)
            found = str(thing.state)
        except (RuleBroken, NotVisible) as refused:
            found = type(refused).__name__
        attempt.rollback()
    return found


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_problem_steps(story: Story, role: Role) -> None:
    steps = {step for _, step in PROBLEM}
    with story.app.app_context(), apart(writes=True) as session:
        problem = session.scalars(sa.select(Problem).where(Problem.number == "甘棠-07")).one()
        viewer = as_role(story, role, problem.unit_id)
        for state in STATES:
            for step in steps:
                target, roles = PROBLEM.get((state, step), ("", set()))
                expected = "RuleBroken" if not target else target if role in roles else "NotVisible"
                assert outcome(problem_flow, problem, state, step, viewer) == expected, (state, step)
        session.rollback()


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_no_person_takes_a_visits_step(story: Story, role: Role) -> None:
    """They follow from the taps alone."""
    with story.app.app_context(), apart(writes=True) as session:
        visit = session.scalars(sa.select(Visit)).one()
        viewer = as_role(story, role, visit.unit_id)
        for state in VISIT_STATES:
            for step in {step for _, step in VISIT}:
                expected = "NotVisible" if (state, step) in VISIT else "RuleBroken"
                assert outcome(visit_flow, visit, state, step, viewer) == expected, (state, step)
        session.rollback()


def test_the_taps_take_a_visits_steps(story: Story) -> None:
    with story.app.app_context(), apart(writes=True) as session:
        visit = session.scalars(sa.select(Visit)).one()
        for state in VISIT_STATES:
            for step in {step for _, step in VISIT}:
                expected = VISIT.get((state, step), "RuleBroken")
                assert outcome(visit_flow, visit, state, step, SYSTEM) == expected, (state, step)
        session.rollback()


def test_the_tables_hold_these_steps_and_no_other() -> None:
    assert {(row.source, row.step): row.target for row in problem_flow.table} == {
        key: target for key, (target, _) in PROBLEM.items()
    }
    assert {(row.source, row.step): row.target for row in visit_flow.table} == VISIT


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
