"""The story's day to its end, as seven people live it in contexts of their own: planned, visited, asked to close,
checked, reviewed, signed by two bodies, told, and out of the house as a package that a stranger checks."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn, shot
from tests.browser.hands import Hands, photo
from tests.browser.servers import Server
from tests.browser.test_story import briefing, plan, visited
from tests.packages.dossiers import complaints
from tests.story import PASSWORD

# how -> which problem is seen to, and at which counter: one visit a counter, a second would be asked about
DAYS = {
    "script": ("示例-02", "社会保障窗口", "示例：窗口一次说不清要带什么"),
    "no-script": ("示例-01", "综合窗口", "示例：办事指南未上墙"),
    "paper": ("示例-01", "综合窗口", "示例：办事指南未上墙"),
}


def ask(unit: Page, number: str) -> None:
    """The liaison says that it is mended."""
    unit.goto("/problems")
    unit.locator('main a[href^="/problems/"]', has_text=number).first.click()
    unit.locator("summary", has_text="报请销号").click()
    unit.get_by_label("改好了什么").fill("三条措施都做了，窗口上贴了告知单")
    unit.get_by_role("button", name="报请销号").click()
    expect(unit.locator("main")).to_contain_text("报的，期限已停")


def review(clerk: Page, number: str) -> None:
    clerk.goto("/closings")
    clerk.locator("main tr", has_text=number).get_by_role("link").first.click()
    expect(clerk.locator("main")).to_contain_text("已整改")
    shot(clerk, "review")
    clerk.locator("label.option", has_text="同意").click()
    clerk.get_by_role("button", name="提交").click()
    expect(clerk.locator("main")).to_contain_text("同意了，记录定住")


def sign(page: Page, number: str) -> None:
    page.goto("/signing")
    page.locator("main tr", has_text=number).locator("label.check").click()
    page.get_by_label("你的密码").fill(PASSWORD)
    shot(page, "signing")
    page.get_by_role("button", name="签认勾上的").click()
    expect(page.locator("main")).to_contain_text("签了 1 项")


def on_paper(clerk: Page, head: Page) -> None:
    """The original team signs the printed form; the clerk enters its page, the head compares."""
    here = clerk.url
    clerk.goto(f"{here.split('?')[0].removesuffix('/closure')}/closure/papers")
    clerk.get_by_label("页上的记录指纹和上面的一样").check()
    clerk.get_by_label("谁签的").select_option(label="原巡察组（第三巡察组）·第三巡察组组长")
    clerk.get_by_label("签字盖章的那一页").set_input_files([photo("SEAL")])
    clerk.get_by_role("button", name="登记").click()
    expect(clerk.locator("main")).to_contain_text("登记了，等另一个人核")
    head.goto(clerk.url)
    head.get_by_role("link", name="纸质，来核").click()
    head.locator("label.option", has_text="一致").first.click()
    head.get_by_role("button", name="核好了").click()
    expect(head.locator("main")).to_contain_text("纸质，已核")


def publish(clerk: Page, number: str, js: bool) -> None:
    clerk.goto("/editions/new")
    if clerk.locator("main").get_by_role("link", name="甘棠镇").count():
        clerk.locator("main").get_by_role("link", name="甘棠镇").first.click()
    if not js:
        clerk.get_by_role("button", name="看一遍").click()
    expect(clerk.locator("#sheet")).to_contain_text(number)
    shot(clerk, "publish")
    clerk.get_by_role("button", name="发出第").click()
    expect(clerk.locator("main")).to_contain_text("发出了")


def taken_out(clerk: Page, number: str, folder: Path) -> Path:
    """The package as the office downloads it, unpacked."""
    clerk.goto("/packages")
    clerk.locator("main a", has_text=number).click()
    clerk.locator("label.option", has_text="原件").first.click()
    with clerk.expect_download() as coming:
        clerk.get_by_role("button", name="导出").click()
    kept = folder / "package.zip"
    coming.value.save_as(kept)
    with zipfile.ZipFile(kept) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    (bag,) = (each for each in folder.iterdir() if each.is_dir())
    return bag


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("server", "how"),
    [("sqlite", "script"), ("sqlite", "no-script"), ("postgres", "script"), ("postgres", "paper")],
    indirect=["server"],
)
def test_from_plan_to_package(phone: LogIn, desk: LogIn, server: Server, how: str, tmp_path: Path) -> None:
    number, counter, about = DAYS[how]
    js = how != "no-script"

    def seat(name: str) -> Page:
        return desk(name) if js else phone(name, js=False)

    clerk, head, leader, unit = seat("clerk"), seat("head"), seat("leader1"), phone("unit", js=js)
    plan(desk("clerk"), counter, number)
    first, second = (Hands(phone(name, js=js), js) for name in ("inspector1", "inspector2"))
    for hands in (first, second):
        briefing(hands.page, about)
    visit = visited(first, second)
    ask(unit, number)
    leader.goto(f"/visits/{visit}")
    leader.get_by_role("button", name="核过").click()
    expect(leader.locator("main")).to_contain_text("核过了")
    review(clerk, number)
    if how == "paper":
        on_paper(clerk, head)
    else:
        sign(seat("origin3"), number)
    unit.reload()
    expect(unit.locator("main")).to_contain_text("审核中")
    sign(head, number)
    unit.reload()
    expect(unit.locator("main")).to_contain_text("审核中")  # closed, and not yet told
    publish(clerk, number, js)
    unit.goto("/problems")
    expect(unit.locator('main a[href^="/problems/"]', has_text=number)).to_contain_text("已销号")
    shot(unit, "unit-home")
    bag = taken_out(clerk, number, tmp_path)
    assert list(complaints(bag)) == []
    checked = server.command("check")
    assert checked.returncode == 0, checked.stderr
