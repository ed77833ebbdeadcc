"""A phone of one's own: bound at the office, closed by a number after a pause, emptied when one logs out."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn, People

QUARTER = 15 * 60_000

READ = """(name) => window.outbox.read('things', (things) => things.get(name))
  .then((row) => row && Object.assign({}, row, { key: row.key && String(row.key.extractable) }))"""
STORES = """() => Promise.all(["queue", "bodies", "ledgers", "keys", "pages"].map((name) =>
  window.outbox.read(name, (store) => store.count())))"""
AWAY = """(ms) => window.outbox.put('things', { name: 'used', at: Date.now() - ms })"""


def thing(page: Page, name: str) -> Any:
    return page.evaluate(READ, name)


def stores(page: Page) -> dict[str, int]:
    return dict(page.evaluate(STORES))


def code_from(desk: Page) -> str:
    desk.goto("/phones")
    options = desk.get_by_label("谁的手机").locator("option")
    named = options.filter(has_text="回访一").first if options.filter(has_text="回访一").count() else None
    value = named.get_attribute("value") if named else None
    desk.get_by_label("谁的手机").select_option(value or options.nth(1).get_attribute("value"))
    desk.get_by_role("button", name="出一个码").click()
    return desk.locator("p.fingerprint").inner_text()


def test_binding(phone: LogIn, desk: LogIn, people: People) -> None:
    page = phone("inspector1")
    person = page.locator("html").get_attribute("data-person")
    office = desk("clerk")
    office.goto("/phones")
    office.get_by_label("谁的手机").select_option(str(person))
    office.get_by_role("button", name="出一个码").click()
    code = office.locator("p.fingerprint").inner_text()
    assert re.fullmatch(r"[A-Z2-7]{4}( [A-Z2-7]{4}){3}", code)
    page.goto("/n/phone#" + code.replace(" ", ""))
    expect(page).to_have_url(re.compile("/n/phone$"))
    page.get_by_role("button", name="绑定这部手机").tap()
    expect(page.get_by_text("绑好了")).to_be_visible()
    assert thing(page, f"device:{person}")["key"] == "false"
    page.get_by_role("link", name="再设一个").tap()
    expect(page.locator("#pin")).to_be_visible()
