"""What a form still lacks is said by the page itself, with script: all at once, in our words, and nothing is sent."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn, shot
from tests.browser.hands import Hands
from tests.browser.test_pages import broken_rules

FOCUSED = "() => document.activeElement.id || document.activeElement.className"


@pytest.fixture
def page(phone: LogIn) -> Page:
    """A phone that counts what it sends."""
    return phone("inspector1")


def sent(page: Page) -> list[str]:
    """The posts from now on."""
    posts: list[str] = []
    page.on("request", lambda asked: posts.append(asked.url) if asked.method == "POST" else None)
    return posts


def test_a_missing_field_is_told_beside_it_and_above(page: Page) -> None:
    posts, summary = sent(page), page.locator(".error-summary")
    page.goto("/n/new")
    Hands(page).button("观察 在旁边看，不办事")
    expect(summary.get_by_role("heading")).to_have_text("还差 2 样才能开始")
    expect(summary.get_by_role("link")).to_have_text(["去哪里：选一个窗口", "办什么：选一件事"])
    assert page.evaluate(FOCUSED) == "error-summary"
    expect(page.get_by_label("去哪里")).to_have_accessible_name("去哪里 选一个窗口 ")
    assert not broken_rules(page)
    shot(page, "missing")
    summary.get_by_role("link", name="办什么").tap()
    assert page.evaluate(FOCUSED) == "scenario"
    page.locator("#scenario").select_option(index=1)
    expect(summary.get_by_role("heading")).to_have_text("还差 1 样才能开始")
    page.locator("#counter").select_option(index=1)
    expect(summary).to_have_count(0)
    expect(page.locator(".field-error")).to_have_count(0)
    assert not posts


def test_what_the_browser_cannot_require_is_asked_too(page: Page) -> None:
    page.goto("/n/")
    page.get_by_role("link", name="看一遍再去").tap()
    hands = Hands(page)
    hands.button("开始办事")
    expect(page.get_by_role("heading", level=1)).to_have_text("备忘")
    visit = page.url
    posts, summary = sent(page), page.locator(".error-summary")
    page.goto(f"{visit}/talk")
    hands.button("保存这一份")
    expect(summary.get_by_role("link")).to_have_text("一题也没答，答一题或者写一句")
    hands.tap(page.locator("label.option", has_text="村民"))
    expect(summary).to_have_count(0)
    assert not posts
    hands.button("保存这一份")
    expect(page.locator("main")).to_contain_text("一共 1 份")
    page.wait_for_function("() => scrollY === 0")
    assert len(posts) == 1
