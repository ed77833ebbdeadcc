"""The desk's sidebar: each entry is an endpoint, shown to whoever the guard lets through it."""

from typing import Any

from flask import Flask, request, url_for

from fieldapp.web.viewer import viewer

_ENTRIES: list[tuple[int, str, str, tuple[str, ...]]] = []


def entry(order: int, endpoint: str, label: str, *also: str) -> None:
    """A feature's views add their entry when they are imported. What lies below its address belongs to it, and what
    lies below the addresses in `also`."""
    made = (order, endpoint, label, also)
    if made not in _ENTRIES:
        _ENTRIES.append(made)
        _ENTRIES.sort()


def install(app: Flask) -> None:
    """Give every template `menu`, `who` and `viewer`."""

    @app.context_processor
    def _context() -> dict[str, Any]:
        who = viewer()
        return {
            "menu": list(_for(app, who)) if who else [],
            "viewer": who,
            "viewer_big_text": bool(who and who.big_text),
            "said": request.args.get("said", ""),
        }


def _for(app: Flask, who: Any) -> Any:
    shown = [
        (url_for(endpoint), label, also)
        for _order, endpoint, label, also in _ENTRIES
        if any(who.has(permission) for permission in getattr(app.view_functions[endpoint], "access", ()))
    ]
    starts = [(start, href) for href, _label, also in shown for start in (href, *also)]
    current = max(
        ((len(start), href) for start, href in starts if _is_below(request.path, start)), default=(0, "")
    )
    for href, label, _also in shown:
        yield {"href": href, "label": label, "current": href == current[1]}


def _is_below(path: str, start: str) -> bool:
    return path == start or path.startswith(start.rstrip("/") + "/")
