"""Closings against their histories, the record, the signatures and the bodies; closed problems against closures."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import history
from fieldapp.closing.models import (
    STATES,
    Closing,
    ClosingVisit,
    Closure,
    PaperConfirmation,
    PaperSignature,
    Signature,
    Verification,
)
from fieldapp.deadlines.county_rules import BODIES, MIN_BODIES
from fieldapp.office.finding import Finding, Progress, guarded
from fieldapp.office.problems import payloads, target_said
from fieldapp.problems.models import ClosureRequest, Problem
from fieldapp.publishing.models import Edition, EditionProblem
from fieldapp.visits.models import ParkedDecision, Visit, VisitPerson

KIND = "销号"
Entries = list[history.Entry]
DECIDED = {"complete": "closed", "turn_down": "returned", "order_reopening": "reopened"}


def findings(session: Session, progress: Progress) -> Iterator[Finding]:
    """By problem's number, then by request."""
    rows = sa.select(Closing.id, Problem.number).join(Problem, Problem.id == Closing.problem_id)
    known = session.execute(rows.order_by(Problem.number, Closing.id)).all()
    for n, (key, number) in enumerate(known):
        progress("核对销号", n, len(known))
        entries = history.entries(f"closing:{key}", session)
        for look, why in (
            (_row, "内容读不出来"),
            (_record, "定住的记录读不出来"),
            (_signatures, "签认读不出来"),
        ):
            yield from guarded(KIND, number, why, look, key, number, entries, session)
        yield from guarded(KIND, number, "销号读不出来", _closure, key, number, session)
    yield from _problems(session)


def _row(key: UUID, number: str, entries: Entries, session: Session) -> Iterator[Finding]:
    """State, what is still to be done, and what was told, against history and editions."""
    closing = session.get_one(Closing, key)
    expected = target_said(payloads(entries)) or "reviewing"
    if closing.state != expected:
        labels = [STATES.get(each, each) for each in (closing.state, expected)]
        yield Finding(KIND, f"{number}：状态是{labels[0]}，历史说{labels[1]}")
    last = next((entry for entry in reversed(entries) if entry.action in DECIDED), None)
    said = last.fields["payload"] if last else {}
    written = [said.get(name, "") for name in ("still", "limit", "basis")]
    if [closing.still, closing.limit_text, closing.basis] != written:
        yield Finding(KIND, f"{number}：还要做什么、期限或依据和历史不一样")
    if closing.decided_at != (last.at if last else None):
        yield Finding(KIND, f"{number}：定下来的时间和历史不一样")
    told = sa.select(EditionProblem.result).where(
        EditionProblem.edition_id == closing.edition_id, EditionProblem.problem_id == closing.problem_id
    )
    if closing.edition_id is not None and session.scalar(told) != closing.state:
        yield Finding(KIND, f"{number}：告诉单位的反馈里没有这个结果")
    if str(closing.edition_id or "") != _edition_said(closing, session):
        yield Finding(KIND, f"{number}：有没有告诉单位、哪一期告诉的，和历史不一样")
    problem, asked = closing.problem, closing.request
    if (closing.county_id, closing.unit_id, closing.team_id, asked.problem_id) != (
        problem.county_id, problem.unit_id, problem.team_id, problem.id,
    ):  # fmt: skip
        yield Finding(KIND, f"{number}：销号写的县、单位、原巡察组和问题的不一样")


TOLD = {"tell": "closed", "return": "returned", "reopen": "reopened"}


def _edition_said(closing: Closing, session: Session) -> str:
    """The edition by which its unit learned of the state that it is in, as the problem's history gives it."""
    asked, told = "", ("", "")
    for entry in history.entries(closing.problem.stream, session):
        payload = entry.fields["payload"]
        if entry.action in ("request", "enter_request"):
            asked = payload["request"]
        elif entry.action in TOLD and asked == str(closing.id):
            told = (TOLD[entry.action], payload["edition"])
    return str(told[1]) if told[0] == closing.state else ""


