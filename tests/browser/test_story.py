"""The revisit of today, from the plan to the countersign, as clerk, two inspectors, leader and head live it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn, shot
from tests.browser.hands import Hands
from tests.browser.servers import Server

STAGES = ("到达", "取号", "叫号", "受理", "办结", "离开")
ANSWERS = ("是", "是", "是", "否", "是", "没见到", "是", "是")
MOST_TAPS = 25  # from the briefing to the hand-in; the camera's own shutter is not counted
PHOTOS = 2


def plan(page: Page, counter: str, number: str = "示例-02") -> None:
    """The clerk takes back the demo's plan of today, if it still stands, and makes one of his own."""
    page.goto("/plans")
    today = page.get_by_role("row").filter(has_text="回访人员看得到").get_by_role("link")
    if today.count():
        today.click()
        page.locator("summary", has_text="取消这次").click()
        page.get_by_role("button", name="确定取消这次").click()
    page.goto("/plans/where")
    page.get_by_label("从", exact=True).fill("2018-06-20")
    expect(page.locator("[data-said-day]").first).to_have_text("2018年6月20日 周三")
    page.goto("/plans/where")
    page.get_by_label("单位").select_option(label="甘棠镇")
    page.get_by_role("button", name="接着选窗口和人").click()
    page.get_by_label("窗口", exact=True).select_option(label=f"便民服务中心·{counter}")
    page.get_by_label("事项", exact=True).select_option(label="城乡居民养老保险参保登记（第 1 版）")
    page.get_by_label("批准的回访方案").fill("回访方案〔2018〕9 号（示例）")
    page.locator("label.option", has_text=number).click()
    for name in ("回访员甲", "回访员乙"):
        page.get_by_label(name).check()
    expect(page.get_by_role("radio", name="第一巡察组")).to_be_checked()
    page.get_by_label("主任甲").check()
    shot(page, "plan")
    page.get_by_role("button", name="存下安排").click()
    expect(page.locator("main")).to_contain_text("手机上看到的")


def briefing(page: Page, about: str = "示例：窗口一次说不清要带什么") -> None:
    page.goto("/n/")
    expect(page.locator("main")).to_contain_text("镇上办事")
    shot(page, "today")
    page.get_by_role("link", name="看一遍再去").tap()
    expect(page.locator("main")).to_contain_text(about)
    shot(page, "briefing")


def do_the_business(hands: Hands) -> None:
    """inspector1: six stages, eight answers, two photos, one conclusion."""
    page = hands.page
    hands.button("开始办事")
    expect(page.get_by_role("heading", level=1)).to_have_text("备忘")
    shot(page, "memo")
    hands.link("全部")
    for label, then in zip(STAGES, (*STAGES[1:], "去核对"), strict=True):
        hands.stage(label, then)
        if label == "受理":
            hands.camera("NOTICE", now=1)
            hands.camera("RECEIPT", now=2)
            shot(page, "full")
    questions = page.locator("form.ask")
    for place, choice in enumerate(ANSWERS):
        hands.answer(questions.nth(place), choice)
    hands.link("去核对")
    hands.conclude("已整改")
    shot(page, "tick")
    hands.link("去交记录")
    hands.hand_in()


def watch(hands: Hands) -> None:
    """inspector2 stands beside, judges for himself and hands in."""
    page = hands.page
    hands.button("在旁边看")
    expect(page.locator("#visit")).to_contain_text("散步")
    page.goto(f"{page.url}/checks")
    hands.conclude("已整改")
    hands.link("去交记录")
    hands.hand_in()


def read(page: Page, address: str) -> None:
    """What leader and head find: conclusion, times, photos."""
    page.goto("/visits")
    page.locator(f'a[href="{address}"]').click()
    main = page.locator("main")
    expect(main).to_contain_text("已整改")
    for label in STAGES:
        expect(main).to_contain_text(label)
    assert len(re.findall(r"\d:\d\d:\d\d", main.inner_text())) >= len(STAGES)
    photos = page.locator('main img[src*="/pictures/"]')
    expect(photos).to_have_count(PHOTOS)
    for photo in photos.all():
        photo.scroll_into_view_if_needed()
        expect(photo).not_to_have_js_property("naturalWidth", 0)


def visited(first: Hands, second: Hands) -> str:
    """The visit itself, to the countersign; its id."""
    do_the_business(first)
    visit = first.page.url.split("/n/")[1].split("/")[0]
    assert first.taps <= MOST_TAPS + (0 if first.js else PHOTOS)
    watch(second)
    first.page.reload()
    first.tap(first.page.locator("label.option", has_text="和我看到的一致"))
    first.button("会签这一份")
    expect(first.page.locator("main")).to_contain_text("交齐了，记录已经封好")
    return visit


@pytest.mark.timeout(240)  # five people live through a whole visit
@pytest.mark.parametrize("server", ["sqlite", "postgres"], indirect=True)
@pytest.mark.parametrize("js", [True, False], ids=["script", "no-script"])
def test_the_story(phone: LogIn, desk: LogIn, server: Server, js: bool) -> None:
    plan(desk("clerk"), "社会保障窗口" if js else "综合窗口")  # one visit a counter: a second is asked about
    first, second = (Hands(phone(name, js=js), js) for name in ("inspector1", "inspector2"))
    for hands in (first, second):
        briefing(hands.page)
    visit = visited(first, second)
    shot(first.page, "handin")
    for name in ("leader1", "head"):
        read(desk(name), f"/visits/{visit}")
    checked = server.command("check")
    assert checked.returncode == 0, checked.stderr
