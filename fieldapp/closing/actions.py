"""Verbs of the closing. Each runs on a system session of the request's transaction, after a query has shown that the
viewer may see the thing; the problem's row is locked before the closing's, so that two signers meet in one order."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import clock, ids
from fieldapp.closing import dossier, seeing, signing
from fieldapp.closing.models import (
    Closing,
    ClosingVisit,
    Closure,
    Objection,
    PaperConfirmation,
    PaperSignature,
    Signature,
    Verification,
)
from fieldapp.closing.states import closing_flow
from fieldapp.db import SYSTEM, system_reads
from fieldapp.deadlines.limits import parse_limit
from fieldapp.errors import NotVisible, RuleBroken
from fieldapp.problems.models import ClosureRequest, Problem
from fieldapp.problems.states import problem_flow
from fieldapp.visits import reviewing


@contextmanager
def held(problem_id: UUID) -> Iterator[tuple[Problem, Closing, Session]]:
    """The problem and what is made of its newest request, both locked; the closing begins with the first of these."""
    with system_reads() as session:
        problem = session.get(Problem, problem_id, with_for_update=True)
        request = seeing.newest_request(problem_id, session)
        if problem is None or request is None:
            raise NotVisible
        closing = session.get(Closing, request.id, with_for_update=True) or _begun(problem, request, session)
        yield problem, closing, session


def _begun(problem: Problem, request: ClosureRequest, session: Session) -> Closing:
    made = Closing(id=request.id, county_id=problem.county_id, problem_id=problem.id, unit_id=problem.unit_id)
    made.team_id, made.state, made.bodies = problem.team_id, "reviewing", []
    session.add(made)
    session.flush()
    return made


def approve(problem_id: UUID, *, by: Any, at: int) -> str:
    """同意: the record is frozen, its visits are reviewed, signatures are asked for. Returns the fingerprint."""
    with held(problem_id) as (problem, closing, session):
        visits = seeing.visits_on(problem, seeing.cycle_start(problem, session), session, locked=True)
        verified = seeing.verifications(closing.id, session)
        grounds = seeing.grounds_of(problem, visits, verified, session)
        if lacking := grounds.lacking or grounds.refusal(by.person_id):
            raise RuleBroken(lacking)
        good = {each.id for each in grounds.good_visits} if grounds.needs_visit else set()
        rests = [(visit, record) for visit, record in visits if visit.id in good]
        for visit, record in rests:
            reviewing.review(visit, record.seal, by=by, at=at, session=session)
        closing.bodies = signing.bodies_of(problem)
        n = closing.frozen_n + 1
        request = session.get_one(ClosureRequest, closing.id)
        text, fingerprint = dossier.freeze(
            closing, problem, request, rests, verified, frozen_n=n, at=at, session=session
        )
        facts = {"lacking": "", "fingerprint": fingerprint, "frozen_n": n, "bodies": closing.bodies}
        also = {"record": text, "fingerprint": fingerprint, "frozen_n": n, "frozen_at": at}
        closing_flow.take(closing, "approve", by=by, at=at, facts=facts, also=also, session=session)
        session.add_all(
            ClosingVisit(closing_id=closing.id, frozen_n=n, visit_id=visit.id) for visit, _ in rests
        )
        return fingerprint


def turn_down(problem_id: UUID, still: str, limit_text: str, *, by: Any, at: int) -> None:
    """打回单位: what is still to be done and until when. The unit reads it with the next edition, not before."""
    _readable_limit(limit_text)
    with held(problem_id) as (problem, closing, session):
        if told := seeing.telltale_in(still, problem, session):
            raise RuleBroken(told, "reason")
        said = {"still": still.strip(), "limit_text": limit_text.strip()}
        facts = {"still": said["still"], "limit": said["limit_text"]}
        also = {**said, "decided_at": at}
        closing_flow.take(closing, "turn_down", by=by, at=at, facts=facts, also=also, session=session)


def order_reopening(problem_id: UUID, still: str, limit_text: str, basis: str, *, by: Any, at: int) -> None:
    """重启: with reason and basis. A new cycle begins when the edition that says so goes out; the old stays frozen."""
    _readable_limit(limit_text)
    with held(problem_id) as (problem, closing, session):
        if told := seeing.telltale_in(still, problem, session):
            raise RuleBroken(told, "still")
        said = {"still": still.strip(), "limit_text": limit_text.strip(), "basis": basis.strip()}
        facts = {**said, "limit": said["limit_text"]}
        also = {**said, "decided_at": at, "edition_id": None}
        closing_flow.take(closing, "order_reopening", by=by, at=at, facts=facts, also=also, session=session)


def _readable_limit(text: str) -> None:
    parse_limit(text)  # raises RuleBroken beside the field


@dataclass(frozen=True)
class Record:
    """资料核验 or 电话回访: counts, words, whether the criterion is met."""

    day: date
    looked: int
    good: int
    text: str
    fixed: bool
    photos: tuple[str, ...] = ()


def verify(problem_id: UUID, said: Record, *, key: UUID | None = None, by: Any, at: int) -> None:
    """Write a verification down, by somebody who neither belongs to the unit nor signs. Sent twice, it is one."""
    if by.is_unit:
        raise NotVisible
    with held(problem_id) as (problem, closing, session):
        if key and session.get(Verification, key):
            return
        if problem.verification not in ("papers", "phone") or closing.state != "reviewing":
            raise RuleBroken("这个问题现在不用核验记录")
        if by.person_id in seeing.recused(problem.unit_id, session):
            raise RuleBroken("回避这个单位的人不能核验")
        if said.day > clock.day_of(at):
            raise RuleBroken("核验的日子还没到", "day")
        if said.day < seeing.cycle_start(problem, session).day:
            raise RuleBroken("核验的日子早于这一轮整改", "day")
        if said.good > said.looked:
            raise RuleBroken("合格的比查的多", "good")
        session.add(
            Verification(
                id=key or ids.new_id(),
                county_id=problem.county_id,
                problem_id=problem.id,
                request_id=closing.id,
                way=problem.verification,
                day=said.day,
                looked=said.looked,
                good=said.good,
                text=said.text.strip(),
                fixed=said.fixed,
                photos=list(said.photos),
                by_id=by.person_id,
                at=at,
            )
        )


def sign(problem_id: UUID, body: str, fingerprint: str, *, by: Any, at: int) -> bool:
    """One body's yes to what was shown; whether it closed the problem. The password has been asked before."""
    with held(problem_id) as (problem, closing, session):
        _is_shown(closing, fingerprint)
        desk = signing.desk_of(closing, clock.day_of(at), session)
        facts = {
            "refusal": desk.refusal(body, by.person_id),
            "body": body,
            "fingerprint": closing.fingerprint,
        }
        closing_flow.take(closing, "sign", by=by, at=at, facts=facts, session=session)
        _write_signature(closing, body, by.person_id, None, at, session)
        return _complete(problem, closing, by, at, session)


