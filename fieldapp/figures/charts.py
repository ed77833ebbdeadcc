"""A chart of medians with their ranges: where each mark stands. Pure; the template draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

WIDE, LEFT, RIGHT = 340, 8, 332  # of the drawing, in its own units
LINE, TOP = 62, 8
MINUTE = 60_000
STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 480)  # minutes between two ticks
MOST_TICKS = 5


@dataclass(frozen=True)
class Times:
    """One counter's durations in milliseconds; those in doubt are counted and left out."""

    name: str
    ms: tuple[int, ...]
    doubtful: int = 0

    @property
    def n(self) -> int:
        return len(self.ms)

    @property
    def low(self) -> int | None:
        return min(self.ms, default=None)

    @property
    def high(self) -> int | None:
        return max(self.ms, default=None)

    @property
    def median(self) -> int | None:
        return int(median(self.ms)) if self.ms else None


@dataclass(frozen=True)
class Mark:
    """A counter's line: from `start` to `end`, the median at `dot`."""

    times: Times
    y: int
    start: int
    end: int
    dot: int


@dataclass(frozen=True)
class Chart:
    """All that the template draws; `ticks` are minutes with their place."""

    marks: tuple[Mark, ...]
    ticks: tuple[tuple[int, int], ...]
    height: int
    width: int = WIDE


def lay(rows: Sequence[Times]) -> Chart | None:
    """Counters with something to draw, in their given order; None where there is none."""
    drawn = [row for row in rows if row.ms]
    if not drawn:
        return None
    most = max(ms for row in drawn for ms in row.ms)
    step = next((each for each in STEPS if most <= each * MINUTE * MOST_TICKS), STEPS[-1])
    ticks = max(1, -(-most // (step * MINUTE)))
    scale = ticks * step * MINUTE

    def x(ms: int | None) -> int:
        return LEFT + (RIGHT - LEFT) * (ms or 0) // scale

    marks = tuple(
        Mark(row, TOP + n * LINE, x(row.low), x(row.high), x(row.median)) for n, row in enumerate(drawn)
    )
    return Chart(
        marks, tuple((n * step, x(n * step * MINUTE)) for n in range(ticks + 1)), TOP + len(drawn) * LINE + 24
    )
