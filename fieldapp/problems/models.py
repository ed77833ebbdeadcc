"""Problems of a unit's checklist and the measures the unit claims. A problem never knows of visits."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp import heads, history
from fieldapp.db import Base, Id, Instant, Text, Versioned
from fieldapp.inspections.models import Inspection
from fieldapp.organisations.models import County, Person, Unit, same_county
from fieldapp.workflow import stream_name

SEVERITIES = {"major": "重大", "ordinary": "一般", "minor": "微小"}
WAYS = {
    "mystery": "体验式回访",
    "on_site": "实地核查",
    "papers": "资料核验",
    "phone": "电话回访与台账倒查",
}
# The codes are those of visits/library/words.json (a test holds them equal): what an item on the phone speaks to.
CRITERION_TAGS = {
    "display": "公示和指引",
    "access": "方便老人和行动不便的人",
    "queue": "排队秩序",
    "discipline": "在岗和纪律",
    "manner": "态度",
    "passing-on": "推来推去",
    "told-once": "一次说清",
    "papers": "多要材料",
    "speed": "办得快、按时办",
    "fees": "收费",
    "progress": "进度和结果",
    "fairness": "公开公平",
    "rating": "评价和投诉",
}
NEEDS_VISIT = ("mystery", "on_site")
STATES = ("draft", "issued", "received", "rectifying", "closure_requested", "closed", "reopened")
OPEN = ("draft", "issued", "received", "rectifying", "reopened")  # not yet, or no longer, before the office
REPORTABLE = ("received", "rectifying", "reopened")  # when a unit may report on its measures
STATE_LABELS = {
    "draft": "草稿",
    "issued": "已交办",
    "received": "已签收",
    "rectifying": "整改中",
    "closure_requested": "审核中",
    "closed": "已销号",
    "reopened": "重启",
}


_CONTENT = (
    "county_id", "inspection_id", "unit_id", "team_id", "number", "text", "short_name", "severity", "criteria",
    "criterion_tags", "verification", "department", "responsible", "limit_text", "issued_on", "due", "due_estimated",
    "due_rule", "visits_needed",
)  # fmt: skip


CONTENT_COLUMNS = 2  # since 0009: a measure's person, day and reports instead of its last report


class Problem(Versioned, Base):
    """Criterion and way of verification are written before work starts and freeze when the problem is issued."""

    __tablename__ = "problems"
    __table_args__ = (
        sa.UniqueConstraint("county_id", "number"),
        sa.CheckConstraint(
            "state = 'draft' OR (issued_on IS NOT NULL AND due IS NOT NULL)", name="issued_has_due"
        ),
        sa.CheckConstraint("(state = 'closed') = (closure_id IS NOT NULL)", name="closed_by_a_closure"),
        sa.CheckConstraint("told_on IS NULL OR state = 'closed'", name="told_when_closed"),
        sa.CheckConstraint(
            "state <> 'closure_requested' OR requested_on IS NOT NULL", name="requested_on_a_day"
        ),
        sa.CheckConstraint("visits_needed BETWEEN 1 AND 5", name="visits_needed"),
        sa.ForeignKeyConstraint(
            ["closure_id", "id"],
            ["closures.closing_id", "closures.problem_id"],
            name="closure",
            use_alter=True,
        ),
    )
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    inspection_id: Mapped[UUID] = mapped_column(sa.ForeignKey("inspections.id"))
    unit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("units.id"))
    team_id: Mapped[UUID] = mapped_column(sa.ForeignKey("teams.id"))  # the finder
    number: Mapped[str] = mapped_column(sa.String(60))
    text: Mapped[Text]
    short_name: Mapped[Text]  # neutral, for phones
    severity: Mapped[str] = mapped_column(sa.String(20))
    criteria: Mapped[list[str]] = mapped_column(sa.JSON)
    criterion_tags: Mapped[list[str]] = mapped_column(
        sa.JSON, default=list
    )  # puts matching items first on the phone
    verification: Mapped[str] = mapped_column(
        sa.String(20)
    )  # never shown to the unit: it would announce a visit
    department: Mapped[Text] = mapped_column(default="")
    responsible: Mapped[Text] = mapped_column(default="")
    limit_text: Mapped[Text]  # as asked: 1 个月, 10 个工作日, a date
    issued_on: Mapped[date | None]
    due: Mapped[date | None]
    due_estimated: Mapped[bool] = mapped_column(default=False)
    due_rule: Mapped[str] = mapped_column(sa.String(40), default="")
    visits_needed: Mapped[int] = mapped_column(
        default=1
    )  # so many visits, on different days, are part of the criterion
    requested_on: Mapped[date | None]  # the unit's clock has stood still since
    closure_id: Mapped[UUID | None]  # the signatures that closed it: feature closing
    told_on: Mapped[date | None]  # when the unit was told that it is closed
    state: Mapped[str] = mapped_column(sa.String(20), default="draft")
    county: Mapped[County] = relationship()
    inspection: Mapped[Inspection] = relationship()
    unit: Mapped[Unit] = relationship()
    measures: Mapped[list["Measure"]] = relationship(back_populates="problem", order_by="Measure.place")

    @property
    def stream(self) -> str:
        return stream_name("problem", self.id)

    @property
    def unit_state(self) -> str:
        """The state as the unit knows it: what the office decides is not so for the unit until an edition says it."""
        return "closure_requested" if self.state == "closed" and self.told_on is None else self.state

    @property
    def content_hash(self) -> str:
        """Of all that the row and its measures say but the state."""
        measures = [row.content for row in sorted(self.measures, key=lambda row: (row.place, row.id))]
        own = {name: getattr(self, name) for name in _CONTENT}
        return history.content_hash({**own, "measures": measures}, CONTENT_COLUMNS)

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return problem_rows(cls, viewer)


def problem_rows(table: Any, viewer: Any) -> sa.ColumnElement[bool]:
    """The rule for a problem's row, usable on the class and on the bare table."""
    issued = table.state != "draft"
    if viewer.is_unit:
        return sa.and_(table.unit_id == viewer.unit_id, issued)
    if viewer.is_office:
        return same_county(table.county_id, viewer)
    if viewer.is_leadership or viewer.is_city:
        return sa.and_(same_county(table.county_id, viewer), issued)
    return sa.and_(table.team_id.in_(viewer.team_ids)) if viewer.team_ids else sa.false()