@dataclass(frozen=True)
class Ticked:
    """One line of a batch: the closing, the body one signs for, the record as it was shown."""

    problem_id: UUID
    body: str
    fingerprint: str


def sign_all(ticked: Collection[Ticked], *, by: Any, at: int) -> int:
    """Each its own signature, all or none, the problems locked in one order; how many of them closed."""
    closed = 0
    _lock_all({each.problem_id for each in ticked})
    for each in sorted(ticked, key=lambda one: (one.problem_id, one.body)):
        try:
            closed += sign(each.problem_id, each.body, each.fingerprint, by=by, at=at)
        except RuleBroken as broken:
            raise RuleBroken(
                f"{_number(each.problem_id)}：{broken.sentence}。这一批都还没签", "ticked"
            ) from None
    return closed


def _lock_all(problem_ids: Collection[UUID]) -> None:
    """Before the first signature is counted, which all signers share: who holds a later one must not wait for that."""
    with system_reads() as session:
        rows = sa.select(Problem.id).where(Problem.id.in_(problem_ids)).order_by(Problem.id)
        session.execute(rows.with_for_update()).all()


def _number(problem_id: UUID) -> str:
    with system_reads() as session:
        return str(session.scalar(sa.select(Problem.number).where(Problem.id == problem_id)))


def _is_shown(closing: Closing, fingerprint: str) -> None:
    if closing.state != "signing" or closing.fingerprint != fingerprint:
        raise RuleBroken("记录在你看的时候变了，看过新的再签")


def object_to(problem_id: UUID, body: str, fingerprint: str, reason: str, *, by: Any, at: int) -> None:
    """One body's no, with its reason: back to the review; what was signed under this freezing counts no more."""
    with held(problem_id) as (_problem, closing, session):
        _is_shown(closing, fingerprint)
        desk = signing.desk_of(closing, clock.day_of(at), session)
        facts = {"refusal": desk.refusal(body, by.person_id), "body": body, "reason": reason.strip()}
        closing_flow.take(closing, "object", by=by, at=at, facts=facts, session=session)
        session.add(
            Objection(
                closing_id=closing.id, frozen_n=closing.frozen_n, body=body, person_id=by.person_id,
                reason=reason.strip(), at=at,
            )
        )  # fmt: skip


@dataclass(frozen=True)
class Page:
    """A signed and sealed page: whose signature, for which body, the day written beside it."""

    body: str
    person_id: UUID
    day: date
    page_sha256: str


