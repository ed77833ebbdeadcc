"""What exported files brought and no tap was made of, by visit and person: whose, how much, why, what was decided.

Read as system and narrowed to one county: the office sees what was sent, and nothing else of a plan."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.db import system_reads
from fieldapp.errors import NotVisible
from fieldapp.organisations.models import Person
from fieldapp.visits import taps
from fieldapp.visits.parked import UNREADABLE, sentence_of
from fieldapp.visits.quarantine_models import Quarantined, QuarantineDecision

MOST = 200  # groups on the page
WHY = {
    "stopped": "账号停用了",
    "unentitled": "现在没有做回访的权限",
    "failed": "服务器处理时出错",
    "refused": "照片收不下",
    "unreadable": "看不出是什么",
}
Key = tuple[UUID, UUID]


@dataclass(frozen=True)
class Decided:
    """A decision in words."""

    is_taken: bool
    taken: int
    records: int
    reason: str
    by: str
    at: int


@dataclass(frozen=True)
class Group:
    """What one person's phone held of one visit."""

    visit: UUID
    person: UUID
    name: str
    records: int
    photos: int
    first_at: int
    last_at: int
    came_at: int
    whys: tuple[str, ...]
    decisions: tuple[Decided, ...]  # newest first

    @property
    def is_open(self) -> bool:
        """Nothing decided yet, or more has come since."""
        return not self.decisions or self.records > self.decisions[0].records

    @property
    def is_settled(self) -> bool:
        """All of it is in the log. What was kept aside, or could not be taken in, may be taken later."""
        last = self.decisions[0] if self.decisions else None
        return last is not None and last.is_taken and last.taken == self.records


@dataclass(frozen=True)
class Told:
    """One record as a sentence."""

    made_at: int
    sentence: str
    why: str


def lists(county_id: UUID) -> tuple[list[Group], list[Group]]:
    """What waits for a decision, and what has been decided upon; the newest first."""
    with system_reads() as session:
        groups = _groups(session, county_id)
    return [each for each in groups if each.is_open][:MOST], [each for each in groups if not each.is_open][
        :MOST
    ]


def waiting(county_id: UUID) -> int:
    """How many groups wait for a decision."""
    with system_reads() as session:
        return sum(each.is_open for each in _groups(session, county_id))


def group(visit: UUID, person: UUID, county_id: UUID) -> Group:
    """One group; raises NotVisible."""
    with system_reads() as session:
        return group_in(session, visit, person, county_id)


def group_in(session: Session, visit: UUID, person: UUID, county_id: UUID) -> Group:
    """The same on a system session."""
    found = _groups(session, county_id, Quarantined.visit == visit, Quarantined.person_id == person)
    if not found:
        raise NotVisible
    return found[0]


def rows(session: Session, visit: UUID, person: UUID) -> list[Quarantined]:
    """The records of a group in the order of their making."""
    those = sa.select(Quarantined).where(Quarantined.visit == visit, Quarantined.person_id == person)
    return list(session.scalars(those.order_by(Quarantined.made_at, Quarantined.tap, Quarantined.sha256)))


def told(group: Group) -> list[Told]:
    """Every record of a group."""
    with system_reads() as session:
        return [
            Told(row.made_at, _sentence(row), row.said or WHY[row.reason])
            for row in rows(session, group.visit, group.person)
        ]


def _sentence(row: Quarantined) -> str:
    try:
        sent = taps.read(json.loads(row.fields))
    except ValueError:
        return UNREADABLE
    return sentence_of(sent.kind, sent.payload)


def _groups(session: Session, county_id: UUID, *where: Any) -> list[Group]:
    came = sa.func.max(Quarantined.at)
    wanted = (
        sa.select(
            Quarantined.visit,
            Quarantined.person_id.label("person"),
            Person.name,
            sa.func.count().label("records"),
            sa.func.sum(sa.case((Quarantined.file_name != "", 1), else_=0)).label("photos"),
            sa.func.min(Quarantined.made_at).label("first_at"),
            sa.func.max(Quarantined.made_at).label("last_at"),
            came.label("came_at"),
        )
        .join(Person, Person.id == Quarantined.person_id)
        .where(Quarantined.county_id == county_id, *where)
        .group_by(Quarantined.visit, Quarantined.person_id, Person.name)
        .order_by(came.desc(), Quarantined.visit, Quarantined.person_id)
    )
    found = session.execute(wanted).all()
    whys, made = _whys(session, county_id), _decisions(session, county_id)
    return [
        Group(
            **row._mapping, whys=whys[row.visit, row.person], decisions=made.get((row.visit, row.person), ())
        )
        for row in found
    ]


def _whys(session: Session, county_id: UUID) -> dict[Key, tuple[str, ...]]:
    columns = Quarantined.visit, Quarantined.person_id, Quarantined.reason
    found: dict[Key, tuple[str, ...]] = {}
    wanted = sa.select(*columns).where(Quarantined.county_id == county_id).distinct().order_by(*columns)
    for visit, person, reason in session.execute(wanted):
        found[visit, person] = (*found.get((visit, person), ()), WHY[reason])
    return found


def _decisions(session: Session, county_id: UUID) -> dict[Key, tuple[Decided, ...]]:
    wanted = (
        sa.select(QuarantineDecision, Person.name)
        .join(Person, Person.id == QuarantineDecision.by_id)
        .where(QuarantineDecision.county_id == county_id)
        .order_by(QuarantineDecision.n.desc())
    )
    found: dict[Key, tuple[Decided, ...]] = {}
    for row, name in session.execute(wanted):
        said = Decided(row.outcome == "taken", row.taken, row.records, row.reason, name, row.at)
        found[row.visit, row.person_id] = (*found.get((row.visit, row.person_id), ()), said)
    return found
