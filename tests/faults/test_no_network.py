"""A whole visit without network: 今日 was opened once, then the server is gone. Two roles at 360 px, and a place that
nobody planned; a browser is killed in between. When the server is back everything comes in, once."""

import re
import statistics
import time
from collections.abc import Callable, Collection
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from fieldapp.app import create_app
from fieldapp.config import Settings
from fieldapp.db import db
from fieldapp.visits.models import Visit
from tests.browser.hands import Hands, photo
from tests.faults.phone import Phone
from tests.faults.proxy import Exchange, Proxy, hole, portal, reset
from tests.faults.server import Server
from tests.story import Story
from tests.visits.test_plans import save, wish_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
READY = "已备好，没信号也能用"
MakePhone = Callable[..., Phone]


def make_ready(phones: MakePhone, server: Server | Proxy, username: str) -> Phone:
    """A phone on which 今日 was opened once with network."""
    phone = phones(server.url)
    phone.log_in(username)
    phone.close()  # in an orderly way: Chromium writes the login to its profile
    phone.open().goto("/n/")
    expect(phone.page.locator("[data-ready]")).to_have_text(READY, timeout=60_000)
    return phone


def link(page: Page, name: str) -> None:
    page.locator("main, .dock").get_by_role("link", name=name, exact=True).first.tap()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def stages(page: Page, *pairs: tuple[str, str]) -> None:
    for label, then in pairs:
        page.locator("#next", has_text=label).tap()
        expect(page.locator("#next")).to_have_text(then)


def begin(page: Page, button: str) -> None:
    page.goto("/")
    link(page, "看一遍再去")
    page.get_by_role("button", name=button, exact=True).tap()
    heading(page, "备忘")


def judge_and_hand_in(page: Page) -> None:
    link(page, "去核对")
    page.locator("main a.cell", has_text="还没判").tap()
    page.locator("label.option", has_text="已整改").first.tap()
    page.get_by_role("button", name="保存").tap()
    expect(page.locator("[data-judged]").first).to_have_text("已整改")
    link(page, "去交记录")
    page.get_by_role("button", name="我这边交了").tap()
    expect(page.locator("[data-say]")).to_contain_text("交了，存在手机里")


def does_the_business(phone: Phone) -> None:
    """The memo, the open view, the browser killed in the middle, photo, answers, conclusion, hand-in."""
    page = phone.reopen()
    begin(page, "开始办事")
    stages(page, ("到了", "拿号"), ("拿号", "轮到我"))
    page = phone.reopen()
    page.goto("/n/")
    link(page, "接着记")
    expect(page.locator(".memo-list .done")).to_have_count(2)
    link(page, "全部")
    expect(page.locator(".strip .now")).to_contain_text("取号")
    stages(page, ("叫号", "受理"), ("受理", "办结"))
    with page.expect_file_chooser() as opened:
        page.locator(".tools label", has_text="拍照").tap()
    opened.value.set_files([photo("NOTICE")])
    expect(page.locator("[data-unsent]").first).to_contain_text("1 张存在手机里")
    stages(page, ("办结", "离开"), ("离开", "去核对"))
    hands = Hands(page)
    for place, choice in enumerate(("是", "否", "没见到")):
        hands.answer(page.locator("form.ask").nth(place), choice)
    judge_and_hand_in(page)


def watches(phone: Phone) -> None:
    """Timers, a note, a count, and out."""
    page = phone.reopen()
    begin(page, "在旁边看")
    link(page, "全部")
    page.get_by_role("button", name="空窗起").tap()
    expect(page.get_by_role("button", name=re.compile("空窗")).first).to_have_text("止")
    page.get_by_role("button", name=re.compile("空窗")).first.tap()
    stages(page, ("离开", "去核对"))
    judge_and_hand_in(page)


def kept_on(page: Page) -> list[dict[str, Any]]:
    """What this phone's queue and what it knows to be taken in hold."""
    return page.evaluate("() => window.outbox.list()")


NONE_WAITS = """() => window.outbox &&
  window.outbox.waiting(document.documentElement.getAttribute('data-person')).then(n => n === 0)"""


