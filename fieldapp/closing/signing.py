"""Who may sign what for which body. The rule is pure; the reads below gather what it judges."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.access.models import RoleGrant
from fieldapp.access.policy import NEEDS_HEAD, Role
from fieldapp.closing.models import Closing, ClosingVisit, Signature, Signer, Verification
from fieldapp.deadlines.county_rules import rules_of
from fieldapp.organisations.models import Recusal, Team, TeamMembership
from fieldapp.problems.models import Problem
from fieldapp.visits.models import ParkedDecision, VisitPerson

BY_OFFICE: dict[str, tuple[Role, ...]] = {  # whose office it is to sign, without being named
    "office": (Role.CLERK, Role.HEAD),
    "leading_group": (Role.LEADERSHIP,),
}


@dataclass(frozen=True)
class Desk:
    """A closing as its signers find it."""

    bodies: tuple[str, ...]
    signed: Mapping[str, UUID]  # body -> who
    went: frozenset[UUID]  # on a visit that the record rests on, or wrote its verification
    may: Mapping[str, frozenset[UUID]]  # body -> who may sign for it today
    recused: frozenset[UUID] = frozenset()  # who must not deal with the unit

    @property
    def waiting(self) -> tuple[str, ...]:
        """The bodies that have not signed."""
        return tuple(body for body in self.bodies if body not in self.signed)

    def bodies_for(self, person: UUID) -> tuple[str, ...]:
        """For which waiting bodies this person may sign."""
        return tuple(body for body in self.waiting if not self.refusal(body, person))

    def refusal(self, body: str, person: UUID) -> str:
        """Why this person may not sign for this body; empty when he may. By different people of different bodies, none
        of whom went on the visit (issue of the closing; 四眼)."""
        if body not in self.bodies:
            return "这一方不用签"
        if body in self.signed:
            return "你签过了" if self.signed[body] == person else "这一方已经签了"
        if person in self.went:
            return "参加过回访或核验的人不能签认"
        if person in self.recused:
            return "回避这个单位的人不能签认"
        if person in self.signed.values():
            return "同一个人不能替两方签"
        return "" if person in self.may.get(body, frozenset()) else "没有替这一方签认的授权"


def desk_of(closing: Closing, day: date, session: Session) -> Desk:
    """As the database has it now; `session` is a system session."""
    return desks_of([closing], day, session)[closing.id]


def desks_of(closings: Sequence[Closing], day: date, session: Session) -> dict[UUID, Desk]:
    """The same of many: lists of them are asked for on every page, so no statement is made for each."""
    now = {row.id: row.frozen_n for row in closings}
    asked = sa.select(Signature.closing_id, Signature.frozen_n, Signature.body, Signature.person_id)
    signed = session.execute(asked.where(Signature.closing_id.in_(now))).all()
    away = went(now, session)
    recused = session.execute(
        sa.select(Recusal.unit_id, Recusal.person_id).where(
            Recusal.unit_id.in_({row.unit_id for row in closings})
        )
    ).all()
    may: dict[tuple[str, UUID], frozenset[UUID]] = {}
    for row in closings:
        for body in row.bodies:
            if (body, row.team_id) not in may:
                may[body, row.team_id] = may_sign(body, row, day, session)
    return {
        row.id: Desk(
            bodies=tuple(row.bodies),
            signed={
                each.body: each.person_id
                for each in signed
                if (each.closing_id, each.frozen_n) == (row.id, row.frozen_n)
            },
            went=away[row.id],
            may={body: may[body, row.team_id] for body in row.bodies},
            recused=frozenset(each.person_id for each in recused if each.unit_id == row.unit_id),
        )
        for row in closings
    }


def went(now: Mapping[UUID, int], session: Session) -> dict[UUID, frozenset[UUID]]:
    """By closing and its freezing, everybody who took part in what the frozen record rests on; whose
    taps were taken in late too, for they stand in it."""
    rests = sa.select(ClosingVisit.closing_id, ClosingVisit.frozen_n, VisitPerson.person_id)
    rests = rests.join(VisitPerson, VisitPerson.visit_id == ClosingVisit.visit_id)
    late = sa.select(ClosingVisit.closing_id, ClosingVisit.frozen_n, ParkedDecision.person_id)
    late = late.join(ParkedDecision, ParkedDecision.visit == ClosingVisit.visit_id)
    late = late.where(ParkedDecision.outcome == "late")
    people = rests.where(ClosingVisit.closing_id.in_(now)).union(late.where(ClosingVisit.closing_id.in_(now)))
    wrote = sa.select(Verification.request_id, Verification.by_id).where(Verification.request_id.in_(now))
    found: dict[UUID, set[UUID]] = {key: set() for key in now}
    for key, frozen_n, person in session.execute(people):
        if now[key] == frozen_n:
            found[key].add(person)
    for key, person in session.execute(wrote):
        found[key].add(person)
    return {key: frozenset(each) for key, each in found.items()}


def may_sign(body: str, closing: Closing, day: date, session: Session) -> frozenset[UUID]:
    """Those whose office it is, without those whom a successor replaces, and those whom the head named."""
    named = newest(session.scalars(_named(body, closing)))
    by_office = (
        _team_leaders(closing, day, session)
        if body == "origin_team"
        else _holders(body, closing, day, session)
    )
    may = set(by_office)
    for row in named:
        if row.starts <= day <= row.ends:
            may = may - {row.instead_of} | {row.person_id}
    return frozenset(may)


def newest(rows: Iterable[Signer]) -> list[Signer]:
    """The head's last word on each person, body and team of a round, oldest first."""
    last = {(row.round_id, row.body, row.team_id, row.person_id): row for row in rows}
    return sorted(last.values(), key=lambda row: (row.at, row.id))


def bodies_of(problem: Problem) -> list[str]:
    """Who must sign: as the county has it, and 领导小组 besides where the problem is 重大."""
    bodies = list(rules_of(problem.county.settings).bodies)
    major = problem.severity == "major" and "leading_group" not in bodies
    return [*bodies, *(["leading_group"] if major else [])]


def _named(body: str, closing: Closing) -> Any:
    of_round = sa.select(Team.round_id).where(Team.id == closing.team_id).scalar_subquery()
    rows = sa.select(Signer).where(Signer.county_id == closing.county_id, Signer.body == body)
    rows = rows.where(Signer.round_id == of_round).order_by(Signer.at, Signer.id)
    return rows.where(sa.or_(Signer.team_id.is_(None), Signer.team_id == closing.team_id))


def _team_leaders(closing: Closing, day: date, session: Session) -> set[UUID]:
    """Also when the round is over: what a team found stays its own until the head names a successor."""
    rows = sa.select(TeamMembership.person_id).where(
        TeamMembership.team_id == closing.team_id,
        TeamMembership.leads.is_(True),
        TeamMembership.starts <= day,
    )
    return set(session.scalars(rows))


def _holders(body: str, closing: Closing, day: date, session: Session) -> set[UUID]:
    roles = BY_OFFICE.get(body, ())
    rows = sa.select(RoleGrant).where(
        RoleGrant.county_id == closing.county_id,
        RoleGrant.role.in_([role.value for role in roles]),
        RoleGrant.starts <= day,
        RoleGrant.ends >= day,
    )
    return {
        row.person_id
        for row in session.scalars(rows)
        if Role(row.role) not in NEEDS_HEAD or row.confirmed_by is not None
    }
