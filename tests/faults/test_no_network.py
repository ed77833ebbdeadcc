"""The whole visit without network: the list was opened once, then the server is gone. Two roles, at 360 px; the browser
is killed in between. When the server is back, everything comes in, once."""

import time

from playwright.sync_api import Page, expect

READY = "已备好，没信号也能用"


def walk(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("link", name=name).first.tap()


def ready(phones, server, username: str):
    phone = phones(server.url)
    page = phone.log_in(username)
    page.goto("/n/")
    t = time.time()
    expect(page.locator("[data-ready]")).to_have_text(READY, timeout=60_000)
    print("ready", time.time() - t)
    return phone


def test_x(server, phones) -> None:
    server.start()
    one = ready(phones, server, "inspector1")
    page = one.page
    server.kill()
    t = time.time()
    page.goto("/n/")
    print("today", time.time() - t)
    page.screenshot(path="/tmp/ready-today.png")
    page.get_by_role("link", name="看一遍再去").tap()
    expect(page.get_by_role("button", name="开始办事")).to_be_visible()
    page.screenshot(path="/tmp/ready-briefing.png")
    page.get_by_role("button", name="开始办事").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("备忘")
    page.wait_for_timeout(500)
    page.screenshot(path="/tmp/ready-memo.png")
    print(one.said)
