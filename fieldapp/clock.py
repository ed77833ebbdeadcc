"""The one source of time. Instants are UTC epoch milliseconds; days are the county's calendar days.

Tests, the demo and the twin comparison move the clock; nothing else reads the system's.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "CST")

SLOWED = 2  # a clock that was set back runs at half speed until the system's has caught up
LARGEST_STEP_MS = 3_600_000  # set back by more it had been wrong, and is believed at once

_source: Callable[[], int] | None = None


def now() -> int:
    """Milliseconds since 1970-01-01 UTC."""
    return _source() if _source else _system()


def _system() -> int:
    return time.time_ns() // 1_000_000


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


class Steady:
    """A clock that does not go back when the system's does: receipts and durations by the server stay in order."""

    def __init__(self, source: Callable[[], int], monotonic: Callable[[], float], floor: int) -> None:
        self.source, self.monotonic = source, monotonic
        self.last, self.at = float(floor), monotonic()
        self.lock = threading.Lock()

    def __call__(self) -> int:
        with self.lock:
            told, at = self.source(), self.monotonic()
            slowed = self.last + (at - self.at) * 1000 / SLOWED
            self.last, self.at = (told if told < slowed - LARGEST_STEP_MS else max(told, slowed)), at
            return int(self.last)


def keep_steady(floor: int) -> None:
    """For a serving process: from now on time goes on from `floor`, the last instant that was given out before it."""
    set_source(Steady(_source or _system, time.monotonic, floor))


@contextmanager
def moved_to(ms: int) -> Iterator[None]:
    """Stand still at an instant; used by tests and by the demo data."""
    before = _source
    set_source(lambda: ms)
    try:
        yield
    finally:
        set_source(before)