def enter_paper(problem_id: UUID, page: Page, *, by: Any, at: int) -> PaperSignature:
    """纸质签批 as somebody of the office entered it; it counts when another has compared it."""
    with held(problem_id) as (_problem, closing, session):
        if closing.state != "signing":
            raise RuleBroken("现在没有要签认的")
        if page.day > clock.day_of(at) or page.day < clock.day_of(closing.frozen_at or at):
            raise RuleBroken("签批的日子要在审核同意之后、今天以前", "day")
        desk = signing.desk_of(closing, page.day, session)
        if refusal := desk.refusal(page.body, page.person_id):
            raise RuleBroken(refusal, "person")
        made = PaperSignature(
            id=ids.new_id(), closing_id=closing.id, county_id=closing.county_id, frozen_n=closing.frozen_n,
            body=page.body, person_id=page.person_id, day=page.day, page_sha256=page.page_sha256,
            entered_by=by.person_id, entered_at=at,
        )  # fmt: skip
        session.add(made)
        session.flush()
        return made


def confirm_paper(paper_id: UUID, stands: bool, *, by: Any, at: int) -> bool:
    """The second person has compared page and entry; whether it closed the problem."""
    with system_reads() as session:
        problem_id = session.scalar(
            sa.select(Closing.problem_id)
            .join(PaperSignature, PaperSignature.closing_id == Closing.id)
            .where(PaperSignature.id == paper_id)
        )
    if problem_id is None:
        raise NotVisible
    with held(problem_id) as (problem, closing, session):
        paper = session.get_one(PaperSignature, paper_id)
        if paper.closing_id != closing.id or paper.frozen_n != closing.frozen_n or closing.state != "signing":
            raise RuleBroken("记录后来重新审过，这一页不能再用")
        if by.person_id == paper.entered_by:
            raise RuleBroken("录入的人不能自己核，请另一个人核")
        if session.get(PaperConfirmation, paper_id):
            raise RuleBroken("已经核过了")
        if stands:
            desk = signing.desk_of(closing, paper.day, session)
            facts = {
                "refusal": desk.refusal(paper.body, paper.person_id),
                "body": paper.body,
                "paper": str(paper.id),
            }
            closing_flow.take(closing, "confirm_paper", by=by, at=at, facts=facts, session=session)
        session.add(
            PaperConfirmation(
                paper_id=paper.id, entered_by=paper.entered_by, by_id=by.person_id, stands=stands, at=at
            )
        )
        session.flush()
        if not stands:
            return False
        _write_signature(closing, paper.body, paper.person_id, paper.id, at, session)
        return _complete(problem, closing, by, at, session)


def _write_signature(
    closing: Closing, body: str, person: UUID, paper: UUID | None, at: int, session: Session
) -> None:
    session.add(
        Signature(
            closing_id=closing.id, frozen_n=closing.frozen_n, body=body, problem_id=closing.problem_id,
            person_id=person, fingerprint=closing.fingerprint, paper_id=paper, at=at,
        )
    )  # fmt: skip
    session.flush()


def _complete(problem: Problem, closing: Closing, by: Any, at: int, session: Session) -> bool:
    """Close it once the last of the bodies has signed: the closure's row, the problem's state, the closing's."""
    rows = session.execute(
        sa.select(Signature.body, Signature.person_id)
        .where(Signature.closing_id == closing.id, Signature.frozen_n == closing.frozen_n)
        .order_by(Signature.at, Signature.body)
    )
    signed: Sequence[tuple[str, UUID]] = [(row.body, row.person_id) for row in rows]
    if not set(closing.bodies) <= {body for body, _ in signed}:
        return False
    (first, one), (second, other) = signed[:2]
    session.add(
        Closure(
            closing_id=closing.id, problem_id=problem.id, frozen_n=closing.frozen_n, first_body=first, first_person=one,
            second_body=second, second_person=other, fingerprint=closing.fingerprint, day=clock.day_of(at), at=at,
        )
    )  # fmt: skip
    session.flush()
    told = [[body, str(person)] for body, person in signed]
    closing_flow.take(
        closing, "complete", by=SYSTEM, actor=by.actor, at=at, facts={"signed": [body for body, _ in signed]},
        also={"decided_at": at}, session=session,
    )  # fmt: skip
    facts = {
        "signed": told,
        "bodies": closing.bodies,
        "closure": str(closing.id),
        "fingerprint": closing.fingerprint,
    }
    problem_flow.take(
        problem,
        "close",
        by=SYSTEM,
        actor=by.actor,
        at=at,
        facts=facts,
        also={"closure_id": closing.id},
        session=session,
    )
    return True
