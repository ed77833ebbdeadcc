"""What the check says: a fault or a note, each one line; and how far a long run has come."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fieldapp import clock

# what data of the wrong shape makes: brackets by the thousand RecursionError, Infinity for a number OverflowError
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError)
EVERY_MS = 3000


@dataclass(frozen=True)
class Finding:
    """`kind` groups lines of one subject; a note is nothing wrong."""

    kind: str
    sentence: str
    is_note: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.sentence}"


def guarded(
    kind: str, what: object, why: str, look: Callable[..., Iterator[Finding]], *args: Any
) -> Iterator[Finding]:
    """Look at one thing; one that cannot be read is named and does not hide those that follow."""
    try:
        yield from look(*args)
    except UNREADABLE:
        yield Finding(kind, f"{what}：{why}")


class Progress:
    """Says where a long run is, every few seconds."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self._last = say, clock.now()

    def __call__(self, what: str, done: int, of: int) -> None:
        if clock.now() - self._last >= EVERY_MS:
            self._last = clock.now()
            self._say(f"……{what} {done}/{of}")
