"""What is packed of a closed problem, read as system: the frozen record, its histories, signatures, editions."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import clock, history
from fieldapp.closing.models import (
    Closing,
    ClosingVisit,
    Closure,
    PaperConfirmation,
    PaperSignature,
    Signature,
)
from fieldapp.closing.queries import label_of
from fieldapp.errors import RuleBroken
from fieldapp.heads import Head, is_genuine
from fieldapp.organisations.models import Person
from fieldapp.packages.contents import Dossier, Line
from fieldapp.packages.history_file import Kept
from fieldapp.packages.report import day_text
from fieldapp.packages.sheet import Row
from fieldapp.problems.models import SEVERITIES, STATE_LABELS, WAYS, Problem
from fieldapp.publishing.editions import RESULTS
from fieldapp.publishing.models import Edition, EditionProblem
from fieldapp.visits.models import Visit
from fieldapp.web.ui import fingerprint_text

Plain = dict[str, Any]


def dossier_of(problem: Problem, session: Session) -> Dossier:
    """Its last cycle that was closed, with those before; one that runs leaves only when it is closed. Raises RuleBroken
    where it was never closed, or what it rests on does not hold together."""
    closures = closures_of(problem.id, session)
    if not closures:
        raise RuleBroken(f"{problem.number} 现在是“{STATE_LABELS[problem.state]}”，销号以后才有证据可导出")
    *before, last = (_cycle(each, session) for each in closures)
    return replace(
        last,
        history=_history(problem, session),
        editions=_editions(problem.id, session),
        earlier=tuple(before),
    )


def closures_of(problem_id: UUID, session: Session) -> list[Closure]:
    """In order; a reopened problem has one that stands no more."""
    rows = sa.select(Closure).where(Closure.problem_id == problem_id)
    return list(session.scalars(rows.order_by(Closure.at, Closure.closing_id)))


def _cycle(closure: Closure, session: Session) -> Dossier:
    closing = session.get_one(Closing, closure.closing_id)
    return Dossier(
        record=closing.record,
        fingerprint=closure.fingerprint,
        closed_at=closure.at,
        history=(),
        signatures=_signatures(closing, closure, session),
        reopened=_reopened(closing, session) if closing.state == "reopened" else {},
    )


def _reopened(closing: Closing, session: Session) -> Plain:
    """When it was ordered, by whom, on what basis, and when the unit was told."""
    ordered = [each for each in history.entries(closing.stream, session) if each.action == "order_reopening"]
    who = history.person_of(ordered[-1].fields["actor"])
    person = session.get(Person, who) if who else None
    told = session.get(Edition, closing.edition_id) if closing.edition_id else None
    return {
        "day": clock.day_of(ordered[-1].at).isoformat(),
        "at": clock.utc_text(ordered[-1].at),
        "by": person.name if person else "—",
        "basis": closing.basis,
        "still": closing.still,
        "limit": closing.limit_text,
        "told_on": told.day.isoformat() if told else "",
        "edition": told.n if told else 0,
    }


def _history(problem: Problem, session: Session) -> list[Kept]:
    """The problem's own stream, those of all that was decided on its requests, and those of the visits that its closed
    records rest on."""
    decided = ("closed", "returned", "reopened")
    closings = session.scalars(
        sa.select(Closing)
        .where(Closing.problem_id == problem.id, Closing.state.in_(decided))
        .order_by(Closing.id)
    )
    rests = sa.select(ClosingVisit.visit_id).join(
        Closure,
        sa.and_(Closure.closing_id == ClosingVisit.closing_id, Closure.frozen_n == ClosingVisit.frozen_n),
    )
    visits = sa.select(Visit).where(Visit.id.in_(rests.where(Closure.problem_id == problem.id)))
    things = [problem, *closings, *session.scalars(visits.order_by(Visit.id))]
    return [each for thing in things for each in _stream(thing.stream, problem.number, session)]


def _stream(name: str, number: str, session: Session) -> list[Kept]:
    """Whole: it ends where its head says, so that nothing was cut off."""
    rows = history.entries(name, session)
    head = session.get(Head, name)
    end = (rows[-1].seq, rows[-1].hash) if rows else None
    if head is None or (head.seq, head.hash) != end or not is_genuine(head):
        raise RuleBroken(f"{number} 的历史和登记的对不上，不能作证据导出。请系统管理员运行 fieldapp check")
    return [Kept(row.hash, row.entry) for row in rows]


def _signatures(closing: Closing, closure: Closure, session: Session) -> list[Plain]:
    of = (Signature.closing_id == closing.id, Signature.frozen_n == closure.frozen_n)
    rows = sa.select(Signature).where(*of).order_by(Signature.at, Signature.body)
    return [_signature(row, closing.team.name, session) for row in session.scalars(rows)]


def _signature(row: Signature, team: str, session: Session) -> Plain:
    said = {"body": label_of(row.body, team), "name": row.person.name, "fingerprint": row.fingerprint}
    if row.paper_id is None:
        return {**said, "day": clock.day_of(row.at).isoformat(), "at": clock.utc_text(row.at)}
    paper = session.get_one(PaperSignature, row.paper_id)
    stands = session.get_one(PaperConfirmation, row.paper_id)
    return {
        **said,
        "day": paper.day.isoformat(),
        "on_paper": True,
        "page": paper.page_sha256,
        "entered_by": paper.enterer.name,
        "entered_at": clock.utc_text(paper.entered_at),
        "confirmed_by": session.get_one(Person, stands.by_id).name,
        "confirmed_at": clock.utc_text(stands.at),
    }


def _editions(problem_id: UUID, session: Session) -> list[Plain]:
    """What the unit was told of this problem, and the photos it was shown, which are of the edition; of its other
    problems only that its sum covers them."""
    rows = sa.select(Edition).join(EditionProblem, EditionProblem.edition_id == Edition.id)
    found = session.scalars(rows.where(EditionProblem.problem_id == problem_id).order_by(Edition.n))
    return [_edition(row, str(problem_id)) for row in found]


def _edition(row: Edition, problem_id: str) -> Plain:
    content = json.loads(row.content)
    item = next(each for each in content["items"] if each["problem_id"] == problem_id)
    told = {**item, "result": RESULTS[item["result"]]}
    photos = list(content["photos"])
    return {**told, "n": row.n, "day": row.day.isoformat(), "photos": photos, "sha256": row.sha256}


def lines_of(unit_id: UUID, session: Session) -> list[Line]:
    """A unit's checklist by number, drafts left out."""
    rows = sa.select(Problem).where(Problem.unit_id == unit_id, Problem.state != "draft")
    return [_line(each, session) for each in session.scalars(rows.order_by(Problem.number))]


def _line(problem: Problem, session: Session) -> Line:
    dossier = dossier_of(problem, session) if closures_of(problem.id, session) else None
    closed_on = day_text(clock.day_of(dossier.closed_at).isoformat()) if dossier else ""
    stands = dossier is not None and not dossier.reopened
    row = Row(
        number=problem.number,
        text=problem.text,
        severity=SEVERITIES[problem.severity],
        criteria=tuple(problem.criteria),
        verification=WAYS[problem.verification],
        department=problem.department,
        responsible=problem.responsible,
        measures=tuple(each.text for each in problem.measures),
        due=day_text(problem.due.isoformat() if problem.due else ""),
        state=STATE_LABELS[problem.state] if stands or not dossier else _reopened_words(problem, closed_on),
        closed_on=closed_on if stands else "",
        fingerprint=fingerprint_text(dossier.fingerprint) if dossier else "",
    )
    return Line(row, dossier, dossier.pictured(str(problem.id)) if dossier else ())


def _reopened_words(problem: Problem, closed_on: str) -> str:
    """Closed still where the reopening is ordered and its unit not told."""
    now = "重启" if problem.state in ("closed", "reopened") else f"重启以后{STATE_LABELS[problem.state]}"
    return f"{now}（{closed_on}销过号）"
