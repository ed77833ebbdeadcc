"""A visit of tomorrow on a bound phone: nothing of it can be read there until the office reads out six digits; then it
is walked, with the server away from the evening before."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from fieldapp.app import create_app
from fieldapp.config import Settings
from fieldapp.db import acting, db
from fieldapp.organisations.models import Person
from fieldapp.organisations.queries import one
from fieldapp.phones import actions
from fieldapp.phones.models import Phone as BoundPhone
from fieldapp.visits import plans, sealed_days
from tests.browser.conftest import shot
from tests.faults import shut
from tests.faults.phone import Phone
from tests.faults.server import Server
from tests.faults.test_shared_phone import IDS
from tests.story import Story

pytestmark = pytest.mark.browser
MakePhone = Callable[..., Phone]
DAY = 86_400_000
SEALED = """() => window.outbox.read('things', (things) => things.count(IDBKeyRange.bound('parcel:', 'parcel;')))"""
# all that lies on the phone, as somebody reads it who has found it logged in
EVERYTHING = """async () => {
  const box = window.outbox;
  const person = await box.holder();
  const stores = await Promise.all(['queue', 'ledgers', 'pages', 'things']
    .map((name) => box.read(name, (store) => store.getAll())));
  const said = JSON.stringify(stores);
  const sealed = stores.reduce((all, rows) => all.concat(rows), []).map((row) => [row.sealed, row.head, row.body])
    .reduce((all, some) => all.concat(some), []).filter((one) => one && one.iv && one.data);
  const opened = await Promise.all(sealed.map((one) => box.unsealWords(one).then(JSON.stringify, () => '')));
  return said + opened.join('\\n');
}"""


@contextmanager
def inside(server: Server) -> Iterator[Story]:
    """The server's data, while it stands still."""
    address = server.address
    app = create_app(Settings(server.data, address, https=False, testing=True, clock="", max_photo=1 << 24))
    yield Story(app)
    _close(app)


def _close(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


def prepare(server: Server, at: int) -> tuple[plans.PlannedVisit, str]:
    """Today's plan may be seen two days ahead; and a code that binds inspector1's phone."""
    with inside(server) as story:
        plan = replace(story.plan_of_today(), early_days=2)
        clerk, who = story.viewer("clerk"), story.viewer("inspector1")
        with story.app.app_context(), acting(clerk):
            plans.save(plan)
            return plan, actions.make_code(one(Person, who.person_id), by=clerk, at=at)


def digits_of(server: Server, plan: plans.PlannedVisit) -> str:
    """What the office would read out."""
    with inside(server) as story:
        phone = story.row(BoundPhone)
        with story.app.app_context():
            return sealed_days.code_of(sealed_days.parcel_of(phone, plan.first_day, [plan.id]))


def ready(page: Page) -> None:
    """今日 is open and says that something lies here sealed."""
    page.goto("/n/")
    expect(page.locator("[data-ready]")).to_have_text("已备好，没信号也能用", timeout=30_000)
    expect(page.locator("[data-sealed]")).to_be_visible(timeout=30_000)


def bind(page: Page, code: str) -> None:
    page.goto(f"/n/phone#{code}")
    page.get_by_role("button", name="绑定这部手机").tap()
    expect(page.get_by_text("绑好了")).to_be_visible()


@pytest.mark.timeout(300)
def test_tomorrow_is_sealed_until_the_digits_are_read_out(
    server: Server, phones: MakePhone, tmp_path: Path
) -> None:
    yesterday = time.time_ns() // 1_000_000 - DAY
    plan, code = prepare(server, yesterday)
    server.start(FIELDAPP_CLOCK=str(yesterday))
    phone = phones(server.url)
    page = phone.log_in("inspector1")
    bind(page, code)
    ready(page)
    lies_here = page.evaluate(EVERYTHING)
    assert str(plan.county_id) not in lies_here
    for word in (plan.id, plan.visit_id, plan.short_name):
        assert word not in lies_here
    assert page.evaluate(SEALED) == 1

    server.stop()
    digits = digits_of(server, plan)
    page = phone.reopen()  # the next morning, with no network
    page.goto("/n/")
    expect(page.locator("[data-sealed]")).to_be_visible()
    shot(page, "phones-today")
    page.get_by_role("link", name="输办公室报的 6 位数").tap()
    expect(page.get_by_label("办公室报的 6 位数")).to_be_visible()
    shot(page, "phones-code")
    wrong = f"{(int(digits) + 1) % 10**6:06d}"
    page.get_by_label("办公室报的 6 位数").fill(wrong)
    page.get_by_role("button", name="打开").tap()
    expect(page.get_by_text("不对，还能试 4 次")).to_be_visible(timeout=15_000)
    page.get_by_label("办公室报的 6 位数").fill(f"{digits[:3]} {digits[3:]}")
    page.get_by_role("button", name="打开").tap()
    expect(page.get_by_role("heading", name=plan.short_name)).to_be_visible(timeout=15_000)
    expect(page.locator("[data-sealed]")).to_be_hidden()
    page.get_by_role("link", name="看一遍再去").tap()
    page.get_by_role("button", name="开始办事").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("备忘")
    page.goto(f"/n/{plan.visit_id}/all")
    page.locator("#next", has_text="到达").tap()
    expect(page.locator("#next")).to_have_text("取号")
    ids = page.evaluate(IDS)
    assert len(ids) == 2

    server.start()
    phone.log_in("inspector1")
    page.goto("/n/")
    shut.all_is_sent(page)
    assert {str(row.id) for row in server.taps()} >= set(ids)
    assert {str(row.visit) for row in server.taps() if str(row.id) in ids} == {plan.visit_id}
