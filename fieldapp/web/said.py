"""What was just done is said once, on the next page. It waits in a cookie, not in the address: an address is read again
by a reload, by Back and by whoever it is sent to, and stands in the server's log."""

from flask import Flask, Response, g, request

from fieldapp.web import cookies

SECONDS = 60  # the next page is on its way already; later it would speak of something else


def leave(response: Response, name: str, n: int = 0) -> None:
    """Have the next page say the sentence of templates/ui/said.html that has this name, with its number if any."""
    cookies.put(response, "said", f"{name}.{n}", SECONDS)


def take() -> tuple[str, int]:
    """For the template that says it: name and number; the cookie goes with that answer."""
    g.said = True
    name, _, n = request.cookies.get(cookies.name_of("said"), "").partition(".")
    return name, int(n) if n.isdecimal() and len(n) < 7 else 0


def install(app: Flask) -> None:
    """Give the templates `said`, and take the cookie back when one has used it."""
    app.jinja_env.globals["said"] = take

    @app.after_request
    def _take_back(response: Response) -> Response:
        if g.get("said") and cookies.name_of("said") in request.cookies:
            cookies.take_back(response, "said")
        return response
