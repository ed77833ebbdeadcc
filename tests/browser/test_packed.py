"""What comes packed is, unpacked by the browser itself, byte for byte what lies there."""

from pathlib import Path

from fieldapp.web.packing import LEAST
from tests.browser.conftest import People

STATIC = Path(__file__).parents[2] / "static"
LOADED = [
    "css/app.css",
    "vendor/htmx-2.0.4/htmx.min.js",
    *(f"js/{each.name}" for each in STATIC.glob("js/*.js")),
]


def test_what_comes_packed_is_what_lies_there(people: People) -> None:
    page = people.anybody()
    page.goto("/login")
    for name in LOADED:
        with page.expect_response(f"**/static/{name}") as told:
            got = page.evaluate("name => fetch('/static/' + name).then(answer => answer.text())", name)
        is_small = (STATIC / name).stat().st_size < LEAST
        assert told.value.headers.get("content-encoding") == (None if is_small else "br"), name
        assert got == (STATIC / name).read_text("utf-8"), name