class Measure(Versioned, Base):
    """A measure the unit says it takes, who sees to it and until when; how far it has come is in its reports."""

    __tablename__ = "measures"
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    problem_id: Mapped[UUID] = mapped_column(sa.ForeignKey("problems.id"), index=True)
    place: Mapped[int]
    text: Mapped[Text]
    responsible: Mapped[Text] = mapped_column(default="")
    planned_on: Mapped[date | None]
    problem: Mapped[Problem] = relationship(back_populates="measures")
    reports: Mapped[list["MeasureReport"]] = relationship(
        back_populates="measure", order_by="MeasureReport.n.desc()"
    )

    @property
    def content(self) -> list[Any]:
        """All that is said of it, for the hash of its problem. A report is known by its number: 0009 makes ids anew."""
        reports = sorted(self.reports, key=lambda each: each.n)
        told = [[each.n, each.text, each.done, each.at, each.by_id, each.by_office] for each in reports]
        return [self.id, self.place, self.text, self.responsible, self.planned_on, told]

    @property
    def newest(self) -> "MeasureReport | None":
        return self.reports[0] if self.reports else None

    @property
    def is_done(self) -> bool:
        """The unit's word, as it last said."""
        return self.newest is not None and self.newest.done

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        problems = Base.metadata.tables["problems"]
        mine = sa.select(problems.c.id).where(problem_rows(problems.c, viewer))
        return sa.and_(cls.problem_id.in_(mine))


class ClosureRequest(Base):
    """What a unit wrote when it asked to close (销号申请): all that it sees of it until an edition. Only grows."""

    __tablename__ = "closure_requests"
    __table_args__ = (sa.UniqueConstraint("problem_id", "n"),)
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    problem_id: Mapped[UUID] = mapped_column(sa.ForeignKey("problems.id"))
    n: Mapped[int] = mapped_column(autoincrement=False)
    day: Mapped[date]  # 收到日期: the clock stops on it
    letter: Mapped[Text]  # 来文字号
    statement: Mapped[Text]
    page_sha256: Mapped[str | None] = mapped_column(sa.String(64))  # the sealed page as a photo
    by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    by_office: Mapped[bool]
    at: Mapped[Instant]
    problem: Mapped[Problem] = relationship()

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        if viewer.is_city:
            return sa.false()
        problems = Base.metadata.tables["problems"]
        mine = sa.select(problems.c.id).where(problem_rows(problems.c, viewer))
        return sa.and_(cls.problem_id.in_(mine))


class MeasureReport(Base):
    """What the unit said of a measure on a day; entered by the office for a unit without an account. Only grows.

    Not for the city, which sees of a problem number, unit, state and day only."""

    __tablename__ = "measure_reports"
    __table_args__ = (sa.UniqueConstraint("measure_id", "n"),)
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    measure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("measures.id"))
    n: Mapped[int] = mapped_column(autoincrement=False)
    text: Mapped[Text]
    done: Mapped[bool]
    at: Mapped[Instant]
    by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    by_office: Mapped[bool]
    measure: Mapped[Measure] = relationship(back_populates="reports")
    by: Mapped[Person | None] = relationship()

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        if viewer.is_city:
            return sa.false()
        measures, problems = (Base.metadata.tables[name] for name in ("measures", "problems"))
        mine = sa.select(measures.c.id).join(problems, problems.c.id == measures.c.problem_id)
        return sa.and_(cls.measure_id.in_(mine.where(problem_rows(problems.c, viewer))))


heads.grows(MeasureReport, by=("measure_id",))
heads.grows(ClosureRequest, by=("problem_id",))
