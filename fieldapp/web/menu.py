"""The desk's sidebar: each entry is an endpoint, shown to whoever the guard lets through it."""

from typing import Any

from flask import Flask, request, url_for

from fieldapp.web.viewer import viewer

_ENTRIES: list[tuple[int, str, str]] = []


def entry(order: int, endpoint: str, label: str) -> None:
    """A feature's views add their entry when they are imported."""
    if (order, endpoint, label) not in _ENTRIES:
        _ENTRIES.append((order, endpoint, label))
        _ENTRIES.sort()


def install(app: Flask) -> None:
    """Give every template `menu`, `who` and `viewer`."""

    @app.context_processor
    def _context() -> dict[str, Any]:
        who = viewer()
        return {
            "menu": _for(app, who) if who else [],  # a phone page never asks for it
            "viewer": who,
            "viewer_big_text": bool(who and who.big_text),
            "said": request.args.get("said", ""),
        }


def _for(app: Flask, who: Any) -> Any:
    here = request.blueprint or ""
    for _order, endpoint, label in _ENTRIES:
        access = getattr(app.view_functions[endpoint], "access", ())
        if any(who.has(permission) for permission in access):
            current = request.endpoint == endpoint or (
                here == endpoint.split(".")[0] and here not in ("visits",)
            )
            yield {"href": url_for(endpoint), "label": label, "current": current}
