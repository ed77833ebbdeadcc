"""Tables of what is tried and what is looked at. Versions never change: a visit keeps its own."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from fieldapp import heads
from fieldapp.db import Base, Id, Instant, Text, Versioned
from fieldapp.organisations.models import same_county


def _staff(county: Any, viewer: Any) -> sa.ColumnElement[bool]:
    """The county's own people. Neither a unit nor the city: what is tried would tell what will be visited."""
    return sa.false() if viewer.is_unit or viewer.is_city else same_county(county, viewer)


def _of_visible(column: Any, table: str, viewer: Any) -> sa.ColumnElement[bool]:
    parent = Base.metadata.tables[table].c
    return sa.and_(column.in_(sa.select(parent.id).where(_staff(parent.county_id, viewer))))


class Scenario(Versioned, Base):
    """Something a citizen comes for. `name` repeats the newest version's, for lists."""

    __tablename__ = "scenarios"
    __table_args__ = (sa.UniqueConstraint("county_id", "code"),)
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    code: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[Text]
    retired: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _staff(cls.county_id, viewer)


class ScenarioVersion(Base):
    """`content` is the frozen whole, items in the words of that day; its shape: scenario_content.py."""

    __tablename__ = "scenario_versions"
    __table_args__ = (sa.UniqueConstraint("scenario_id", "n"),)
    id: Mapped[Id]
    scenario_id: Mapped[UUID] = mapped_column(sa.ForeignKey("scenarios.id"))
    n: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    made_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("people.id"))  # None: from the library
    made_at: Mapped[Instant]
    scenario: Mapped[Scenario] = relationship()

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _of_visible(cls.scenario_id, "scenarios", viewer)


class Item(Versioned, Base):
    """A statement to be answered 是 or 否, worded so that 是 is good."""

    __tablename__ = "items"
    __table_args__ = (sa.UniqueConstraint("county_id", "code"),)
    id: Mapped[Id]
    county_id: Mapped[UUID] = mapped_column(sa.ForeignKey("counties.id"))
    code: Mapped[str] = mapped_column(sa.String(40))
    group: Mapped[str] = mapped_column(sa.String(20))
    retired: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _staff(cls.county_id, viewer)


class ItemVersion(Base):
    """The words of an item; `tags` name the kinds of criterion that its answer speaks to."""

    __tablename__ = "item_versions"
    __table_args__ = (sa.UniqueConstraint("item_id", "n"),)
    id: Mapped[Id]
    item_id: Mapped[UUID] = mapped_column(sa.ForeignKey("items.id"))
    n: Mapped[int]
    text: Mapped[Text]
    tags: Mapped[list[str]] = mapped_column(sa.JSON)
    made_at: Mapped[Instant]
    item: Mapped[Item] = relationship()

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return _of_visible(cls.item_id, "items", viewer)


@sa.event.listens_for(ScenarioVersion, "before_update")
@sa.event.listens_for(ItemVersion, "before_update")
def _refuse_change(_mapper: Mapper[Any], _connection: sa.Connection, row: Any) -> None:
    if sa.inspect(row).session.is_modified(row):
        raise RuntimeError("a version never changes; make the next one")


heads.grows(ScenarioVersion)
heads.grows(ItemVersion)