def comes_in_once(server: Server, phone: Phone, made: Collection[str]) -> None:
    """The server is back: what this phone holds is there, each once."""
    if not server.process:
        server.start()
    phone.page.goto("/n/")
    phone.page.wait_for_function(NONE_WAITS, timeout=30_000)  # until the script looked, the page says 已传完
    expect(phone.page.locator("[data-sync]").first).to_have_text("已传完", timeout=30_000)
    assert sorted(str(row.id) for row in server.taps() if str(row.id) in made) == sorted(made)
    assert not phone.said


def test_everything_needed_is_on_the_phone(server: Server, phones: MakePhone) -> None:
    server.start()
    one, two = (make_ready(phones, server, name) for name in ("inspector1", "inspector2"))
    server.kill()
    does_the_business(one)
    watches(two)
    for phone in (one, two):
        phone.page.goto("/n/")
        expect(phone.page.locator("#running")).to_contain_text("我这边交了")
        expect(phone.page.locator("[data-plan]")).to_have_count(0)
    made = {row["id"] for phone in (one, two) for row in kept_on(phone.page)}
    assert len(made) > 15
    comes_in_once(server, one, made & {row["id"] for row in kept_on(one.page)})
    comes_in_once(server, two, made)


def plan_another(server: Server, name: str) -> None:
    """A second plan of today for the same two."""
    settings = Settings(server.data, server.address, https=False, testing=True, clock="", max_photo=1 << 24)
    app = create_app(settings)
    story = Story(app)
    save(story, wish_for(story, short_name=name))
    with app.app_context():
        db.engine.dispose()


@pytest.mark.long_fault
def test_one_may_move_to_another_visit_and_it_goes_wrong(server: Server, phones: MakePhone) -> None:
    """换一个, 跳过, 刚才忘按, 没办成 in both wordings and what follows: each page says what this phone did."""
    plan_another(server, "领个证")
    server.start()
    phone = make_ready(phones, server, "inspector1")
    server.kill()
    page = phone.page
    page.goto("/n/")
    first = page.locator("[data-plan] h2").inner_text()
    link(page, "换一个")
    other = {"镇上办事": "领个证", "领个证": "镇上办事"}
    expect(page.locator("[data-plan] h2")).to_have_text(other[first])
    link(page, "看一遍再去")
    page.get_by_role("button", name="开始办事", exact=True).tap()
    link(page, "全部")
    stages(page, ("到达", "取号"))
    link(page, "跳过")
    page.locator("main").get_by_role("button", name="取号").tap()
    expect(page.locator("#next")).to_have_text("叫号")
    link(page, "刚才忘按")
    expect(page.get_by_role("button", name="记下“叫号”")).to_be_visible()
    shown = page.locator("[data-ago='30']").inner_text()
    assert shown in page.evaluate(
        "() => [29, 30, 31, 32, 33].map((ago) => fieldapp.clock(Date.now() + fieldapp.offset - 1000 * ago))"
    )
    page.locator("label.option", has_text="半分钟").first.tap()
    page.get_by_role("button", name="记下“叫号”").tap()
    expect(page.locator("#next")).to_have_text("受理")
    link(page, "没办成")
    expect(page.locator("main")).to_contain_text("停在“叫号”")
    page.get_by_role("button", name=re.compile("退回补材料|要补材料")).first.tap()
    expect(page.locator("main")).to_contain_text("退回补材料")
    expect(page.locator("main")).to_contain_text("停在“叫号”")
    link(page, "补齐了，接着办")
    page.goto("/n/")
    expect(page.locator("#running h2")).to_have_text(other[first])
    expect(page.locator("[data-plan] h2")).to_have_text(first)
    made = [row["id"] for row in kept_on(page)]
    assert len(made) == 5
    comes_in_once(server, phone, made)


