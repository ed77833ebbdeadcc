"""HTML that opens by itself from the unpacked folder: what it needs lies in it or beside it, and it runs no script.

Rendered from plain dictionaries, without the app: its days have years, and its links lead to files of the bag."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from jinja2 import ChainableUndefined, Environment, FileSystemLoader

from fieldapp.clock import CHINA
from fieldapp.config import part
from fieldapp.packages.photos import Picture
from fieldapp.packages.sheet import Row
from fieldapp.visits import library
from fieldapp.web.ui import duration_text, fingerprint_text

Plain = Mapping[str, Any]
_LABELS = ("answers", "claims", "suggestions", "interview")


def report_html(
    record: Plain,
    fingerprint: str,
    *,
    pictures: Mapping[str, Picture],
    signatures: Sequence[Plain] = (),
    editions: Sequence[Plain] = (),
    reopened: Plain | None = None,
    earlier: Sequence[str] = (),
) -> bytes:
    """One cycle of a problem: the frozen record, and who signed it, what the unit was told, whether it was reopened
    afterwards. `earlier` are the pages of the cycles before."""
    labels = {name: library.labels(name) for name in _LABELS}
    page = _pages().get_template("packages/enclosed/report.html")
    text = page.render(
        r=record,
        fingerprint=fingerprint,
        pictures=pictures,
        signatures=signatures,
        editions=editions,
        reopened=reopened or {},
        earlier=earlier,
        labels=labels,
    )
    return text.encode()


def checklist_html(office: str, unit: str, rows: Sequence[Row]) -> bytes:
    """A unit's checklist, with links to the reports of what is closed."""
    page = _pages().get_template("packages/enclosed/checklist.html")
    return page.render(office=office, unit=unit, rows=rows).encode()


@cache
def _pages() -> Environment:
    """An environment of its own: a package holds no address of the app, and old records lack what newer ones have."""
    pages = Environment(
        loader=FileSystemLoader(part("templates")),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters.update(
        day=day_text,
        clock=clock_text,
        clock_on=clock_on_text,
        moment=moment_text,
        duration=duration_text,
        fingerprint=fingerprint_text,
        as_photos=_as_photos,
        pages_of=_pages_of,
        released_of=_released_of,
    )
    return pages


def day_text(day: str) -> str:
    """2018年6月20日; — where there is none."""
    if not day:
        return "—"
    read = date.fromisoformat(str(day))
    return f"{read.year}年{read.month}月{read.day}日"


def clock_text(instant: str) -> str:
    """9:17:10 in China, of an instant in UTC."""
    read = _in_china(instant)
    return f"{read.hour}:{read:%M:%S}" if read else "—"


def clock_on_text(instant: str, day: str) -> str:
    """9:17:10; what was not on that day says its own as well."""
    read = _in_china(instant)
    return clock_text(instant) if not read or read.date().isoformat() == day else moment_text(instant)


def moment_text(instant: str) -> str:
    """2018年6月20日 9:17:10"""
    read = _in_china(instant)
    return f"{day_text(read.date().isoformat())} {clock_text(instant)}" if read else "—"


def _in_china(instant: str) -> datetime | None:
    return datetime.fromisoformat(str(instant)).astimezone(CHINA) if instant else None


def _as_photos(sums: Iterable[str]) -> list[dict[str, str]]:
    return [{"sha256": each} for each in sums]


def _released_of(photos: Iterable[Plain]) -> list[dict[str, str]]:
    return [{"sha256": each["sha256"], "name": each["caption"]} for each in photos]


def _pages_of(signatures: Iterable[Plain]) -> list[dict[str, str]]:
    return [{"sha256": each["page"], "name": f"{each['body']}的签批页"} for each in signatures]
