"""事实确认: a checked visit's new finding is put before its unit in neutral words, and answered; then it may become a
problem."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldapp import clock, ids
from fieldapp.closing import seeing
from fieldapp.closing.dismissing import Dismissal, dismissals
from fieldapp.closing.fact_models import Fact, FactProblem, FactReply
from fieldapp.closing.neutral import SHORTEST, telltale
from fieldapp.db import db, system_reads
from fieldapp.errors import NotVisible, RuleBroken
from fieldapp.inspections.models import Inspection
from fieldapp.problems.actions import Draft, add_problem
from fieldapp.problems.models import Problem
from fieldapp.visits import queries as visits
from fieldapp.visits.models import TapRow, Visit
from fieldapp.visits.record import Remark
from fieldapp.visits.states import CHECKED


@dataclass(frozen=True)
class Finding:
    """Something new that a checked visit found, in the words of whoever went: for the office only."""

    visit: Visit
    remark: Remark
    dismissed: Dismissal | None = None


@dataclass(frozen=True)
class Standing:
    """A fact, what its unit answered, and what became of it."""

    fact: Fact
    reply: FactReply | None
    problem: FactProblem | None

    @property
    def is_open(self) -> bool:
        """Answered, and nothing made of it."""
        return self.reply is not None and self.problem is None


def findings() -> list[Finding]:
    """Those not put before their unit, newest visit first, the dismissed among them; for the office. They wait for no
    review: that comes with a request to close, which may never come."""
    sent = {(row.visit_id, row.tap_id) for row in db.session.scalars(sa.select(Fact))}
    told = sa.select(Fact.tap_id)
    found = sa.select(TapRow.visit).where(TapRow.kind == "finding", TapRow.id.not_in(told))
    rows = sa.select(Visit).where(Visit.state.in_(CHECKED), Visit.id.in_(found))
    newest = list(db.session.scalars(rows.order_by(Visit.day.desc(), Visit.id)))
    said = dismissals([row.id for row in newest])
    made = [
        Finding(row, remark, said.get((row.id, remark.tap)))
        for row in newest
        for remark in visits.record(row).findings
    ]
    return [each for each in made if (each.visit.id, each.remark.tap) not in sent]


def finding(visit_id: UUID, tap_id: UUID) -> Finding:
    """One of them, sent or not; raises NotVisible."""
    seen = visits.visit(visit_id)
    if seen.state not in CHECKED:
        raise NotVisible
    remark = next((each for each in visits.record(seen).findings if each.tap == tap_id), None)
    if remark is None:
        raise NotVisible
    return Finding(seen, remark, dismissals([seen.id]).get((seen.id, tap_id)))


def fact_of(of: Finding) -> Standing | None:
    """What was put before the unit of a finding, if anything was."""
    here = of.visit.id, of.remark.tap
    return next((each for each in standings() if (each.fact.visit_id, each.fact.tap_id) == here), None)


def standings() -> list[Standing]:
    """What was put before units, newest first; a unit's are its own."""
    rows = db.session.scalars(sa.select(Fact).order_by(Fact.at.desc(), Fact.id)).all()
    replies = {row.fact_id: row for row in db.session.scalars(sa.select(FactReply))}
    problems = {row.fact_id: row for row in db.session.scalars(sa.select(FactProblem))}
    return [Standing(row, replies.get(row.id), problems.get(row.id)) for row in rows]


def standing(fact_id: UUID) -> Standing:
    """One; raises NotVisible."""
    found = next((each for each in standings() if each.fact.id == fact_id), None)
    if found is None:
        raise NotVisible
    return found


def send_fact(of: Finding, text: str, *, key: UUID | None = None, by: Any, at: int) -> UUID:
    """Put it before the unit. The day told is the day it is sent; sent twice, it is one."""
    text = text.strip()
    with system_reads() as session:
        session.get_one(Visit, of.visit.id, with_for_update=True)
        where = Fact.visit_id == of.visit.id, Fact.tap_id == of.remark.tap
        known = session.scalars(sa.select(Fact).where(*where)).first()
        if known is not None:
            if known.id == key:
                return known.id
            raise RuleBroken("已经发给单位了", "text")
        if len(text) < SHORTEST:
            raise RuleBroken(f"至少 {SHORTEST} 个字", "text")
        if said := telltale(text, seeing.names_of(of.visit, session), of.visit.team.name, of.visit.day):
            raise RuleBroken(said, "text")
        made = Fact(
            id=key if key and session.get(Fact, key) is None else ids.new_id(), county_id=of.visit.county_id,
            unit_id=of.visit.unit_id, visit_id=of.visit.id, tap_id=of.remark.tap, text=text,
            day=clock.day_of(at), by_id=by.person_id, at=at,
        )  # fmt: skip
        session.add(made)
        session.flush()
        return made.id


@dataclass(frozen=True)
class Answer:
    """属实, or 有异议 with why; `letter` where the office enters it."""

    agrees: bool
    text: str = ""
    letter: str = ""


def answer(fact_id: UUID, said: Answer, *, by: Any, at: int) -> None:
    """The unit's word, once; of a unit that wrote, the office's entry. The same answer sent twice is one."""
    text, letter = said.text.strip(), said.letter.strip()
    if not said.agrees and not text:
        raise RuleBroken("写明哪里不对", "text")
    if by.is_office and not letter:
        raise RuleBroken("写来文字号", "letter")
    with system_reads() as session:
        session.get_one(Fact, fact_id, with_for_update=True)
        known = session.get(FactReply, fact_id)
        if known is not None:
            if (known.agrees, known.text, known.by_id) != (said.agrees, text, by.person_id):
                raise RuleBroken("已经答复过了")
            return
        made = FactReply(fact_id=fact_id, agrees=said.agrees, text=text, letter=letter, at=at)
        made.by_office, made.by_id = by.is_office, by.person_id
        session.add(made)


def make_problem(fact_id: UUID, draft: Draft, inspection: Inspection, *, by: Any, at: int) -> Problem:
    """A draft of what was answered, in an inspection of that unit; once."""
    with system_reads() as session:
        fact = session.get_one(Fact, fact_id, with_for_update=True)
        if session.get(FactReply, fact_id) is None:
            raise RuleBroken("单位还没有答复，不能建成问题")
        if session.get(FactProblem, fact_id) is not None:
            raise RuleBroken("已经建成问题了")
        if inspection.unit_id != fact.unit_id:
            raise RuleBroken("选这个单位的一次巡察", "inspection_id")
    made = add_problem(draft, inspection, by=by, at=at)
    db.session.add(FactProblem(fact_id=fact_id, problem_id=made.id))
    db.session.flush()
    return made