def _record(key: UUID, number: str, entries: Entries, session: Session) -> Iterator[Finding]:
    """The frozen bytes against the fingerprint, and both against what the history wrote down when they were frozen."""
    closing = session.get_one(Closing, key)
    frozen = [entry for entry in entries if entry.action == "approve"]
    said: Any = frozen[-1].fields["payload"] if frozen else {}
    columns = [closing.fingerprint, closing.frozen_n, closing.frozen_at, list(closing.bodies)]
    named = ("fingerprint", "frozen_n")
    at = frozen[-1].at if frozen else None
    if columns != [
        *(said.get(name, 0 if name == "frozen_n" else "") for name in named),
        at,
        said.get("bodies", []),
    ]:
        yield Finding(KIND, f"{number}：记录指纹、第几次定住、哪几方签，和历史不一样")
    if not closing.record:
        if closing.fingerprint:
            yield Finding(KIND, f"{number}：有指纹，定住的记录不见了")
        return
    if hashlib.sha256(closing.record.encode()).hexdigest() != closing.fingerprint:
        yield Finding(KIND, f"{number}：定住的记录和它的指纹对不上")
    record = json.loads(closing.record)
    yield from _rests(closing, number, record, session)


def _rests(closing: Closing, number: str, record: Any, session: Session) -> Iterator[Finding]:
    """The visits and verifications that the record names, as they are now."""
    rows = sa.select(Visit.id, Visit.seal, Visit.state).join(ClosingVisit, ClosingVisit.visit_id == Visit.id)
    rows = rows.where(ClosingVisit.closing_id == closing.id, ClosingVisit.frozen_n == closing.frozen_n)
    there = {str(row.id): row for row in session.execute(rows)}
    named = {each["id"]: each["seal"] for each in record["visits"]}
    if {key: row.seal for key, row in there.items()} != named:
        yield Finding(KIND, f"{number}：定住的记录凭的回访，和登记的不一样")
    if any(row.state != "reviewed" for row in there.values()):
        yield Finding(KIND, f"{number}：凭的回访没有审过")
    wrote = set(session.scalars(sa.select(Verification.id).where(Verification.request_id == closing.id)))
    if not {UUID(each["id"]) for each in record["verifications"]} <= wrote:
        yield Finding(KIND, f"{number}：定住的核验记录不见了")


def _signatures(key: UUID, number: str, entries: Entries, session: Session) -> Iterator[Finding]:
    """Each against the freezing that it is of, and against the step by which it was given."""
    rows = list(session.scalars(sa.select(Signature).where(Signature.closing_id == key)))
    frozen, given = _said_of_signing(entries, session)
    went = _went(key, session)
    for row in sorted(rows, key=lambda each: (each.frozen_n, each.body)):
        who = f"{number}：{BODIES.get(row.body, row.body)}的签认"
        if row.fingerprint != frozen.get(row.frozen_n):
            yield Finding(KIND, f"{who}，指纹不是定住时的那个")
        if (row.frozen_n, row.body, row.person_id, row.paper_id) not in given:
            yield Finding(KIND, f"{who}，历史里没有这一步")
        if (row.frozen_n, row.person_id) in went:
            yield Finding(KIND, f"{who}，签的人参加过回访或核验")
        if row.paper_id is not None and not _is_compared(row, session):
            yield Finding(KIND, f"{who}，纸质页没有另一个人核过")
    here = {(row.frozen_n, row.body, row.person_id, row.paper_id) for row in rows}
    for _, body, *_rest in sorted(given - here, key=str):
        yield Finding(KIND, f"{number}：历史里{BODIES.get(body, body)}签过，签认不见了")


def _said_of_signing(entries: Entries, session: Session) -> tuple[dict[int, str], set[Any]]:
    """By freezing its fingerprint; and who signed for which body, as the history gives it."""
    n, frozen = 0, dict[int, str]()
    given: set[Any] = set()
    for entry in entries:
        payload = entry.fields["payload"]
        if entry.action == "approve":
            n = payload["frozen_n"]
            frozen[n] = payload["fingerprint"]
        elif entry.action == "sign":
            given.add((n, payload["body"], UUID(entry.fields["actor"].removeprefix("person:")), None))
        elif entry.action == "confirm_paper":
            paper = session.get(PaperSignature, UUID(payload["paper"]))
            given.add((n, payload["body"], paper.person_id if paper else None, UUID(payload["paper"])))
    return frozen, given


def _went(key: UUID, session: Session) -> set[tuple[int, UUID]]:
    rows = sa.select(ClosingVisit.frozen_n, VisitPerson.person_id).join(
        VisitPerson, VisitPerson.visit_id == ClosingVisit.visit_id
    )
    late = sa.select(ClosingVisit.frozen_n, ParkedDecision.person_id).join(
        ParkedDecision, ParkedDecision.visit == ClosingVisit.visit_id
    )
    late = late.where(ClosingVisit.closing_id == key, ParkedDecision.outcome == "late")
    both = rows.where(ClosingVisit.closing_id == key).union(late)
    found = {(row[0], row[1]) for row in session.execute(both)}
    freezings = set(session.scalars(sa.select(Signature.frozen_n).where(Signature.closing_id == key)))
    wrote = session.scalars(sa.select(Verification.by_id).where(Verification.request_id == key))
    return found | {(n, person) for person in wrote for n in freezings}


