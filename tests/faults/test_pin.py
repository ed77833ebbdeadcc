"""A number closes the phone after a pause: with and without network, with and without the service worker."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import shot
from tests.faults import shut
from tests.faults.phone import Phone
from tests.faults.server import Server, World
from tests.faults.test_shared_phone import IDS, begun, tap_without_network
from tests.story import PASSWORD

pytestmark = pytest.mark.browser
MakePhone = Callable[..., Phone]
UNREGISTER = """() => navigator.serviceWorker.getRegistrations()
  .then((all) => Promise.all(all.map((one) => one.unregister())))"""


def test_after_a_pause_the_number_opens_what_was_there(server: Server, phones: MakePhone) -> None:
    """Also with the server gone and the browser killed in between."""
    server.start()
    phone = phones(server.url)
    page = phone.log_in("inspector1")
    shut.set_pin(page)
    visit = begun(page)
    ids = tap_without_network(page, visit, server)
    shut.away(page, shut.QUARTER - 60_000)
    page.goto(visit)
    expect(page.get_by_role("heading", level=1)).to_have_text("备忘")
    shut.away(page, shut.QUARTER + 1000)
    page = phone.reopen()
    page.goto(visit)
    expect(page.get_by_role("heading", level=1)).to_have_text("接着用")
    assert page.title() == "记录"
    shot(page, "phones-pin")
    assert shut.counts(page)["keys"] == 0
    assert shut.readable(page) == 0
    shut.enter(page, shut.WRONG)
    expect(page.get_by_text("不对，还能试 4 次")).to_be_visible()
    shut.enter(page, shut.PIN)
    expect(page.get_by_role("heading", level=1)).to_have_text("备忘")
    assert page.url == visit
    assert shut.readable(page) == 2
    assert sorted(page.evaluate(IDS)) == sorted(ids)
    key = "() => window.outbox.read('keys', (keys) => keys.getAll()).then((rows) => rows[0].key.extractable)"
    assert page.evaluate(key) is False


def test_five_wrong_numbers_wipe_what_can_be_fetched_again_and_nothing_else(
    server: Server, phones: MakePhone
) -> None:
    server.start()
    phone = phones(server.url)
    page = phone.log_in("inspector1")
    shut.set_pin(page)
    visit = begun(page)
    ids = tap_without_network(page, visit, server)
    assert shut.counts(page)["pages"] > 0
    shut.away(page, shut.QUARTER + 1000)
    page.goto("/n/")
    for left in (4, 3):
        shut.enter(page, shut.WRONG)
        expect(page.get_by_text(f"还能试 {left} 次")).to_be_visible()
    page = phone.reopen()  # the count is on the phone, not in the page
    page.goto("/n/")
    for left in (2, 1):
        shut.enter(page, shut.WRONG)
        expect(page.get_by_text(f"还能试 {left} 次")).to_be_visible()
    shut.enter(page, shut.WRONG)
    expect(page.get_by_text("错了 5 次")).to_be_visible()
    assert shut.thing(page, "pin") == ["gone", "name", "person"]
    there = shut.counts(page)
    assert (there["queue"], there["ledgers"], there["keys"], there["pages"]) == (2, 1, 0, 0)
    page.goto("/me")
    expect(page.get_by_role("button", name="用账号密码登录")).to_be_visible()
    page.get_by_role("button", name="用账号密码登录").tap()
    expect(page.get_by_text("没信号，有信号才能换成账号密码")).to_be_visible()
    server.start()
    page.get_by_role("button", name="用账号密码登录").tap()
    page.wait_for_url("**/login")
    page.get_by_label("账号").fill("inspector1")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(re.compile("/n/"))
    shut.all_is_sent(page)
    assert {str(row.id) for row in server.taps()} >= set(ids)


def test_what_waits_goes_on_while_the_phone_lies_there(
    server: Server, world: World, phones: MakePhone
) -> None:
    """The key goes when somebody opens the app, not while it sends."""
    server.start()
    phone = phones(server.url)
    page = phone.log_in("inspector1")
    shut.set_pin(page)
    visit = begun(page)
    ids = tap_without_network(page, visit, server)
    server.start()
    shut.away(page, shut.QUARTER + 1000)
    page.evaluate("() => navigator.serviceWorker.ready.then((found) => found.active.postMessage('drain'))")
    shut.all_is_sent(page, str(world.people["inspector1"]))
    assert {str(row.id) for row in server.taps()} >= set(ids)
    page.goto("/n/")
    expect(page.get_by_role("heading", level=1)).to_have_text("接着用")


def test_without_a_worker_the_page_gives_way(server: Server, phones: MakePhone) -> None:
    server.start()
    phone = phones(server.url)
    page = phone.log_in("inspector1")
    shut.set_pin(page)
    phone.context.add_init_script("delete Navigator.prototype.serviceWorker")
    page.evaluate(UNREGISTER)
    page.goto("/n/new")
    shut.away(page, shut.QUARTER + 1000)
    page.goto("/n/new", wait_until="commit")
    page.wait_for_url("**/n/pin#/n/new")
    assert shut.counts(page)["keys"] == 0
    shut.enter(page, shut.PIN)
    page.wait_for_url(lambda url: urlsplit(url).path == "/n/new")
    assert shut.counts(page)["keys"] == 1


@pytest.mark.parametrize("easy", ["000000", "123456"])
def test_a_number_that_everybody_guesses_is_not_taken(shared: Server, phones: MakePhone, easy: str) -> None:
    page = phones(shared.url).log_in("inspector2")
    page.goto("/me")
    page.get_by_label("这部手机上再打开时要输").fill(easy)
    page.get_by_role("button", name="设上").tap()
    expect(page.get_by_text("这个太好猜")).to_be_visible()
    assert shut.thing(page, "pin") is None
