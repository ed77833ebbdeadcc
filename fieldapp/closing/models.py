"""Tables of the closing. What a body, a signer or a verifier said only grows; `closings` holds where it stands."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp import heads
from fieldapp.access.permissions import Permission
from fieldapp.db import Base, Id, Instant, Text, Versioned
from fieldapp.organisations.models import Person, Team, Unit, same_county
from fieldapp.problems.models import ClosureRequest, Problem
from fieldapp.workflow import stream_name

STATES = {
    "reviewing": "待审",
    "signing": "等签认",
    "closed": "已销号",
    "returned": "打回单位",
    "reopened": "重启",
}


class Closing(Versioned, Base):
    """What the office makes of one request; its id is the request's. No unit sees a row of it.

    `record` is canonical JSON and `fingerprint` its SHA-256: frozen at the end of the review, before any signature.
    A signer who objects sends it back to the review; the next freezing is the next `frozen_n`."""

    __tablename__ = "closings"
    __table_args__ = (
        sa.UniqueConstraint("id", "problem_id"),
        sa.CheckConstraint(
            "state IN ('reviewing', 'returned') OR (fingerprint <> '' AND frozen_at IS NOT NULL)",
            name="signed_is_frozen",
        ),
        sa.CheckConstraint(
            "state NOT IN ('returned', 'reopened') OR (still <> '' AND limit_text <> '')",
            name="returned_says_what",
        ),
    )
    id: Mapped[UUID] = mapped_column(sa.ForeignKey("closure_requests.id"), primary_key=True)
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    problem_id: Mapped[UUID] = mapped_column(sa.ForeignKey("problems.id"))
    unit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("units.id"))
    team_id: Mapped[UUID] = mapped_column(sa.ForeignKey("teams.id"))  # the finder's: the original team
    state: Mapped[str] = mapped_column(sa.String(20), default="reviewing")
    bodies: Mapped[list[str]] = mapped_column(
        sa.JSON, default=list
    )  # who must sign, as the county had it then
    record: Mapped[Text] = mapped_column(default="")
    fingerprint: Mapped[str] = mapped_column(sa.String(64), default="")
    frozen_n: Mapped[int] = mapped_column(default=0)
    frozen_at: Mapped[Instant | None] = mapped_column(sa.BigInteger)
    still: Mapped[Text] = mapped_column(default="")  # 还要做什么, to the unit
    limit_text: Mapped[Text] = mapped_column(default="")  # the new limit, as asked
    basis: Mapped[Text] = mapped_column(default="")  # of a reopening
    decided_at: Mapped[Instant | None] = mapped_column(sa.BigInteger)
    edition_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("editions.id")
    )  # that told the unit of this state
    request: Mapped[ClosureRequest] = relationship()
    problem: Mapped[Problem] = relationship()
    unit: Mapped[Unit] = relationship()
    team: Mapped[Team] = relationship()

    @property
    def stream(self) -> str:
        return stream_name("closing", self.id)

    @property
    def is_told(self) -> bool:
        return self.edition_id is not None

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return closing_rows(cls, viewer)


def closing_rows(table: Any, viewer: Any) -> sa.ColumnElement[bool]:
    """The office; once signatures are asked for, the leader of the team that found it, the leading group, and whom the
    head named as a signer for that round, as long as that stands."""
    if viewer.is_unit or viewer.is_city or not viewer.has(Permission.READ_CLOSINGS):
        return sa.false()
    if viewer.is_office:
        return same_county(table.county_id, viewer)
    asked = table.state.in_(("signing", "closed", "reopened"))
    ways: list[sa.ColumnElement[bool]] = [sa.false()]
    if viewer.led_team_ids:
        ways.append(table.team_id.in_(viewer.led_team_ids))
    if viewer.is_leadership:
        ways.append(sa.true())
    ways += [table.team_id == team for _round, team in viewer.signs_of if team]
    if rounds := [each for each, team in viewer.signs_of if not team]:
        teams = Base.metadata.tables["teams"]
        ways.append(table.team_id.in_(sa.select(teams.c.id).where(teams.c.round_id.in_(rounds))))
    return sa.and_(table.county_id == viewer.county_id, asked, sa.or_(*ways))


def _of_visible_closing(column: Any, viewer: Any) -> sa.ColumnElement[bool]:
    closings = Base.metadata.tables["closings"]
    return sa.and_(column.in_(sa.select(closings.c.id).where(closing_rows(closings.c, viewer))))


class ClosingVisit(Base):
    """A reviewed visit that a record rests on, by freezing."""

    __tablename__ = "closing_visits"
    closing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("closings.id"), primary_key=True)
    frozen_n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    visit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("visits.id"), primary_key=True)

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _of_visible_closing(cls.closing_id, viewer)


class Verification(Base):
    """资料核验 or 电话回访与台账倒查, written by somebody who neither belongs to the unit nor signs."""

    __tablename__ = "verifications"
    __table_args__ = (
        sa.CheckConstraint("looked > 0 AND good >= 0 AND good <= looked", name="counts"),
        sa.CheckConstraint("way IN ('papers', 'phone')", name="way"),
    )
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    problem_id: Mapped[UUID] = mapped_column(sa.ForeignKey("problems.id"))
    request_id: Mapped[UUID] = mapped_column(sa.ForeignKey("closure_requests.id"))
    way: Mapped[str] = mapped_column(sa.String(20))
    day: Mapped[date]
    looked: Mapped[int]  # papers looked through, or calls made
    good: Mapped[int]  # of these: complete, or answered
    text: Mapped[Text]
    fixed: Mapped[bool]  # 已整改, against the criterion
    photos: Mapped[list[str]] = mapped_column(sa.JSON, default=list)  # SHA-256 of originals
    by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[Instant]
    by: Mapped[Person] = relationship()

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        if viewer.is_unit or viewer.is_city:
            return sa.false()
        if viewer.is_office:
            return same_county(cls.county_id, viewer)
        closings = Base.metadata.tables["closings"]
        asked = sa.select(closings.c.id).where(closing_rows(closings.c, viewer))
        return sa.or_(cls.by_id == viewer.person_id, cls.request_id.in_(asked))


class Signature(Base):
    """One body's yes to one fingerprint. `paper_id` where it stands on paper and was entered here."""

    __tablename__ = "closing_signatures"
    __table_args__ = (
        sa.UniqueConstraint("closing_id", "frozen_n", "person_id"),
        sa.UniqueConstraint("closing_id", "frozen_n", "body", "person_id"),
        sa.ForeignKeyConstraint(["closing_id", "problem_id"], ["closings.id", "closings.problem_id"]),
    )
    closing_id: Mapped[UUID] = mapped_column(primary_key=True)
    frozen_n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    problem_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    paper_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("paper_signatures.id"))
    at: Mapped[Instant]
    person: Mapped[Person] = relationship()

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _of_visible_closing(cls.closing_id, viewer)


