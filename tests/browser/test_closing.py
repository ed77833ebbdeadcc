"""From the hand-in to 销号 in a real browser: sent back and handed in anew, reviewed, signed in a batch and on paper.
The pages on the way are looked at wide and narrow."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fieldapp import clock
from fieldapp.app import create_app
from fieldapp.config import Settings
from tests.browser.conftest import LogIn, People, shot
from tests.browser.hands import photo
from tests.browser.servers import Server, running
from tests.browser.test_narrow import CUT
from tests.browser.test_pages import broken_rules, small, wide
from tests.closing import steps
from tests.story import PASSWORD, Story

MISSING = "窗口上贴没贴告知单，照片上看不清"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """One of its own for each test: each closes the story's problem."""
    with running(tmp_path, "") as started:
        yield started


@pytest.fixture
def people(browser: object, server: Server) -> Iterator[People]:
    made = People(browser, server)  # type: ignore[arg-type]
    yield made
    made.close()


@pytest.fixture
def phone(people: People) -> LogIn:
    return people.phone


@pytest.fixture
def desk(people: People) -> LogIn:
    return people.desk


@pytest.fixture
def story(server: Server) -> Story:
    """The served database, for what other pages than these do before."""
    data = Path(server.environment["FIELDAPP_DATA"])
    where = f"sqlite:///{data / 'fieldapp.sqlite'}"
    settings = Settings(data=data, database_url=where, https=False, testing=True, clock="", max_photo=1 << 24)
    return Story(create_app(replace(settings)))


def look(page: Page, name: str) -> None:
    """Wide and narrow: nothing cut, nothing broken; both kept as pictures if asked."""
    faults = []
    for size in ({"width": 1280, "height": 900}, {"width": 360, "height": 740}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        shot(page, f"{name}-{size['width']}")
        squeezed = page.evaluate(CUT) if size["width"] == 360 else []
        faults += [f"{size['width']} {each}" for each in (*broken_rules(page), *small(page), *squeezed)]
    faults += wide(page)
    assert not faults, f"{name}: " + "\n".join(faults)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.reload()


@pytest.mark.parametrize("js", [True, False], ids=["script", "no-script"])
def test_sent_back_and_handed_in_anew_on_the_phones(
    story: Story, phone: LogIn, desk: LogIn, js: bool
) -> None:
    leader = desk("leader1")
    leader.goto(f"/visits/{story.handed_in()}")
    leader.get_by_label("缺什么").fill(MISSING)
    leader.get_by_role("button", name="退回补充").click()
    expect(leader.locator("main")).to_contain_text("退回了，去的人在手机上看得到缺什么")
    first, second = phone("inspector1", js=js), phone("inspector2", js=js)
    shot(first, "phone-today")
    expect(first.locator("main")).not_to_contain_text(MISSING)
    first.get_by_role("link", name="看补什么").tap()
    expect(first.locator("main")).to_contain_text(MISSING)
    shot(first, "phone-missing")
    if js:  # axe is a script itself
        assert [*broken_rules(first), *small(first), *wide(first)] == []
        first.reload()
    first.get_by_role("link", name="写一句").tap()
    first.locator("textarea").fill("告知单贴在窗口右边，第二张照片左上角")
    first.get_by_role("button", name="记下").tap()
    expect(first.locator("[data-say]").first).to_contain_text("已记“")
    first.get_by_role("link", name="已交，看还差什么").tap()
    first.get_by_role("button", name="再交一次，连后记的").tap()
    expect(first.locator("main")).to_contain_text("会签")
    second.goto("/n/")
    second.get_by_role("link", name="看还差什么").tap()
    expect(second.locator("main")).to_contain_text(MISSING)
    shot(second, "phone-countersign")
    second.locator("label.option", has_text="和我看到的一致").tap()
    second.get_by_role("button", name="会签这一份").tap()
    expect(second.locator("main")).to_contain_text("交齐了，记录已经封好")
    leader.reload()
    look(leader, "leader")
    leader.get_by_role("button", name="核过").click()
    expect(leader.locator("main")).to_contain_text("核过了，办公室可以审了")


def test_reviewed_signed_in_a_batch_and_on_paper(story: Story, desk: LogIn, people: People) -> None:
    now = clock.now()
    clerk = desk("clerk")
    clerk.goto("/closings")
    look(clerk, "closings-empty")
    steps.asks(story, at=now)
    here = f"/problems/{steps.problem_id(story)}/closure"
    clerk.goto(here)
    look(clerk, "review-lacking")
    steps.checks(story, at=now)
    clerk.goto("/closings")
    look(clerk, "closings")
    clerk.goto(here)
    look(clerk, "review")
    clerk.locator("label.option", has_text="打回单位").click()
    clerk.get_by_role("button", name="提交").click()
    expect(clerk.locator(".error-summary")).to_contain_text("写清还要做什么")
    shot(clerk, "review-error")
    people.faults.clear()  # that answer was a 422, as it should be
    clerk.locator("label.option", has_text="同意").click()
    clerk.get_by_role("button", name="提交").click()
    expect(clerk.locator("main")).to_contain_text("同意了，记录定住")
    look(clerk, "review-signing")
    by_hand(clerk, here)
    head = desk("head")
    head.goto(here)
    head.get_by_role("link", name="纸质，来核").click()
    look(head, "paper")
    head.locator("label.option", has_text="一致").first.click()
    head.get_by_role("button", name="核好了").click()
    expect(head.locator("main")).to_contain_text("纸质，已核")
    head.goto("/signing")
    look(head, "signing")
    head.locator("td label.check").first.click()
    head.get_by_label("你的密码").fill(PASSWORD)
    head.get_by_role("button", name="签认勾上的").click()
    expect(head.locator("main")).to_contain_text("签了 1 项，每项各留一条签认")
    look(head, "signing-empty")
    head.goto(f"{here}/record")
    look(head, "record")
    assert steps.state(story) == "closed"
    head.goto("/signers")
    look(head, "signers")
    head.goto("/rules")
    look(head, "rules")
    head.goto(f"{here}/reopening")
    look(head, "reopening")


def by_hand(clerk: Page, here: str) -> None:
    """The clerk enters the original team's signed page."""
    clerk.goto(f"{here}/papers")
    look(clerk, "papers")
    clerk.get_by_label("页上的记录指纹和上面的一样").check()
    clerk.get_by_label("谁签的").select_option(label="原巡察组（第三巡察组）·第三巡察组组长")
    clerk.get_by_label("签字盖章的那一页").set_input_files([photo("SEAL")])
    clerk.get_by_role("button", name="登记").click()
    expect(clerk.locator("main")).to_contain_text("登记了，等另一个人核")


def test_the_record_beside_changes_and_what_is_ticked_stays(story: Story, desk: LogIn) -> None:
    steps.to_signing(story)
    steps.receives(story, "示例-04")
    steps.verified(story, "示例-04")
    head = desk("head")
    head.goto("/signing")
    head.locator("td label.check").first.click()
    head.get_by_role("link", name="示例：惠农补贴").click()
    expect(head.locator("#record")).to_contain_text("查 12 份，合格 12 份")
    assert head.locator("input[name=ticked]:checked").count() == 1
    shot(head, "signing-two")
    clerk = desk("clerk")
    clerk.goto(f"/problems/{steps.problem_id(story, '示例-04')}/closure")
    look(clerk, "review-papers")
