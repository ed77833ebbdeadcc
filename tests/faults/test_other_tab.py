"""A page of somebody else's, left open in another tab when the next person logs in."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.faults import shut
from tests.faults.phone import Phone
from tests.faults.server import Server, World
from tests.faults.test_shared_phone import IDS, begun, log_out
from tests.story import PASSWORD

pytestmark = pytest.mark.browser
MakePhone = Callable[..., Phone]


def test_a_tap_on_a_page_left_open_is_never_sealed_for_the_next_person(
    server: Server, phones: MakePhone
) -> None:
    """What is shown as kept is sent when its person is back; what cannot be kept says so."""
    server.start()
    phone = phones(server.url)
    page = phone.log_in("inspector1")
    visit = begun(page)
    page.goto(f"{visit}/all")
    page.locator("#next", has_text="到达").tap()
    expect(page.locator("#next")).to_have_text("取号")
    expect(page.locator("[data-sync]")).to_have_text("已传完")
    other = phone.tab()
    log_out(other)
    other.get_by_label("账号").fill("inspector2")
    other.get_by_label("密码").fill(PASSWORD)
    other.get_by_role("button", name="登录").click()
    other.wait_for_url(lambda url: "/login" not in url)
    other.evaluate("() => window.fieldapp.kept")
    before = {row.id for row in server.taps()}
    page.bring_to_front()
    page.locator("#next", has_text="取号").tap()
    expect(page.locator("#next")).to_have_text("叫号")
    page.evaluate("() => window.outbox.drain()")
    page.locator("#next", has_text="叫号").tap()
    expect(page.locator("[data-say]").first).to_have_text("这部手机换了人登录，这一下没记。回首页再看")
    expect(page.locator("#next")).to_have_text("叫号")
    ids = other.evaluate(IDS)
    assert len(ids) == 1
    page.close()
    log_out(other)
    page = phone.log_in("inspector1")
    page.goto("/outbox")
    shut.all_is_sent(page)
    assert {str(row.id) for row in server.taps() if row.id not in before} == set(ids)
    page.goto(f"{visit}/all")
    expect(page.locator("#next")).to_have_text("叫号")


def test_a_page_left_open_takes_no_number_of_the_next_person_away(
    server: Server, world: World, phones: MakePhone
) -> None:
    server.start()
    phone = phones(server.url)
    page = phone.log_in("inspector1")
    page.goto("/me")
    page.evaluate("() => window.fieldapp.kept")
    number = {"name": "pin", "person": str(world.people["inspector2"]), "pause": 900_000, "tries": 0}
    page.evaluate("pin => window.outbox.put('things', Object.assign(pin, { used: Date.now() }))", number)
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(1000)
    assert shut.thing(page, "pin")
