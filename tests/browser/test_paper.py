"""Papers as a browser prints them: A4, whole, with the heads of tables on every page."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from fieldapp import config
from fieldapp.app import create_app
from fieldapp.db import acting, db
from fieldapp.organisations.models import Unit
from fieldapp.problems.models import Measure, Problem
from tests.browser.conftest import LogIn
from tests.browser.servers import Server
from tests.closing import steps
from tests.conftest import close
from tests.story import Story

A4 = (210, 297)
WITHIN_MARGINS = 680  # CSS pixels: 180 mm
LANDSCAPE = 1009  # 267 mm
CUT = """() => Array.from(document.querySelectorAll('.paper, .paper *')).filter(one => {
  if (one.matches('.visually-hidden')) return false;
  const box = one.getBoundingClientRect();
  return box.width > 1 && (box.right > document.documentElement.clientWidth + 1 || box.left < -1);
}).map(one => `${one.tagName} ${one.textContent.trim().slice(0, 30)}`)"""


@pytest.fixture(scope="module")
def story(server: Server) -> Iterator[Story]:
    """The served story with a page on paper, one signature in the app, and a list that fills several pages."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("FIELDAPP_DATA", "DATABASE_URL"):
            if name in server.environment:
                patch.setenv(name, server.environment[name])
        app = create_app(config.from_environment())
    found = Story(app)
    steps.to_signing(found)
    steps.paper(found)
    steps.signs(found, "head", "office")
    lengthen(found)
    yield found
    close(app)


def lengthen(story: Story) -> None:
    """Forty more measures of one problem, longer than a page together, and one word that has no place to break."""
    problem = story.row(Problem, Problem.number == "示例-02")
    with story.app.app_context(), acting(story.viewer("head")):
        row = db.session.get_one(Problem, problem)
        for place in range(10, 50):
            text = f"第{place}条措施：" + (
                "窗口工作人员一次说清要带的材料，" * 6 if place != 20 else "A" * 120
            )
            db.session.add(Measure(county_id=row.county_id, problem_id=row.id, place=place, text=text))


@pytest.fixture(scope="module")
def papers(story: Story) -> dict[str, str]:
    visit, problem = steps.closing_visit(story), steps.problem_id(story)
    return {
        "visit": f"/visits/{visit}/sheet",
        "report": f"/problems/{problem}/report",
        "form": f"/closings/{steps.closing(story).id}/form",
        "list": f"/units/{story.row(Unit, Unit.name == '甘棠镇')}/checklist",
    }


def printed(page: Page, path: Path) -> list[tuple[int, int]]:
    """The sizes of the pages in millimetres, as the browser would print them."""
    page.pdf(path=path, prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", path.read_bytes())
    return [(round(float(wide) * 25.4 / 72), round(float(high) * 25.4 / 72)) for wide, high in boxes]


def test_they_print_on_as_many_sheets_as_they_should(
    desk: LogIn, papers: dict[str, str], tmp_path: Path
) -> None:
    page = desk("clerk")
    found = {}
    for name, address in papers.items():
        page.goto(address)
        found[name] = printed(page, tmp_path / f"{name}.pdf")
    assert found["visit"] == [A4, A4]  # the photos have a sheet of their own
    assert found["report"] == [A4, A4]
    assert found["form"] == [A4]
    assert len(found["list"]) > 1
    assert set(found["list"]) == {A4[::-1]}


def test_nothing_is_cut_and_heads_repeat(desk: LogIn, papers: dict[str, str]) -> None:
    page = desk("clerk")
    page.emulate_media(media="print")
    for name, address in papers.items():
        page.set_viewport_size({"width": LANDSCAPE if name == "list" else WITHIN_MARGINS, "height": 900})
        page.goto(address)
        assert page.evaluate(CUT) == [], name
        styles = "one => [getComputedStyle(one).display, getComputedStyle(one).breakInside]"
        for head in page.locator(".paper thead").all():
            assert head.evaluate(styles)[0] == "table-header-group"
        for row in page.locator(".paper tr").all()[:8]:
            assert row.evaluate(styles)[1] == "avoid"
        expect(page.locator(".paper-tools")).to_be_hidden()


def test_on_the_screen_they_can_be_read_and_printed(desk: LogIn, papers: dict[str, str]) -> None:
    page = desk("clerk")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(media="screen")
    for address in papers.values():
        page.goto(address)
        expect(page.get_by_role("button", name="打印")).to_be_visible()
        expect(page.get_by_text("用浏览器菜单里的")).to_be_hidden()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            answer = Axe().run(page, options={"resultTypes": ["violations"]})
            assert [rule["id"] for rule in answer.response["violations"]] == [], address
        page.emulate_media(color_scheme="light")


def test_without_script_a_sentence_says_how(phone: LogIn, papers: dict[str, str]) -> None:
    page = phone("clerk", js=False)
    page.goto(papers["form"])
    expect(page.get_by_text("用浏览器菜单里的")).to_be_visible()
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    assert page.evaluate(
        "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1"
    )
