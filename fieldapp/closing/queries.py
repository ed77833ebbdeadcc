"""Named reads of closings: the frozen record, who has signed and who may."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldapp import clock
from fieldapp.closing import seeing, signing, words
from fieldapp.closing.models import (
    Closing,
    Objection,
    PaperConfirmation,
    PaperSignature,
    Signature,
    Signer,
    Verification,
)
from fieldapp.db import db, system_reads
from fieldapp.deadlines.county_rules import BODIES
from fieldapp.errors import NotVisible
from fieldapp.organisations.models import Person
from fieldapp.organisations.queries import one
from fieldapp.problems.models import ClosureRequest


def closing(problem_id: UUID) -> Closing:
    """What is made of the newest request of a problem; raises NotVisible where nothing is, or not for the viewer."""
    with system_reads() as session:
        request = seeing.newest_request(problem_id, session)
        key = request.id if request else None
    return one(Closing, key)


def record_of(found: Closing) -> dict[str, Any]:
    """The frozen record; raises NotVisible while there is none."""
    if not found.record:
        raise NotVisible
    return dict(json.loads(found.record))


@dataclass(frozen=True)
class Side:
    """One body of a closing: what it is called, whether it signed, by whom, and whether on paper."""

    body: str
    label: str
    who: str = ""
    at: int | None = None
    paper: PaperSignature | None = None

    @property
    def is_signed(self) -> bool:
        return self.at is not None


def sides(found: Closing) -> list[Side]:
    """In the county's order; a page that waits for the second person stands beside the body that it is of."""
    of = (Signature.closing_id == found.id, Signature.frozen_n == found.frozen_n)
    signed = {row.body: row for row in db.session.scalars(sa.select(Signature).where(*of))}
    pages = {row.body: row for row in open_papers(found)}
    known = {row.id: row for row in _papers(found)}
    made = []
    for body in found.bodies:
        row = signed.get(body)
        if row is None:
            made.append(Side(body, label_of(body, found.team.name), paper=pages.get(body)))
        else:
            paper = known.get(row.paper_id) if row.paper_id else None
            made.append(Side(body, label_of(body, found.team.name), row.person.name, row.at, paper))
    return made


def label_of(body: str, team: str) -> str:
    """原巡察组（第三巡察组）."""
    return f"{BODIES[body]}（{team}）" if body == "origin_team" else BODIES[body]


def _papers(found: Closing) -> list[PaperSignature]:
    rows = sa.select(PaperSignature).where(
        PaperSignature.closing_id == found.id, PaperSignature.frozen_n == found.frozen_n
    )
    return list(db.session.scalars(rows.order_by(PaperSignature.entered_at)))


def open_papers(found: Closing) -> list[PaperSignature]:
    """Pages that wait for the second person."""
    compared = set(db.session.scalars(sa.select(PaperConfirmation.paper_id)))
    return [row for row in _papers(found) if row.id not in compared]


def objections(found: Closing) -> list[Objection]:
    """Newest first."""
    rows = sa.select(Objection).where(Objection.closing_id == found.id)
    return list(db.session.scalars(rows.order_by(Objection.frozen_n.desc())))


@dataclass(frozen=True)
class Line:
    """A closing as one of its signers finds it, for one body; `refusal` says why he cannot sign for it."""

    problem_id: UUID
    body: str
    label: str
    record: dict[str, Any]
    fingerprint: str
    refusal: str
    others: list[Side] = field(default_factory=list)

    @property
    def token(self) -> str:
        return f"{self.problem_id}:{self.body}:{self.fingerprint}"

    @property
    def basis(self) -> list[str]:
        return words.basis(self.record)


def lines_for(viewer: Any) -> list[Line]:
    """What asks the viewer for a signature, by number; those he cannot give with the reason."""
    rows = db.session.scalars(sa.select(Closing).where(Closing.state == "signing"))
    found = [line for row in rows for line in _lines(row, viewer.person_id)]
    return sorted(found, key=lambda line: (line.record["problem"]["number"], line.body))


def _lines(found: Closing, person: UUID) -> list[Line]:
    desk, record, about = _desk(found), record_of(found), sides(found)
    asked = [body for body in desk.bodies if person in desk.may[body]]
    return [
        Line(
            found.problem_id,
            body,
            label_of(body, found.team.name),
            record,
            found.fingerprint,
            desk.refusal(body, person),
            [side for side in about if side.body != body],
        )
        for body in asked
    ]


def _desk(found: Closing) -> signing.Desk:
    with system_reads() as session:
        return signing.desk_of(found, clock.today(), session)


def bodies_to_sign(found: Closing, viewer: Any) -> dict[str, str]:
    """For which bodies the viewer may sign or object now, with their labels."""
    if found.state != "signing":
        return {}
    bodies = _desk(found).bodies_for(viewer.person_id)
    return {body: label_of(body, found.team.name) for body in bodies}


def are_visible(problem_ids: Collection[UUID]) -> None:
    """Raises NotVisible unless the viewer may see what is made of each."""
    for each in problem_ids:
        closing(each)


# Paper, pictures, signers


def who_may_sign(found: Closing) -> list[tuple[str, str]]:
    """For a signed page: body and person as a choice, and what they are called, body by body."""
    desk = _desk(found)
    may = {person for body in desk.waiting for person in desk.may[body]}
    may -= desk.went | desk.recused
    names = {row.id: row.name for row in db.session.scalars(sa.select(Person).where(Person.id.in_(may)))}
    return [
        (f"{body}:{person}", f"{label_of(body, found.team.name)}·{names[person]}")
        for body in desk.waiting
        for person in sorted(desk.may[body] & names.keys(), key=lambda each: names[each])
    ]


def paper(paper_id: UUID) -> tuple[PaperSignature, Closing, PaperConfirmation | None]:
    """An entered page, what it signs, and the second person's word on it."""
    found = one(PaperSignature, paper_id)
    said = sa.select(PaperConfirmation).where(PaperConfirmation.paper_id == paper_id)
    return found, one(Closing, found.closing_id), db.session.scalars(said).one_or_none()


def pictures(problem_id: UUID) -> set[str]:
    """The photos that belong to a request and to what is made of it, for whoever may see that."""
    with system_reads() as session:
        request = seeing.newest_request(problem_id, session)
        key = request.id if request else None
    found: set[str | None] = set()
    asked = db.session.scalars(sa.select(ClosureRequest).where(ClosureRequest.id == key)).one_or_none()
    made = db.session.scalars(sa.select(Closing).where(Closing.id == key)).one_or_none()
    found |= {asked.page_sha256} if asked else set()
    if made is not None:
        pages = sa.select(PaperSignature.page_sha256).where(PaperSignature.closing_id == key)
        found |= set(db.session.scalars(pages))
        found |= {row["sha256"] for row in record_of(made)["files"]} if made.record else set()
    for row in db.session.scalars(sa.select(Verification).where(Verification.request_id == key)):
        found |= set(row.photos)
    return {each for each in found if each}


def signers() -> list[tuple[Signer, bool]]:
    """Newest first, each with whether it is the head's last word on that person and body."""
    rows = list(db.session.scalars(sa.select(Signer).order_by(Signer.at, Signer.id)))
    last = {row.id for row in signing.newest(rows)}
    return [(row, row.id in last) for row in reversed(rows)]
