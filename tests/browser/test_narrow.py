"""The desk's pages at 360 px: nothing cut, a row is a card one can tap, the list begins on the first screen."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn, shot

LISTS = {
    "clerk": (
        "/problems", "/inspections", "/plans", "/visits", "/units", "/rounds", "/scenarios", "/scenarios/items",
        "/todo", "/figures",
    ),
    "head": ("/rules",),
    "admin": ("/accounts",),
    "city": ("/problems", "/figures"),
}  # fmt: skip
BELOW = {
    "/figures": "/figures/",
    "/visits": "/visits/",
    "/rounds": "/rounds/",
    "/scenarios": "/scenarios/",
    "/accounts": "/accounts/",
}
CUT = """() => {
  const wide = document.documentElement.clientWidth, found = [];
  const told = one => one.className + ' ' + one.textContent.trim().slice(0, 20);
  for (const box of document.querySelectorAll('.table-wrap')) {
    if (box.clientWidth && box.scrollWidth > box.clientWidth + 1) found.push('scrolls: ' + told(box));
  }
  for (const cell of document.querySelectorAll('.as-cards td')) {
    const box = cell.getBoundingClientRect();
    const lines = cell.innerText.trim().length;
    if (box.right > wide + 1) found.push('cut: ' + told(cell));
    if (box.width > 0 && box.width < 30 && lines > 3) found.push('squeezed: ' + told(cell));
  }
  return document.documentElement.scrollWidth > wide + 1 ? found.concat('page scrolls') : found;
}"""


def cut(page: Page, address: str) -> list[str]:
    page.goto(address)
    return [f"{address} {fault}" for fault in page.evaluate(CUT)]


def test_no_list_is_cut_or_squeezed(phone: LogIn) -> None:
    found: list[str] = []
    for username, addresses in LISTS.items():
        page = phone(username)
        for address in addresses:
            found += cut(page, address)
            if address in BELOW:
                below = page.locator(f'td a[href^="{BELOW[address]}"]').first.get_attribute("href") or ""
                found += cut(page, below)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("js", [True, False], ids=["script", "no-script"])
def test_the_checklist_on_a_phone(phone: LogIn, js: bool) -> None:
    page = phone("clerk", js=js)
    page.goto("/problems?severity=ordinary")
    first = page.locator("tbody tr").first
    box = first.bounding_box()
    assert box
    assert box["y"] < 600
    expect(page.get_by_label("程度")).to_be_hidden()
    page.locator("summary", has_text="筛选").click()
    expect(page.get_by_label("程度")).to_have_value("ordinary")
    page.locator("summary", has_text="筛选").click()
    first.click(position={"x": box["width"] - 8, "y": box["height"] - 8})  # anywhere on the card
    expect(page.get_by_role("heading", level=1)).to_contain_text("窗口办事不力")
    page.goto("/problems")
    expect(page.get_by_role("link", name="回访安排")).to_be_hidden()
    page.locator("summary", has_text="问题清单").click()
    shot(page, "menu")
    page.get_by_role("link", name="回访安排").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("回访安排")
    expect(page.locator("details.menu summary")).to_contain_text("回访安排")


def test_the_times_of_a_visit_are_drawn_down(phone: LogIn) -> None:
    page = phone("clerk")
    page.goto("/visits")
    page.locator("tbody a").first.click()
    expect(page.locator("#record-bar")).to_be_hidden()
    drawn = page.locator("#record-bar-narrow svg")
    expect(drawn).to_be_visible()
    for word in ("等候", "办理", "受理→办结", "5分00秒"):
        expect(drawn).to_contain_text(word)
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator("#record-bar")).to_be_visible()
    expect(drawn).to_be_hidden()