class Objection(Base):
    """One body's no: the record goes back to the review, and the signatures under it count no more."""

    __tablename__ = "closing_objections"
    closing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("closings.id"), primary_key=True)
    frozen_n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[str] = mapped_column(sa.String(20))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    reason: Mapped[Text]
    at: Mapped[Instant]
    person: Mapped[Person] = relationship()

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _of_visible_closing(cls.closing_id, viewer)


class PaperSignature(Base):
    """纸质签批: the signed and sealed page, entered by one and confirmed by another. It counts from then on."""

    __tablename__ = "paper_signatures"
    id: Mapped[Id]
    closing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("closings.id"))
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    frozen_n: Mapped[int] = mapped_column(autoincrement=False)
    body: Mapped[str] = mapped_column(sa.String(20))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))  # whose signature stands on the page
    day: Mapped[date]  # written beside it
    page_sha256: Mapped[str] = mapped_column(sa.String(64))
    entered_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    entered_at: Mapped[Instant]
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    enterer: Mapped[Person] = relationship(foreign_keys=[entered_by])

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _of_visible_closing(cls.closing_id, viewer)


class PaperConfirmation(Base):
    """The second person's word on an entered page: it is so, or it is not."""

    __tablename__ = "paper_confirmations"
    __table_args__ = (sa.CheckConstraint("by_id <> entered_by", name="four_eyes"),)
    paper_id: Mapped[UUID] = mapped_column(sa.ForeignKey("paper_signatures.id"), primary_key=True)
    entered_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    stands: Mapped[bool]
    at: Mapped[Instant]
    by: Mapped[Person] = relationship(foreign_keys=[by_id])

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        papers = Base.metadata.tables["paper_signatures"]
        closings = Base.metadata.tables["closings"]
        mine = sa.select(papers.c.id).join(closings, closings.c.id == papers.c.closing_id)
        return sa.and_(cls.paper_id.in_(mine.where(closing_rows(closings.c, viewer))))


