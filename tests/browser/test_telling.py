"""From the unit's request to the edition that answers it, and a finding that its unit confirms, in a real browser. The
pages on the way are looked at wide and narrow."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from fieldapp.app import create_app
from fieldapp.config import Settings
from fieldapp.organisations.models import Unit
from tests.browser.conftest import LogIn, People, shot
from tests.browser.hands import photo
from tests.browser.servers import Server
from tests.browser.test_closing import look
from tests.browser.test_pages import broken_rules
from tests.closing import steps
from tests.closing.finding import found_new
from tests.closing.test_telling import closed, turned_down
from tests.story import Story

TEXT = "服务大厅没有人引导，叫号屏不能用"


@pytest.fixture
def story(server: Server) -> Story:
    """The served database, for what other pages than these do before."""
    data = Path(server.environment["FIELDAPP_DATA"])
    where = f"sqlite:///{data / 'fieldapp.sqlite'}"
    settings = Settings(data=data, database_url=where, https=False, testing=True, clock="", max_photo=1 << 24)
    return Story(create_app(replace(settings)))


def ask(unit: Page, problem: str) -> None:
    """The liaison's request, with a photo of the sealed page."""
    unit.goto(problem)
    unit.locator("summary", has_text="报请销号").click()
    look_at(unit, "unit-asks", "报请销号")
    unit.get_by_label("改好了什么").fill("值班表每周公示，和在岗的人对得上")
    unit.get_by_label("盖章页的照片").set_input_files(photo("PAGE"))
    unit.get_by_role("button", name="报请销号").click()
    expect(unit.locator("main")).to_contain_text("报的，期限已停")
    look(unit, "unit-asked")


def look_at(page: Page, name: str, opened: str) -> None:
    """As `look`, with a part that is open again after the reload."""
    look(page, name)
    page.locator("summary", has_text=opened).click()


def test_asked_decided_told_and_confirmed(story: Story, as_: Any, phone: LogIn, desk: LogIn) -> None:
    clerk = desk("clerk")
    visit, tap = found_new(story, as_)
    closed(story)
    turned_down(story)
    unit = phone("unit")
    ask(unit, f"/problems/{steps.problem_id(story, '示例-03')}")
    clerk.goto(f"/problems/{steps.problem_id(story, '示例-02')}")
    look(clerk, "office-enters")
    clerk.goto(f"/problems/{steps.problem_id(story)}")
    look(clerk, "office-problem")
    clerk.get_by_role("link", name="发一期反馈").click()
    look(clerk, "edition-new")
    clerk.locator("label", has_text="发这张告知单").click()
    expect(clerk.locator("#sheet figure")).to_have_count(1)
    clerk.get_by_role("button", name="发出第 1 期").click()
    expect(clerk.locator("main")).to_contain_text("发出了")
    edition = clerk.url
    look(clerk, "edition")
    clerk.goto("/editions")
    look(clerk, "editions")
    clerk.goto(f"{edition}/letter")
    shot(clerk, "letter")
    assert broken_rules(clerk) == []
    confirm(clerk, unit, f"/findings/{visit}/{tap}")
    for address, name in (
        ("/problems", "unit-list"),
        ("/editions", "unit-editions"),
        (edition, "unit-edition"),
    ):
        unit.goto(address)
        look(unit, name)


def confirm(clerk: Page, unit: Page, finding: str) -> None:
    """The office's words, the unit's answer, a draft."""
    clerk.goto("/facts")
    look(clerk, "facts")
    clerk.goto(finding)
    look(clerk, "finding")
    clerk.get_by_label("发给单位的话").fill(TEXT)
    clerk.get_by_role("button", name="发给单位").click()
    expect(clerk.locator("main")).to_contain_text("发出了，等单位答复")
    clerk.get_by_role("link", name=TEXT).click()
    look(clerk, "fact")
    unit.goto("/problems")
    unit.get_by_role("link", name=TEXT).click()
    look(unit, "unit-fact")
    unit.locator("label.option", has_text="属实").click()
    unit.get_by_role("button", name="答复").click()
    expect(unit.locator("main")).to_contain_text("答复收下了")
    look(unit, "unit-answered")
    clerk.reload()
    clerk.get_by_role("link", name="建成问题").click()
    expect(clerk.get_by_label("问题", exact=True)).to_have_value(TEXT)
    look(clerk, "fact-problem")


def test_told_without_script_what_is_ticked_is_read_before_it_goes(
    story: Story, phone: LogIn, people: People
) -> None:
    clerk = phone("clerk", js=False)
    turned_down(story, "示例-02")
    clerk.goto(f"/editions/new?unit={story.row(Unit, Unit.name == '甘棠镇')}")
    clerk.locator("label.option", has_text="示例-02").click()
    clerk.get_by_role("button", name="看一遍").click()
    expect(clerk.locator("main")).not_to_contain_text("示例-02 示例")
    people.faults.clear()  # with nothing chosen that answer was a 422, as it should be
    clerk.locator("label.option", has_text="示例-02").click()
    clerk.get_by_role("button", name="看一遍").click()
    expect(clerk.locator("#sheet")).to_contain_text("示例-02 示例")
    clerk.get_by_role("button", name="发出第").click()
    expect(clerk.locator("main")).to_contain_text("单位看到的，一字不差")
