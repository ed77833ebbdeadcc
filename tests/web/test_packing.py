"""What a phone loads is small on the line, and is what it was when unpacked; other pages go as they are."""

import gzip
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest

from fieldapp import ids
from tests.clients import LintingClient
from tests.story import Story

STYLE = "/static/css/app.css"
ASKING = {"Accept-Encoding": "gzip, deflate, br"}
LogIn = Callable[[str], LintingClient]


@pytest.mark.parametrize("asked", ["gzip, deflate, br", "gzip, deflate"])
@pytest.mark.parametrize("address", [STYLE, "/static/vendor/htmx-2.0.4/htmx.min.js", "/sw.js"])
def test_files_go_packed(as_: LogIn, address: str, asked: str) -> None:
    client = as_("inspector1")
    plain, packed = client.get(address), client.get(address, headers={"Accept-Encoding": asked})
    kind = packed.headers["Content-Encoding"]
    assert kind == ("br" if "br" in asked and "static" in address else "gzip")
    unpack = brotli.decompress if kind == "br" else gzip.decompress
    assert unpack(packed.get_data()) == plain.get_data()
    assert int(packed.headers["Content-Length"]) == len(packed.get_data()) < len(plain.get_data()) * 0.7
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert answer.headers["Cache-Control"] == (
            "no-cache" if "sw" in address else "public, max-age=31536000, immutable"
        )


def test_a_changed_file_is_packed_anew(as_: LogIn, tmp_path: Path) -> None:
    client = as_("inspector1")
    client.application.static_folder, before = str(tmp_path), client.application.static_folder
    try:
        for text in ("a" * 2000, "b" * 2000):
            (tmp_path / "x.css").write_text(text)
            answer = client.get("/static/x.css", headers=ASKING)
            assert brotli.decompress(answer.get_data()).decode() == text
    finally:
        client.application.static_folder = before


def test_a_page_of_a_visit_goes_packed_and_a_desk_s_does_not(story: Story, as_: LogIn) -> None:
    visit, clerk = begun(story, as_("inspector1")), as_("clerk")
    page = as_("inspector1").get(f"/n/{visit}", headers=ASKING)
    assert "</html>" in gzip.decompress(page.get_data()).decode()
    desk = clerk.get("/problems/?q=a", headers=ASKING)
    assert "</html>" in desk.get_data(as_text=True)


def begun(story: Story, client: LintingClient) -> str:
    """Today's visit, begun."""
    plan = story.plan_of_today()
    begin = {"kind": "begin", "press": f"{ids.new_id()}:办事", "plan": plan.id, "briefing": "1"}
    assert client.post(f"/n/{plan.visit_id}/taps", data=begin).status_code == 303
    return plan.visit_id


@pytest.mark.parametrize("asked", ["", "identity", "deflate", "gzip;q=0"])
def test_who_cannot_unpack_gets_it_plain(as_: LogIn, asked: str) -> None:
    answer = as_("inspector1").get(STYLE, headers={"Accept-Encoding": asked})
    assert "Content-Encoding" not in answer.headers
    assert answer.get_data(as_text=True).startswith("/* ")