def _is_compared(row: Signature, session: Session) -> bool:
    paper = session.get(PaperSignature, row.paper_id)
    said = session.get(PaperConfirmation, row.paper_id)
    if paper is None or said is None:
        return False
    same = (paper.closing_id, paper.frozen_n, paper.body, paper.person_id) == (
        row.closing_id, row.frozen_n, row.body, row.person_id,
    )  # fmt: skip
    return same and said.stands and said.by_id != paper.entered_by == said.entered_by


def _closure(key: UUID, number: str, session: Session) -> Iterator[Finding]:
    """Closed by all the bodies that it needed, each by another person, on the record that is frozen."""
    closing, closure = session.get_one(Closing, key), session.get(Closure, key)
    if (closing.state in ("closed", "reopened")) != (closure is not None):
        yield Finding(
            KIND, f"{number}：{'没有两方的签认，状态却是销号' if closure is None else '有销号，状态却不是'}"
        )
        return
    if closure is None:
        return
    rows = sa.select(Signature.body, Signature.person_id).where(
        Signature.closing_id == key, Signature.frozen_n == closure.frozen_n
    )
    signed = {row.body: row.person_id for row in session.execute(rows)}
    both = {closure.first_body: closure.first_person, closure.second_body: closure.second_person}
    if not both.items() <= signed.items() or len(both) < MIN_BODIES:
        yield Finding(KIND, f"{number}：销号写的两方不是签认的两方")
    if not set(closing.bodies) <= signed.keys() or len(set(signed.values())) < len(signed):
        yield Finding(KIND, f"{number}：要签的各方没有由不同的人签齐")
    if (closure.fingerprint, closure.frozen_n, closure.at) != (
        closing.fingerprint, closing.frozen_n, _closed_at(key, session),
    ):  # fmt: skip
        yield Finding(KIND, f"{number}：销号凭的不是定住的那份记录")


def _closed_at(key: UUID, session: Session) -> int | None:
    entries = history.entries(f"closing:{key}", session)
    return next((entry.at for entry in entries if entry.action == "complete"), None)


def _problems(session: Session) -> Iterator[Finding]:
    """A closed problem stands on the closing of its newest request; the clock stopped on that request's day."""
    newest = sa.select(ClosureRequest.problem_id, sa.func.max(ClosureRequest.n).label("n"))
    last = newest.group_by(ClosureRequest.problem_id).subquery()
    rows = sa.select(Problem, ClosureRequest).join(last, last.c.problem_id == Problem.id)
    rows = rows.join(
        ClosureRequest, sa.and_(ClosureRequest.problem_id == Problem.id, ClosureRequest.n == last.c.n)
    )
    for problem, asked in session.execute(rows.order_by(Problem.number)):
        yield from guarded(KIND, problem.number, "内容读不出来", _problem, problem, asked, session)


def _problem(problem: Problem, asked: ClosureRequest, session: Session) -> Iterator[Finding]:
    before = problem.state in ("closure_requested", "closed")
    if problem.requested_on != (asked.day if before else None):
        yield Finding(KIND, f"{problem.number}：单位的钟停的日子不是收到申请的日子")
    if problem.state != "closed":
        return
    said = payloads(history.entries(problem.stream, session))
    closed: Any = next((each for each in reversed(said) if each.get("to") == "closed"), {})
    closing = session.get(Closing, asked.id)
    if problem.closure_id != asked.id or closed.get("closure") != str(asked.id):
        yield Finding(KIND, f"{problem.number}：销号的不是最近一次申请")
    elif closing is None or closed.get("fingerprint") != closing.fingerprint:
        yield Finding(KIND, f"{problem.number}：历史里销号凭的不是这份记录")
    if _is_closed(closing) and problem.told_on != _day_of_edition(closing, session):
        yield Finding(KIND, f"{problem.number}：告诉单位的日子和反馈不一样")


def _day_of_edition(closing: Closing | None, session: Session) -> Any:
    of = Edition.id == (closing.edition_id if closing else None)
    return session.scalar(sa.select(Edition.day).where(of))


def _is_closed(closing: Closing | None) -> bool:
    """A reopening that is ordered and not told waits for an edition of its own."""
    return closing is not None and closing.state == "closed"
