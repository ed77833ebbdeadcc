"""The desk's sidebar: each entry is an endpoint, shown to whoever the guard lets through it."""

from collections.abc import Callable, Iterator
from typing import Any

from flask import Flask, request, url_for

from fieldapp.web.viewer import viewer

Label = str | Callable[[], str]
Count = Callable[[], int]
HEADINGS = ((30, "回访"), (45, "销号"), (50, "基础资料"))  # each over the entries from that order on
# What is seldom needed is folded for whoever has more entries than fit on a screen.
FOLDED, MANY = "基础资料", 12
_ENTRIES: dict[str, tuple[int, Label, tuple[str, ...]]] = {}
_COUNTS: dict[str, Count] = {}


def entry(order: int, endpoint: str, label: Label, *also: str, waiting: Count | None = None) -> None:
    """A feature's views add their entry when they are imported. What lies below its address belongs to it, and what
    lies below the addresses in `also`. A label that a county may change is a function. `waiting` says how
    much waits there for the viewer, on every page: it must be cheap."""
    _ENTRIES[endpoint] = (order, label, also)
    if waiting is not None:
        _COUNTS[endpoint] = waiting


def install(app: Flask) -> None:
    """Give every template `menu` and `viewer`."""

    @app.context_processor
    def _context() -> dict[str, Any]:
        who = viewer()
        return {
            "menu": _for(app, who) if who else [],  # a phone page never asks for it
            "viewer": who,
            "viewer_big_text": bool(who and who.big_text),
        }


def _for(app: Flask, who: Any) -> Iterator[dict[str, Any]]:
    """Made when the sidebar asks for it: a phone's page has none."""
    shown = [
        (url_for(end), order, label, also, count) for end, order, label, also, count in _open_to(app, who)
    ]
    starts = [(start, href) for href, _order, _label, also, _count in shown for start in (href, *also)]
    own = [(len(start), href) for start, href in starts if _is_below(request.path, start)]
    current = max(own, default=(0, ""))[1]
    above = ""
    for href, order, label, _also, count in shown:
        heading = next((title for start, title in reversed(HEADINGS) if order >= start), "")
        heading, above = ("" if heading == above else heading), heading
        yield {
            "heading": heading,
            "folded": len(shown) > MANY and above == FOLDED,
            "href": href,
            "label": _text(label),
            "current": href == current,
            "count": count() if count else 0,
        }


def _open_to(app: Flask, who: Any) -> Iterator[tuple[str, int, Label, tuple[str, ...], Count | None]]:
    for endpoint, (order, label, also) in sorted(_ENTRIES.items(), key=lambda pair: pair[1][0]):
        if any(who.has(permission) for permission in getattr(app.view_functions[endpoint], "access", ())):
            yield endpoint, order, label, also, _COUNTS.get(endpoint)


def _text(label: Label) -> str:
    return label if isinstance(label, str) else label()


def _is_below(path: str, start: str) -> bool:
    """Part by part; * stands for any one part."""
    parts, wanted = path.strip("/").split("/"), start.strip("/").split("/")
    return len(wanted) <= len(parts) and all(
        want in ("*", part) for want, part in zip(wanted, parts, strict=False)
    )
