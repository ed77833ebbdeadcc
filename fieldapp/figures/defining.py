"""What is counted, of what, and how it is said. Pure. No figure is made by subtracting one from another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Thing:
    """One row behind a figure; `endpoint` and `values` say where it is shown."""

    unit_id: UUID
    unit: str
    county_id: UUID
    county: str
    title: str
    note: str = ""
    day: date | None = None
    endpoint: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


Things = Mapping[str, Sequence[Thing]]  # by the code of a list
LISTS = {
    "issued": "交办的问题",
    "closed": "已销号的问题",
    "overdue": "超期的问题",
    "requested": "单位报来的销号申请",
    "returned": "打回单位的销号申请",
    "handed": "交来的回访记录",
    "sent_back": "退回回访组的记录",
}
OF_VISITS = ("handed", "sent_back")


@dataclass(frozen=True)
class Definition:
    """`part` of `whole` are codes of LISTS; a figure without a whole is a count and nothing more."""

    label: str
    part: str
    whole: str
    words: str


DEFINITIONS = (
    Definition("交办", "issued", "", "交办过的问题，草稿不算"),
    Definition("已销号", "closed", "issued", "已销号的 / 交办的；重启的不算已销号"),
    Definition(
        "超期", "overdue", "issued", "期限过了、还在单位手里的 / 交办的；报来销号的不算，在办公室手里"
    ),
    Definition("打回单位", "returned", "requested", "反馈里写了“继续整改”的申请 / 报来的申请；报几次算几次"),
    Definition("退回回访组", "sent_back", "handed", "被退回补充过的记录 / 交来过的记录；退几次都算一次"),
)


@dataclass(frozen=True)
class Figure:
    """A count, and of how many; `whole` None where it is a share of nothing."""

    definition: Definition
    n: int
    whole: int | None


def figures(things: Things) -> list[Figure]:
    """In the order of the definitions; of visits only where the viewer has any list of them."""
    return [
        Figure(each, len(things[each.part]), len(things[each.whole]) if each.whole else None)
        for each in DEFINITIONS
        if each.part in things
    ]


@dataclass(frozen=True)
class Group:
    """The same figures of one unit, or of one county."""

    id: UUID
    name: str
    figures: tuple[Figure, ...]


def grouped(things: Things, by: str) -> list[Group]:
    """By unit or county, in the order of their names, never of any figure."""
    keys = {(_name(each, by), _id(each, by)) for rows in things.values() for each in rows}
    return [Group(key, name, tuple(figures(within(things, by, key)))) for name, key in sorted(keys)]


def within(things: Things, by: str, key: UUID | None) -> Things:
    """Only those of one unit or county; all without a key."""
    if key is None:
        return things
    return {code: _kept(rows, by, key) for code, rows in things.items()}


def _kept(rows: Iterable[Thing], by: str, key: UUID) -> list[Thing]:
    return [each for each in rows if _id(each, by) == key]


def _id(each: Thing, by: str) -> UUID:
    return each.county_id if by == "county" else each.unit_id


def _name(each: Thing, by: str) -> str:
    return each.county if by == "county" else each.unit
