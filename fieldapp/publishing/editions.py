"""What an edition says: pure shapes. Nothing gets into one that is not named here."""

import hashlib
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
