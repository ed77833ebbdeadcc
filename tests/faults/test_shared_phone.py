"""F24, F25: a phone that two people use, and one whose login has expired."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.faults import shut
from tests.faults.phone import Phone
from tests.faults.server import Server, World

pytestmark = pytest.mark.browser
MakePhone = Callable[..., Phone]
IDS = "() => window.outbox.read('queue', (queue) => queue.getAll()).then((rows) => rows.map((row) => row.id))"
DRAIN = "() => window.outbox.drain(true)"


def begun(page: Page) -> str:
    """Today's planned visit, begun; its address."""
    page.goto("/n/")
    page.get_by_role("link", name="看一遍再去").tap()
    page.get_by_role("button", name="开始办事").tap()
    page.wait_for_url(re.compile(r"/n/[0-9a-f-]{36}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("备忘")
    return page.url


def tap_without_network(page: Page, visit: str, server: Server) -> list[str]:
    """Two stages with the server gone; the ids that wait."""
    page.goto(visit)
    shut.worker_is_there(page)
    page.goto(f"{visit}/all")
    server.stop()
    for label, then in (("到达", "取号"), ("取号", "叫号")):
        page.locator("#next", has_text=label).tap()
        expect(page.locator("#next")).to_have_text(then)
    expect(page.locator("[data-sync]")).to_have_text("待传 2")
    return list(page.evaluate(IDS))


def log_out(page: Page) -> None:
    page.goto("/me")
    page.get_by_role("button", name="退出登录").tap()
    page.wait_for_url("**/login*")


def test_f25_another_user_logs_in_on_the_phone(server: Server, world: World, phones: MakePhone) -> None:
    """The second sees nothing and sends nothing of the first; when the first is back, it goes under the first."""
    server.start()
    phone = phones(server.url)
    page = phone.log_in("inspector1")
    visit = begun(page)
    other = phone.tab()
    other.goto("/me")
    ids = tap_without_network(page, visit, server)
    with other.expect_event("requestfailed", lambda asked: asked.url.endswith("/logout")):
        other.get_by_role(
            "button", name="退出登录"
        ).tap()  # nobody hears of it; the phone is emptied all the same
    other.close()
    server.start()
    page.goto("/n/", wait_until="commit")
    page.wait_for_url("**/login")  # now the server has heard of it
    expect(page.get_by_text("退出了")).to_be_visible()
    before = shut.counts(page)
    assert (before["keys"], before["pages"], before["queue"]) == (0, 0, 2)

    page = phone.log_in("inspector2")
    expect(page.locator("html")).to_have_attribute("data-person", str(world.people["inspector2"]))
    page.goto("/outbox")
    expect(page.locator("[data-waiting-said]")).to_have_text("都传到了。")
    page.evaluate(DRAIN)
    assert shut.readable(page) == 0
    assert sorted(page.evaluate(IDS)) == sorted(ids)
    assert not _stored(server, ids)
    log_out(page)

    page = phone.log_in("inspector1")
    page.goto("/outbox")
    shut.all_is_sent(page)
    expect(page.locator("[data-waiting-said]")).to_have_text("都传到了。")
    assert {str(row.person) for row in _stored(server, ids)} == {str(world.people["inspector1"])}
    assert len(_stored(server, ids)) == len(ids)


def _stored(server: Server, ids: list[str]) -> list[sa.Row[tuple[object, ...]]]:
    return [row for row in server.taps() if str(row.id) in ids]


def test_f24_an_expired_login_keeps_all_and_says_so(server: Server, phones: MakePhone) -> None:
    server.start()
    phone = phones(server.url)
    page = phone.log_in("inspector1")
    visit = begun(page)
    ids = tap_without_network(page, visit, server)
    server.start()
    done = server.command("user", "reset", "inspector1")
    assert done.returncode == 0, done.stderr
    page.goto("/outbox")
    assert "/login" in page.url
    expect(page.locator("main")).to_contain_text("登录过期，刚才记的都在，重新登录就行")
    assert shut.counts(page)["queue"] == 2
    assert shut.counts(page)["keys"] == 1
    assert not _stored(server, ids)
