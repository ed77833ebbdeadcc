"""What an edition says: pure shapes. Nothing gets into one that is not named here."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from fieldapp.history import canonical

RESULTS = {"closed": "已销号", "returned": "继续整改", "reopened": "重启整改"}


@dataclass(frozen=True)
class Item:
    """One problem's result. `visited_on` is to the day only; `still` and `due` where something is left to do."""

    problem_id: str
    number: str
    text: str
    result: str
    checked_on: date | None = None
    still: str = ""
    due: date | None = None

    @property
    def label(self) -> str:
        return RESULTS[self.result]


@dataclass(frozen=True)
class Released:
    """A photo that the office released: a copy without metadata, under its own sum."""

    sha256: str
    caption: str


def content_of(
    office: str, unit: str, n: int, day: date, items: Sequence[Item], photos: Sequence[Released] = ()
) -> str:
    """The edition as canonical JSON."""
    return canonical(
        {
            "format": "fieldapp-edition/1",
            "office": office,
            "unit": unit,
            "n": n,
            "day": day.isoformat(),
            "items": [_plain(asdict(item)) for item in items],
            "photos": [asdict(photo) for photo in photos],
        }
    )


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value or "" for key, value in row.items()}


def fingerprint(content: str) -> str:
    """SHA-256 of the bytes, in hexadecimal."""
    return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True)
class Line:
    """One problem as its unit reads it; days are words, nothing of them depends on the reader's day."""

    problem_id: str
    number: str
    text: str
    label: str
    checked_on: str
    still: str
    due: str

    @property
    def in_short(self) -> str:
        """继续整改，12月14日前还要做：台账补齐"""
        return f"{self.label}，{self.due}前还要做：{self.still}" if self.still else self.label


@dataclass(frozen=True)
class Sheet:
    """An edition as it is read: on the office's desk before it goes, by the unit, on paper."""

    office: str
    unit: str
    n: int
    day: str
    lines: tuple[Line, ...]
    photos: tuple[Released, ...]

    @property
    def title(self) -> str:
        return f"{self.unit}整改核查结果"

    @property
    def above(self) -> str:
        return f"{self.office}·反馈第 {self.n} 期"

    @property
    def in_short(self) -> str:
        """甘棠-07 已销号，甘棠-03 继续整改"""
        return "，".join(f"{line.number} {line.label}" for line in self.lines)


def sheet_of(content: str) -> Sheet:
    """What a frozen content says. The only way from an edition to a page."""
    said = json.loads(content)
    day = date.fromisoformat(said["day"])
    return Sheet(
        said["office"],
        said["unit"],
        said["n"],
        f"{day.year}年{day.month}月{day.day}日",
        tuple(_line(row, day.year) for row in said["items"]),
        tuple(Released(**row) for row in said["photos"]),
    )


def _line(row: Mapping[str, str], year: int) -> Line:
    return Line(
        row["problem_id"],
        row["number"],
        row["text"],
        RESULTS[row["result"]],
        _day(row["checked_on"], year),
        row["still"],
        _day(row["due"], year),
    )


def _day(text: str, year: int) -> str:
    """6月20日; with the year where it is not the edition's own."""
    if not text:
        return ""
    day = date.fromisoformat(text)
    return f"{'' if day.year == year else f'{day.year}年'}{day.month}月{day.day}日"
