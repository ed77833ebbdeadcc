"""The one source of time. Instants are UTC epoch milliseconds; days are the county's calendar days.

Tests, the demo and the twin comparison move the clock; nothing else reads the system's.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "CST")

_source: Callable[[], int] | None = None


def now() -> int:
    """Milliseconds since 1970-01-01 UTC."""
    return _source() if _source else time.time_ns() // 1_000_000


def today() -> date:
    """The calendar day in China."""
    return day_of(now())


def day_of(ms: int) -> date:
    """The Chinese calendar day of an instant in epoch milliseconds."""
    return datetime.fromtimestamp(ms / 1000, CHINA).date()


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    """Epoch milliseconds of a wall-clock time in China."""
    return int(datetime(year, month, day, hour, minute, second, tzinfo=CHINA).timestamp()) * 1000


def utc_text(ms: int) -> str:
    """ISO 8601 with milliseconds and Z, as the history writes it."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def set_source(source: Callable[[], int] | None) -> None:
    """Replace the clock for the whole process; None gives the system's back."""
    global _source
    _source = source


@contextmanager
def moved_to(ms: int) -> Iterator[None]:
    """Stand still at an instant; used by tests and by the demo data."""
    before = _source
    set_source(lambda: ms)
    try:
        yield
    finally:
        set_source(before)
