"""The report in an evidence package, opened from the disk on a phone's width."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.packages import dossiers


@pytest.mark.parametrize("name", ["report-001.html", "index.html"])
def test_it_opens_by_itself(name: str, browser: Browser, tmp_path: Path) -> None:
    folder = dossiers.unpack(dossiers.of_unit(tmp_path / "store"), tmp_path / "out")
    page = browser.new_page(viewport={"width": 360, "height": 740})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / "data" / name).as_uri())
    widths = page.evaluate("[...document.images].map(image => image.naturalWidth)")
    assert (len(widths), all(widths)) == (3 if "report" in name else 0, True)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert all(url.startswith("file:") for url in asked)
    assert Axe().run(page).response["violations"] == []
    page.close()
