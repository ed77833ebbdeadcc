"""What was done is said once, in its own words, on the next page; no address, reload or other page repeats it."""

import re
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from fieldapp.problems.models import Problem
from tests.pages import changed, fields_of
from tests.story import Story

ROOT = Path(__file__).parents[2]


def said(html: str) -> list[str]:
    found = re.findall(r'<p class="said"[^>]*>(.*?)</p>', html, flags=re.S)
    return [re.sub(r"<[^>]+>", "", each).strip() for each in found]


def add_round(clerk: FlaskClient) -> str:
    answer = clerk.post("/rounds", data={"name": "第九轮", "starts": "2026-05-01", "ends": "2026-06-30"})
    assert answer.status_code == 303
    return str(answer.location)


def test_it_is_said_once_and_leaves_the_address_alone(as_: Any) -> None:
    clerk = as_("clerk")
    page = add_round(clerk)
    assert "?" not in page
    assert said(clerk.get(page).text) == ["添上了"]
    assert said(clerk.get(page).text) == []
    assert said(clerk.get("/units").text) == []


def test_an_address_makes_no_page_say_anything(as_: Any) -> None:
    assert said(as_("clerk").get("/units?said=added").text) == []


def test_a_made_up_cookie_says_nothing(as_: Any) -> None:
    clerk = as_("clerk")
    for value in ("", ".", "x.1", "<b>x</b>.1", "imported.9999999999", "imported.x"):
        clerk.set_cookie("said", value)
        assert said(clerk.get("/units").text) in ([], ["导入了 0 条，都是草稿"])


def test_a_page_that_says_nothing_leaves_it_for_the_next(as_: Any) -> None:
    clerk = as_("clerk")
    page = add_round(clerk)
    clerk.get("/problems/import/template.xlsx")
    assert said(clerk.get(page).text) == ["添上了"]


def test_it_is_nobody_elses_script_to_read_and_gone_in_a_minute(as_: Any) -> None:
    answer = as_("clerk").post("/people", data={"name": "某人", "home": ""})
    (cookie,) = (each for each in answer.headers.getlist("Set-Cookie") if each.startswith("said="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=60" in cookie


def test_each_step_says_what_it_did(story: Story, as_: Any) -> None:
    clerk, unit = as_("clerk"), as_("unit")
    page = f"/problems/{story.row(Problem, Problem.number == '示例-05')}"
    sent = changed(fields_of(clerk.get(page).text, f"{page}/issue"), past="y")
    clerk.post(f"{page}/issue", data=sent)
    assert said(clerk.get(page).text) == ["交办了，期限开始算"]
    unit.post(f"{page}/receipt")
    assert said(unit.get(page).text) == ["签收了"]
    unit.post(f"{page}/start")
    assert said(unit.get(page).text) == ["开始整改了"]


def test_every_sentence_is_written_and_every_one_is_used() -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "fieldapp").rglob("*.py"))
    asked = set(re.findall(r'"(\w+)"', " ".join(re.findall(r"said=([^,)\n]+)", sources))))
    written = (ROOT / "templates/ui/said.html").read_text("utf-8").split("sentences")[1].split("%}")[0]
    assert asked == set(re.findall(r"^  '(\w+)':", written, flags=re.M))
