"""How many connections there may be, and who goes when one more comes: the oldest of whoever has the most. So a
single address, whatever it opens, pushes out itself and nobody else. Pure."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

MOST = 256
Who = TypeVar("Who", bound=Hashable)


@dataclass
class Crowd(Generic[Who]):
    """Who is connected from where, oldest first."""

    most: int = MOST
    _from: dict[Who, str] = field(default_factory=dict)

    def enter(self, who: Who, address: str) -> Who | None:
        """Let one in; the one who has to go for it, if there is no room."""
        self._from[who] = address
        if len(self._from) <= self.most:
            return None
        greediest = Counter(self._from.values()).most_common(1)[0][0]
        goes = next(each for each, address in self._from.items() if address == greediest)
        self.leave(goes)
        return goes

    def leave(self, who: Who) -> None:
        self._from.pop(who, None)

    def count(self) -> int:
        return len(self._from)
