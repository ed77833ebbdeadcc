"""Page or fragment from one URL; redirects are 303 so that a reload never repeats a post."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for

from fieldapp.web.said import leave


def render(page: str, fragment: str = "", status: int = 200, **context: Any) -> Response:
    """The fragment for htmx, the whole page otherwise. Never cacheable by anyone."""
    htmx = bool(request.headers.get("HX-Request")) and not request.headers.get("HX-Boosted")
    response = make_response(render_template(fragment if htmx and fragment else page, **context), status)
    response.headers["Vary"] = "HX-Request"
    return response


def see(endpoint: str, said: str = "", n: int = 0, **values: Any) -> Response:
    """303 to an endpoint; `said` names a sentence of templates/ui/said.html shown once there, `n` is its number."""
    response: Response = make_response(redirect(url_for(endpoint, **values), 303))
    if said:
        leave(response, said, n)
    return response
