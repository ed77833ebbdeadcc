"""A phone is bound at the office: by the code's picture or its letters, logged in already or not yet."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn, People, shot
from tests.story import PASSWORD

IS_HIDDEN = """(name) => window.outbox.read('things', (things) => things.get(name))
  .then((row) => row.key.algorithm.name + row.key.extractable + row.key.usages)"""


def code_for(desk: Page, person: str) -> str:
    """The letters on the office's page."""
    desk.goto("/phones")
    desk.get_by_label("谁的手机").select_option(person)
    desk.get_by_role("button", name="出一个码").click()
    shot(desk, "phones-office")
    code = desk.locator("p.fingerprint").inner_text()
    assert re.fullmatch(r"[A-Z2-7]{4}( [A-Z2-7]{4}){3}", code)
    return code


def is_bound(page: Page, person: str) -> None:
    """Its key is here, and no page can read it out."""
    expect(page.get_by_text("绑好了")).to_be_visible()
    assert page.evaluate(IS_HIDDEN, f"device:{person}") == "HKDFfalsederiveBits"


def test_binding_a_phone_that_is_logged_in(phone: LogIn, desk: LogIn) -> None:
    page = phone("inspector1")
    person = str(page.locator("html").get_attribute("data-person"))
    code = code_for(desk("clerk"), person)
    page.goto("/n/phone#" + code.replace(" ", ""))
    expect(page).to_have_url(re.compile("/n/phone$"))  # nobody reads it off the address line
    shot(page, "phones-bind")
    page.get_by_role("button", name="绑定这部手机").tap()
    is_bound(page, person)
    page.get_by_role("link", name="再设一个").tap()
    expect(page.locator("#pin")).to_be_visible()


def test_binding_a_phone_on_which_nobody_is_logged_in(phone: LogIn, desk: LogIn, people: People) -> None:
    person = str(phone("inspector2").locator("html").get_attribute("data-person"))
    code = code_for(desk("clerk"), person)
    page = people.anybody()
    page.goto("/n/phone#" + code.replace(" ", ""))
    page.get_by_role("link", name="登录").click()
    page.get_by_label("账号").fill("inspector2")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile("/n/phone$"))
    expect(page.get_by_label("办公室给的码")).to_have_value(code.replace(" ", ""))
    page.get_by_role("button", name="绑定这部手机").click()
    is_bound(page, person)


def test_a_wrong_code_says_so_and_can_be_typed_anew(phone: LogIn) -> None:
    page = phone("leader1")
    page.goto("/n/phone")
    page.get_by_label("办公室给的码").fill("aaaa bbbb cccc dddd")
    page.get_by_role("button", name="绑定这部手机").tap()
    expect(page.get_by_text("这个码不是给你的，或者打错了")).to_be_visible()
    expect(page.get_by_role("button", name="绑定这部手机")).to_be_enabled()
