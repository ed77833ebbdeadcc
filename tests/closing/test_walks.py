"""Random walks over the whole of it: whoever does whatever in whatever order, nothing is closed without what its way of
verification asks, and the check finds nothing to say."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from fieldapp import clock
from fieldapp.closing import actions, seeing, signing, telling
from fieldapp.closing.models import (
    Closing,
    ClosingVisit,
    Closure,
    PaperConfirmation,
    PaperSignature,
    Signature,
    Verification,
)
from fieldapp.closing.naming import Naming, name_signer
from fieldapp.db import acting, apart, db, system_reads
from fieldapp.demo.visit import Phone
from fieldapp.errors import NotVisible, RuleBroken
from fieldapp.office.check import findings
from fieldapp.organisations.models import County
from fieldapp.problems import measuring
from fieldapp.problems.models import Problem
from fieldapp.problems.ruling import change_rules
from fieldapp.visits import kinds, queries, reviewing
from fieldapp.visits.models import TapRow, Visit, VisitPerson
from fieldapp.visits.plain import conclusion_on
from fieldapp.visits.projecting import record_of
from fieldapp.visits.taps import own_taps, taps_of
from tests.closing import steps
from tests.conftest import Factory
from tests.story import Story

ENOUGH = "写得足够长的一句理由"
VISITED, PAPERS = steps.STORY, "示例-04"
PROBLEMS = st.sampled_from((VISITED, PAPERS))
ANYBODY = st.sampled_from(
    ("clerk", "head", "head", "origin3", "origin3", "leadership", "inspector1", "leader1", "admin", "unit")
)
OFFICE = st.sampled_from(("clerk", "head"))
BODIES = ("origin_team", "office", "leading_group", "discipline")
HOUR = 3600 * 1000
PAGE = "照片 " + "a" * 64  # a page without bytes: these walks bring no files
reached: Counter[str] = Counter()


@dataclass(frozen=True)
class World:
    factory: Factory
    template: str


class Walk(RuleBasedStateMachine):
    """One county, a problem that wants visits and one that wants papers, and everybody who might do something."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.story = Story(self.stack.enter_context(self.world.factory.afresh(self.world.template)))
        self.now = clock.now()
        steps.receives(self.story, PAPERS)
        self.ids = {number: steps.problem_id(self.story, number) for number in (VISITED, PAPERS)}
        self.visit = self.story.handed_in()
        self.people = {name: self.story.viewer(name).person_id for name in (*NAMES, "inspector2")}

    def teardown(self) -> None:
        with self.story.app.app_context():
            faults = [str(each) for each in findings() if not each.is_note and not str(each).startswith(PAGE)]
        self.stack.close()
        assert faults == []

    def tries(self, username: str, act: Callable[[Any], Any]) -> Any:
        """Somebody does something, an hour later. Refused or not: what it leads to is the invariant's."""
        self.now += HOUR
        try:
            return steps.does(self.story, username, act, self.now)
        except (RuleBroken, NotVisible):
            return None

    def read(self, statement: Any) -> Any:
        with self.story.app.app_context(), apart() as session:
            return session.scalar(statement)

    def shown(self, number: str) -> str:
        """The fingerprint on the screen."""
        newest = sa.select(Closing.fingerprint).where(Closing.problem_id == self.ids[number])
        return str(self.read(newest.order_by(Closing.frozen_at.desc()).limit(1)) or "")

    def state(self, number: str) -> str:
        return str(self.read(sa.select(Problem.state).where(Problem.id == self.ids[number])))

    @initialize(severity=st.sampled_from(("major", "ordinary")), needed=st.sampled_from((1, 1, 1, 2)))
    def laid(self, severity: str, needed: int) -> None:
        """What was settled before; neither is changed on the way."""

        def settle(by: Any) -> None:
            for key in self.ids.values():
                row = db.session.get_one(Problem, key)
                row.severity, row.visits_needed = severity, needed
                measuring.write(row, "edit", {"changed": {}}, by, self.now)

        self.tries("clerk", settle)

    @rule(number=PROBLEMS, who=st.sampled_from(("unit", "clerk")))
    def ask(self, number: str, who: str) -> None:
        if self.state(number) in ("received", "rectifying", "reopened"):
            steps.asks(self.story, who, number=number, at=self.now)

    @rule(who=st.sampled_from(("leader1", "leader1", "clerk", "inspector1")))
    def check(self, who: str) -> None:
        self.tries(who, lambda by: reviewing.check(self.seen(), by=by, at=self.now))

    @rule(who=st.sampled_from(("leader1", "clerk", "origin3")))
    def send_back(self, who: str) -> None:
        self.tries(who, lambda by: reviewing.send_back(self.seen(), ENOUGH, by=by, at=self.now))

    def seen(self) -> Visit:
        return queries.visit(self.visit)

    @rule()
    def late_tap(self) -> None:
        """The record changes: what was handed in or checked is so no more."""
        self.taps("inspector1", "note", {"text": "后来补的一句"})

    @rule()
    def mend(self) -> None:
        """What was asked for is added, handed in again by one and countersigned by both."""
        self.late_tap()
        with self.story.app.app_context(), apart() as session:
            mine = own_taps(self.visit, self.people["inspector1"], "demo-inspector1", session)
        self.taps("inspector1", "handin", kinds.manifest(mine))
        with self.story.app.app_context(), apart() as session:
            seal = record_of(session.get_one(Visit, self.visit), session).seal
        for who in ("inspector1", "inspector2"):
            self.taps(who, "countersign", {"record": seal, "agrees": True})

    def taps(self, who: str, kind: str, payload: dict[str, Any]) -> None:
        self.now += HOUR
        device, person = f"demo-{who}", self.people[who]
        last = sa.select(sa.func.max(TapRow.seq)).where(TapRow.visit == self.visit, TapRow.device == device)
        with self.story.app.app_context():
            Phone(self.story.viewer(who), person, self.visit, device, self.read(last)).tap(
                self.now, kind, payload
            )

    @rule(number=PROBLEMS, who=st.sampled_from(("clerk", "head", "head", "origin3")))
    def approve(self, number: str, who: str) -> None:
        self.tries(who, lambda by: actions.approve(self.ids[number], by=by, at=self.now))

    @rule(
        who=st.sampled_from(("clerk", "head", "leader1", "unit")), fixed=st.sampled_from((True, True, False))
    )
    def verify(self, who: str, fixed: bool) -> None:
        day = clock.day_of(self.now)
        said = actions.Record(day, looked=3, good=3 if fixed else 1, text=ENOUGH, fixed=fixed)
        self.tries(who, lambda by: actions.verify(self.ids[PAPERS], said, by=by, at=self.now))

    @rule(number=PROBLEMS, who=ANYBODY, body=st.sampled_from(BODIES))
    def sign(self, number: str, who: str, body: str) -> None:
        shown = self.shown(number)
        self.tries(who, lambda by: actions.sign(self.ids[number], body, shown, by=by, at=self.now))

    @precondition(lambda self: any(self.state(number) == "closure_requested" for number in self.ids))
    @rule(number=PROBLEMS)
    def sign_at_once(self, number: str) -> None:
        """Everybody whom it asks, in the same instant."""
        shown, at = self.shown(number), self.now
        pairs = (
            ("head", "office"),
            ("clerk", "office"),
            ("origin3", "origin_team"),
            ("leadership", "leading_group"),
        )

        def one(pair: tuple[str, str]) -> None:
            viewer, where = self.story.viewer(pair[0]), self.ids[number]
            try:
                with self.story.app.app_context(), acting(viewer):
                    actions.sign(where, pair[1], shown, by=viewer, at=at)
            except (RuleBroken, NotVisible):
                pass

        with clock.moved_to(at), ThreadPoolExecutor(4) as pool:
            list(pool.map(one, pairs))

    @rule(number=PROBLEMS, who=ANYBODY, body=st.sampled_from(BODIES))
    def object_to(self, number: str, who: str, body: str) -> None:
        shown = self.shown(number)
        self.tries(
            who, lambda by: actions.object_to(self.ids[number], body, shown, ENOUGH, by=by, at=self.now)
        )

    @rule(
        number=PROBLEMS,
        who=OFFICE,
        signer=ANYBODY,
        body=st.sampled_from(BODIES),
        second=OFFICE,
        stands=st.booleans(),
    )
    def on_paper(self, number: str, who: str, signer: str, body: str, second: str, stands: bool) -> None:
        page = actions.Page(body, self.people[signer], clock.day_of(self.now), "a" * 64)
        paper = self.tries(who, lambda by: actions.enter_paper(self.ids[number], page, by=by, at=self.now).id)
        if paper is not None:
            self.tries(second, lambda by: actions.confirm_paper(paper, stands, by=by, at=self.now))

    @rule(number=PROBLEMS, times=st.integers(1, 4))
    def go_on(self, number: str, times: int) -> None:
        """The next steps as they should be, so that walks get far."""
        for _ in range(times):
            self.honest_step(number)

    @rule(number=PROBLEMS)
    def go_on_to_the_end(self, number: str) -> None:
        self.go_on(number, 7)

    def honest_step(self, number: str) -> None:
        where, state = self.ids[number], self.state(number)
        if state == "closed":
            self.publish("clerk")
        elif state != "closure_requested":
            self.ask(number, "unit")
        elif not self.is_ready(number):
            self.check("leader1") if number == VISITED else self.verify("clerk", True)
        elif self.tries("head", lambda by: actions.approve(where, by=by, at=self.now)) is None:
            for body, who in (
                ("office", "head"),
                ("leading_group", "leadership"),
                ("origin_team", "origin3"),
            ):
                if self.is_open(number, body):
                    self.sign(number, who, body)
                    return
            self.publish("clerk")

    def is_ready(self, number: str) -> bool:
        with self.story.app.app_context(), apart() as session:
            problem = session.get_one(Problem, self.ids[number])
            request = seeing.newest_request(problem.id, session)
            rests = seeing.visits_on(problem, seeing.cycle_start(problem, session), session)
            verified = seeing.verifications(request.id, session) if request else []
            return not seeing.grounds_of(problem, rests, verified, session).lacking

    def is_open(self, number: str, body: str) -> bool:
        """Whether this body is waited for."""
        with self.story.app.app_context(), apart() as session:
            request = seeing.newest_request(self.ids[number], session)
            closing = session.get(Closing, request.id) if request else None
            return (
                closing is not None
                and body in signing.desk_of(closing, clock.day_of(self.now), session).waiting
            )

    @rule(number=PROBLEMS, who=OFFICE)
    def turn_down(self, number: str, who: str) -> None:
        self.tries(
            who, lambda by: actions.turn_down(self.ids[number], ENOUGH, "10 个工作日", by=by, at=self.now)
        )

    @rule(who=st.sampled_from(("clerk", "head", "origin3")))
    def publish(self, who: str) -> None:
        def act(by: Any) -> None:
            unit = by.unit_id or self.read(sa.select(Problem.unit_id).where(Problem.id == self.ids[VISITED]))
            with system_reads() as session:
                waiting = [each.closing_id for each in telling.pending(unit, session)]
            if waiting and by.is_office:
                telling.publish(unit, waiting, (), by=by, at=self.now)

        self.tries(who, act)

    @rule(number=PROBLEMS, who=OFFICE)
    def reopen(self, number: str, who: str) -> None:
        said = (ENOUGH, "5 个工作日", ENOUGH)
        self.tries(who, lambda by: actions.order_reopening(self.ids[number], *said, by=by, at=self.now))

    @rule(bodies=st.sampled_from((BODIES[:2], BODIES[:3], (*BODIES[:2], "discipline"))))
    def settle_bodies(self, bodies: tuple[str, ...]) -> None:
        def act(by: Any) -> None:
            county = db.session.get_one(County, by.county_id)
            change_rules(
                county, lambda now: now.signed_by(bodies), version=county.version, by=by, at=self.now
            )

        self.tries("head", act)

    @rule(who=ANYBODY, body=st.sampled_from(("office", "discipline")))
    def name(self, who: str, body: str) -> None:
        of = self.read(sa.select(Problem.team_id).where(Problem.id == self.ids[VISITED]))
        today = clock.day_of(self.now)

        def act(by: Any) -> None:
            team = db.session.get_one(steps.Team, of)
            said = Naming(
                team.round_id,
                body,
                None,
                self.people[who],
                None,
                today,
                today.replace(year=today.year + 1),
                ENOUGH,
            )
            name_signer(said, by=by, at=self.now)

        self.tries("head", act)

    @invariant()
    def nothing_is_closed_without_what_it_needs(self) -> None:
        with self.story.app.app_context(), apart() as session:
            for problem in session.scalars(sa.select(Problem).where(Problem.id.in_(self.ids.values()))):
                assert (problem.unit_state == "closed") == (
                    problem.state == "closed" and problem.told_on is not None
                )
                if problem.state == "closed":
                    reached["closed"] += 1
                    is_rightly_closed(problem, session)
                else:
                    reached[problem.state] += 1
                    assert problem.closure_id is None


