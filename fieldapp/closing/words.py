"""What a frozen record says, in plain words. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from fieldapp.web.ui import day_text, duration_text

Plain = Mapping[str, Any]


def instant(text: str) -> int:
    """Epoch milliseconds of an ISO 8601 instant in UTC."""
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def iso_day(text: str) -> date | None:
    """A day of the record; None where there is none."""
    return date.fromisoformat(text) if text else None


def basis(record: Plain) -> list[str]:
    """凭什么: one sentence for each visit or verification that the record rests on."""
    return [*map(_visit, record["visits"]), *map(_verification, record["verifications"])]


def _visit(visit: Plain) -> str:
    took = next((each["ms"] for each in visit["durations"] if each["label"] == "办理"), None)
    parts = [f"{visit['team']} {day_text(iso_day(visit['day']))}去的"]
    parts += [f"办理 {duration_text(took)}"] if took is not None else []
    parts += [f"照片 {len(visit['photos'])} 张"] if visit["photos"] else []
    return "，".join(parts)


def _verification(row: Plain) -> str:
    return (
        f"{row['by']} {day_text(iso_day(row['day']))}核验，{counted(row['way'], row['looked'], row['good'])}"
    )


def counted(way: str, looked: int, good: int) -> str:
    """查 12 份，合格 12 份; 打 3 次，有人接 3 次."""
    if way == "资料核验":
        return f"查 {looked} 份，合格 {good} 份"
    return f"打或查 {looked} 次，合格 {good} 次"


def asked(rows: list[Plain]) -> list[tuple[str, dict[str, Plain]]]:
    """Judgements by subject in the order of the record: its words, and what each person said."""
    found: dict[str, tuple[str, dict[str, Plain]]] = {}
    for row in rows:
        found.setdefault(row["subject"], (row["text"], {}))[1][row["by"]] = row
    return list(found.values())