class Closure(Base):
    """Closed by these two: a problem is closed exactly when one stands behind it (house.md). Two bodies and two people,
    whatever the software thinks; further bodies of the county's rule stand among the signatures."""

    __tablename__ = "closures"
    __table_args__ = (
        sa.UniqueConstraint("closing_id", "problem_id"),
        sa.CheckConstraint("first_body <> second_body", name="two_bodies"),
        sa.CheckConstraint("first_person <> second_person", name="two_people"),
        sa.ForeignKeyConstraint(
            ["closing_id", "problem_id"], ["closings.id", "closings.problem_id"], name="closing"
        ),
        *(
            sa.ForeignKeyConstraint(
                ["closing_id", "frozen_n", f"{which}_body", f"{which}_person"],
                [f"closing_signatures.{name}" for name in ("closing_id", "frozen_n", "body", "person_id")],
                name=f"{which}_signature",
            )
            for which in ("first", "second")
        ),
    )
    closing_id: Mapped[UUID] = mapped_column(primary_key=True)
    problem_id: Mapped[UUID] = mapped_column(sa.ForeignKey("problems.id"))
    frozen_n: Mapped[int] = mapped_column(autoincrement=False)
    first_body: Mapped[str] = mapped_column(sa.String(20))
    first_person: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    second_body: Mapped[str] = mapped_column(sa.String(20))
    second_person: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    day: Mapped[date]
    at: Mapped[Instant]

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _of_visible_closing(cls.closing_id, viewer)


class Signer(Base):
    """Who may sign for a body in a round beside those who do by their office: named by the head, with the reason;
    `instead_of` where it is a successor. `ends` may be brought forward by a newer row of the same person and body."""

    __tablename__ = "signers"
    __table_args__ = (sa.CheckConstraint("starts <= ends", name="span"),)
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    round_id: Mapped[UUID] = mapped_column(sa.ForeignKey("rounds.id"))
    body: Mapped[str] = mapped_column(sa.String(20))
    team_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("teams.id"))  # for origin_team: whose
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    instead_of: Mapped[UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    starts: Mapped[date]
    ends: Mapped[date]
    reason: Mapped[Text]
    by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[Instant]
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    predecessor: Mapped[Person | None] = relationship(foreign_keys=[instead_of])
    team: Mapped[Team | None] = relationship()

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        if viewer.is_unit or viewer.is_city:
            return sa.false()
        return (
            same_county(cls.county_id, viewer)
            if viewer.is_office
            else sa.and_(cls.person_id == viewer.person_id)
        )


GROWING = (
    ClosingVisit, Verification, Signature, Objection, PaperSignature, PaperConfirmation, Closure, Signer,
)  # fmt: skip
for _model in GROWING:
    heads.grows(_model)