NAMES = ("clerk", "head", "origin3", "leadership", "inspector1", "leader1", "admin", "unit")


def is_rightly_closed(problem: Problem, session: Session) -> None:
    """Judged anew from the bare rows, without the code that judged it first."""
    request = seeing.newest_request(problem.id, session)
    assert request is not None
    closure, closing = session.get_one(Closure, request.id), session.get_one(Closing, request.id)
    assert (problem.closure_id, closing.frozen_n) == (closing.id, closure.frozen_n)
    rows = sa.select(Signature).where(
        Signature.closing_id == closing.id, Signature.frozen_n == closure.frozen_n
    )
    signed = {row.body: row for row in session.scalars(rows)}
    people = {row.person_id for row in signed.values()}
    assert len(signed) >= 2
    assert len(people) == len(signed)
    assert set(closing.bodies) <= signed.keys()
    assert len(closing.bodies) >= 2
    assert problem.severity != "major" or "leading_group" in signed
    assert {row.fingerprint for row in signed.values()} == {closing.fingerprint}
    for row in signed.values():
        if row.paper_id:
            page, said = (
                session.get_one(PaperSignature, row.paper_id),
                session.get_one(PaperConfirmation, row.paper_id),
            )
            assert said.stands
            assert said.by_id != page.entered_by
    if problem.verification == "papers":
        verified = session.scalars(
            sa.select(Verification).where(Verification.request_id == request.id).order_by(Verification.at)
        ).all()
        frozen = [each for each in verified if each.at <= (closing.frozen_at or 0)]
        assert frozen[-1].fixed
        assert not people & {each.by_id for each in verified}
    else:
        has_been_visited(problem, closing, people, session)