@pytest.mark.long_fault
def test_a_place_that_nobody_planned(server: Server, phones: MakePhone) -> None:
    """Begun on the spot: each opening of the page is another visit; its pages are those of what one chose."""
    server.start()
    phone = make_ready(phones, server, "inspector1")
    server.kill()
    page = phone.reopen()
    visits = []
    for scenario, question in (("社保卡申领、补换", 0), ("高龄津贴", 1)):
        page.goto("/n/")
        page.get_by_role("link", name="临时去一处").tap()
        page.get_by_label("去哪里").select_option(index=1)
        page.get_by_label("办什么").select_option(label=scenario)
        page.get_by_role("button", name=re.compile("^办事")).tap()
        heading(page, "备忘")
        visits.append(page.url)
        stages(page, ("到了", "拿号"))
        link(page, "全部")
        expect(page.locator(".strip .now")).to_contain_text("到达")
        Hands(page).answer(page.locator("form.ask").nth(question), "是")
        link(page, "没办成")
        page.get_by_role("button", name=re.compile("^没人")).tap()
        page.get_by_role("button", name="到此结束").tap()
        expect(page.locator("#next")).to_have_text("去核对")
    assert visits[0] != visits[1]
    page.goto("/n/")
    expect(page.locator("#running h2")).to_have_count(2)
    comes_in_once(server, phone, [row["id"] for row in kept_on(page)])
    assert len(server.rows(sa.select(Visit.id).where(Visit.plan_id.is_(None)))) == 2


OPENED = 300  # ms until a kept page is there


def test_a_kept_page_is_there_at_once(
    server: Server, phones: MakePhone, capsys: pytest.CaptureFixture[str]
) -> None:
    """With nothing on the line; and with one that takes everything and says nothing, once it has shown itself so."""
    server.start()
    line = Proxy(server.port)
    phone = make_ready(phones, line, "inspector1")
    page, took = phone.page, {}
    begin(page, "开始办事")
    visit = page.url
    for name, fault in (("refused", reset), ("hole", hole)):
        line.set(fault)
        page.goto("/n/")
        took[name] = []
        for _ in range(5):
            for path in ("/n/", visit, f"{visit}/all"):
                page.goto(path, wait_until="domcontentloaded")
                took[name].append(
                    page.evaluate(
                        "() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
                    )
                )
    with capsys.disabled():
        print(
            {name: f"median {statistics.median(ms):.0f} ms, most {max(ms):.0f}" for name, ms in took.items()},
            end=" ",
        )
    line.close()
    assert all(statistics.median(ms) <= OPENED for ms in took.values())


def test_a_portal_s_page_is_not_taken_for_ours(server: Server, phones: MakePhone) -> None:
    server.start()
    line = Proxy(server.port)
    page = make_ready(phones, line, "inspector1").page
    line.set(portal)
    page.goto("/n/")
    expect(page.locator("[data-plan]")).to_have_count(1)
    line.close()


def half(asked: Exchange) -> None:
    """Half of the answer comes, and the line is dead."""
    answer = asked.forward()
    asked.phone.sendall(answer[: len(answer) // 2])
    time.sleep(0.5)  # on a slow line what was sent has long come when the line breaks
    asked.reset()


def test_what_came_before_the_line_broke_counts(server: Server, phones: MakePhone) -> None:
    """The first answer is cut in half; the next time only the rest is asked for."""
    server.start()
    line = Proxy(server.port)
    line.once(half, path="/n/ready")
    phone = phones(line.url)
    page = phone.log_in("inspector1")
    page.goto("/n/")
    expect(page.locator("[data-ready]")).to_contain_text("还没备好，差", timeout=30_000)
    page.goto("/n/")
    expect(page.locator("[data-ready]")).to_have_text(READY, timeout=60_000)
    first, second = [path for path in line.asked if "/n/ready" in path][:2]
    assert first.count(",") > 1 or ":" in first + second, "what had come was named"
    line.close()


@pytest.mark.long_fault
def test_kept_pages_are_their_own_person_s(server: Server, phones: MakePhone) -> None:
    """After 退出 nothing is shown, whoever is next on the phone."""
    server.start()
    phone = make_ready(phones, server, "inspector1")
    page = phone.page
    link(page, "看一遍再去")
    expect(page.get_by_role("button", name="开始办事", exact=True)).to_be_visible()
    briefing = page.url
    page.goto("/me")
    page.get_by_role("button", name="退出登录").tap()
    expect(page.get_by_text("退出了")).to_be_visible()
    server.kill()
    for path in (briefing, "/n/"):
        page.goto(path)
        heading(page, "没信号")
    server.start()
    phone.log_in("leader1").goto("/n/")
    expect(page.locator("[data-ready]")).to_contain_text("备")
    server.kill()
    page.goto("/n/")
    expect(page.locator("main")).to_contain_text("临时去一处")
    expect(page.locator("[data-plan]")).to_have_count(0)
    page.goto(briefing)
    heading(page, "没信号")
