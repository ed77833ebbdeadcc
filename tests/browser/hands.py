"""Hands on a phone: they count what they tap, and go on when they see that it was noted."""

import io
import re

from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Locator, Page, expect


def photo(word: str) -> FilePayload:
    """A real JPEG as a phone's camera gives it."""
    image = Image.new("RGB", (1600, 1200), "#dfe5e8")
    pen = ImageDraw.Draw(image)
    pen.rectangle((300, 160, 1300, 1040), fill="#fbfaf6", outline="#8b98a3", width=8)
    pen.text((420, 260), word, fill="#35424e", font_size=90)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return {"name": f"{word}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


class Hands:
    """One inspector's hands in one visit."""

    def __init__(self, page: Page, js: bool = True) -> None:
        self.page, self.js = page, js
        self.taps = 0

    def tap(self, what: Locator) -> None:
        self.taps += 1
        what.tap()

    def link(self, name: str, under: str = "main, .dock, .tools") -> None:
        self.tap(self.page.locator(under).get_by_role("link", name=name).first)

    def button(self, name: str) -> None:
        self.tap(self.page.get_by_role("button", name=name, exact=True))

    def stage(self, label: str, then: str) -> None:
        """The big button; it is noted when the button names what comes next."""
        self.tap(self.page.locator("#next", has_text=label))
        expect(self.page.locator("#next")).to_have_text(then)

    def answer(self, question: Locator, choice: str) -> None:
        """One answer; noted when it stays pressed."""
        button = question.locator("button", has_text=re.compile(rf"^\s*{choice}\s*$"))
        self.tap(button)
        expect(button).to_have_attribute("aria-pressed", "true")

    def camera(self, word: str, now: int) -> None:
        """One photo; noted when it is among the `now` that are shown. The camera's own shutter is not counted."""
        with self.page.expect_file_chooser() as opened:
            self.tap(self.page.locator(".tools label", has_text="拍照"))
        opened.value.set_files([photo(word)])
        if not self.js:
            self.tap(
                self.page.locator(".tools .photo-form", has_text="拍照").get_by_role("button", name="上传")
            )
        thumbs = self.page.locator("main img")
        expect(thumbs).to_have_count(now)
        expect(thumbs.last).to_have_js_property("complete", True)

    def conclude(self, conclusion: str) -> None:
        """The only problem's conclusion; noted when the page says so."""
        self.link("还没判")
        self.tap(self.page.locator("label.option", has_text=conclusion).first)
        self.button("保存")
        expect(self.page.locator("main")).to_contain_text(re.compile(rf"你判的是\s*{conclusion}"))

    def hand_in(self) -> None:
        self.button("我这边交了")
        expect(self.page.locator("main")).to_contain_text(re.compile(r"我的记录\s*已交"))