def has_been_visited(problem: Problem, closing: Closing, signers: set[UUID], session: Session) -> None:
    """As often as the criterion asks, on different days, by another team, reviewed, all fixed."""
    rests = sa.select(ClosingVisit.visit_id).where(
        ClosingVisit.closing_id == closing.id, ClosingVisit.frozen_n == closing.frozen_n
    )
    visits = session.scalars(sa.select(Visit).where(Visit.id.in_(rests))).all()
    assert len({visit.day for visit in visits}) >= problem.visits_needed
    for visit in visits:
        went = set(session.scalars(sa.select(VisitPerson.person_id).where(VisitPerson.visit_id == visit.id)))
        assert visit.state == "reviewed"
        assert visit.team_id != problem.team_id
        assert not went & signers
        assert len(went) >= 2
        assert visit.reviewed_at is not None
        assert taps_of(visit.id, session)
        assert conclusion_on(record_of(visit, session), str(problem.id)) == "已整改"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_walk_closes_what_is_not_ready(factory: Factory, story_template: str) -> None:
    reached.clear()

    class Here(Walk):
        world = World(factory, story_template)

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Here,
        settings=settings(
            max_examples=30,
            stateful_step_count=40,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert reached["closed"] > 10, reached
    assert reached["reopened"] or reached["rectifying"], reached
