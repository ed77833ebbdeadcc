"""The camera is open for as long as it takes: what happened to the page meanwhile costs no photo."""

from playwright.sync_api import expect

from tests.browser.conftest import LogIn
from tests.browser.hands import Hands, photo


def test_a_photo_comes_back_to_a_page_that_was_replaced(phone: LogIn) -> None:
    page = phone("inspector1")
    page.goto("/n/")
    page.get_by_role("link", name="看一遍再去").tap()
    hands = Hands(page)
    hands.button("开始办事")
    expect(page.get_by_role("heading", level=1)).to_have_text("备忘")
    hands.link("全部")
    camera = page.locator(".tools label", has_text="拍照")
    old = page.locator("#visit").element_handle()
    with page.expect_file_chooser() as opened:
        camera.tap()
    hands.answer(page.locator("form.ask").first, "是")  # its answer comes while the camera is open
    page.wait_for_function("old => !document.contains(old)", arg=old)
    opened.value.set_files([photo("NOTICE")])
    expect(page.locator("main img")).to_have_count(1)
