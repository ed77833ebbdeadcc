"""What comes packed is, unpacked by the browser itself, byte for byte what lies there."""

from pathlib import Path

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
        assert told.value.headers["content-encoding"] == "br", name
        assert got == (STATIC / name).read_text("utf-8"), name
