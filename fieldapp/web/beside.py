"""What a feature puts beside a thing of a feature below it, which must not know of the one above."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Beside:
    """A titled list of links; `more` leads to the whole of it; `why` says why there are none."""

    title: str
    links: tuple[tuple[str, str], ...]  # words and address
    more: str = ""
    why: str = ""
    is_first: bool = False  # it waits for the viewer: it stands above the rest of the page


_PROVIDERS: dict[str, list[Callable[[UUID], Beside | None]]] = {}


def provide(kind: str, provider: Callable[[UUID], Beside | None]) -> None:
    """A feature's views add theirs when they are imported; it gives None to whoever may not see what it lists."""
    _PROVIDERS.setdefault(kind, []).append(provider)


def beside(kind: str, thing_id: UUID) -> list[Beside]:
    """What stands beside this thing for the viewer of the running request."""
    found = (provider(thing_id) for provider in _PROVIDERS.get(kind, ()))
    return [each for each in found if each is not None]
