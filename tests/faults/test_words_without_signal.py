"""What docs/no-signal.zh.md tells an inspector is what the phone says, screen by screen; its pictures are made here
(FIELDAPP_SHOTS names a folder)."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import shot
from tests.browser.hands import photo
from tests.faults.phone import Phone
from tests.faults.server import Server
from tests.faults.test_no_network import READY, begin, judge_and_hand_in, link, make_ready, stages

pytestmark = pytest.mark.browser
GUIDE = Path(__file__).parents[2] / "docs" / "no-signal.zh.md"
SAID = re.compile("“([^”]+)”")


def promised(chapter: str) -> list[str]:
    """The words that a chapter of the guide puts in quotation marks."""
    text = GUIDE.read_text("utf-8").partition(f"## {chapter}")[2].partition("\n## ")[0]
    assert text, chapter
    return SAID.findall(text)


class Screens:
    """Everything that was read on the way."""

    def __init__(self) -> None:
        self.read = ""

    def look(self, page: Page, name: str = "") -> None:
        if name:
            shot(page, f"no-signal-{name}")
        self.read += page.locator("body").inner_text() + "\n"

    def hold(self, chapter: str) -> None:
        there = self.read.replace("\n", "")
        assert [word for word in promised(chapter) if word not in there] == []


def waiting(page: Page, said: str) -> None:
    page.goto("/outbox")
    expect(page.locator("[data-waiting-said]")).to_contain_text(said, timeout=20_000)


def test_the_guide_says_what_the_phone_says(
    server: Server, phones: Callable[..., Phone], tmp_path: Path
) -> None:
    server.start()
    phone, seen = make_ready(phones, server, "inspector1"), Screens()
    page = phone.page
    seen.look(page, "ready")
    seen.hold("一、出门前")
    server.kill()
    begin(page, "开始办事")
    stages(page, ("到了", "拿号"), ("拿号", "轮到我"))
    seen.look(page, "memo")
    link(page, "全部")
    stages(page, ("叫号", "受理"))
    with page.expect_file_chooser() as opened:
        page.locator(".tools label", has_text="拍照").tap()
    opened.value.set_files([photo("NOTICE")])
    expect(page.locator("[data-unsent]").first).to_contain_text("1 张存在手机里")
    seen.look(page, "full")
    waiting(page, "样没传")
    seen.look(page, "waiting")
    page.goto("/")
    link(page, "接着记")
    link(page, "全部")
    stages(page, ("受理", "办结"), ("办结", "离开"), ("离开", "去核对"))
    judge_and_hand_in(page)
    seen.look(page, "handed")
    seen.hold("二、在现场")
    server.start()
    page = phone.reopen()
    waiting(page, "都传到了")
    expect(page.locator("[data-visits] li")).to_have_count(
        1
    )  # the one visit, whoever read its ledger meanwhile
    seen.look(page, "sent")
    seen.hold("三、有信号了")
    assert READY in seen.read
    assert not phone.said
