"""A real Chromium against the real app: phones and desks that are logged in and take nothing from other hosts."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests import databases
from tests.browser.servers import Server, running
from tests.conftest import Factory
from tests.story import PASSWORD

OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
PHONE = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile"
PATIENCE = 10_000  # milliseconds until a state must be there

LogIn = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies in this folder needs the browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def chromium() -> str:
    """The system's; it can be missing at a desk, and not in CI."""
    found = shutil.which("chromium")
    if not found:
        missing = "chromium not found; `make system` installs it"
        pytest.fail(missing) if databases.is_ci() else pytest.skip(missing)
    return str(found)


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium."""
    started = playwright.chromium.launch(executable_path=chromium(), args=list(OPTIONS))
    yield started
    started.close()


@pytest.fixture(scope="session")
def clusters(factory: Factory) -> Iterator[Callable[[], str]]:
    """The address of a PostgreSQL cluster: the test run's, or else one that is started when first asked for."""
    found = [factory.address] if factory.address else []
    with ExitStack() as stack:

        def address() -> str:
            if not found:
                try:
                    found.append(stack.enter_context(databases.cluster()))
                except databases.NoServer as missing:
                    if databases.is_ci():
                        raise
                    pytest.skip(str(missing))
            return found[0]

        yield address


@pytest.fixture(scope="module", params=[databases.KIND])
def server(
    request: pytest.FixtureRequest, clusters: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The app with the demo, for the tests of a module; a test may ask for the other database."""
    address = clusters() if request.param == "postgres" else ""
    with running(tmp_path_factory.mktemp("served"), address) as started:
        yield started


@pytest.fixture(scope="module")
def people(browser: Browser, server: Server) -> Iterator["People"]:
    """Whoever looks at the app in the tests of a module."""
    made = People(browser, server)
    yield made
    made.close()


@pytest.fixture(scope="module")
def phone(people: "People") -> LogIn:
    """`phone("inspector1", js=True)`: a phone that is logged in."""
    return people.phone


@pytest.fixture(scope="module")
def desk(people: "People") -> LogIn:
    """`desk("clerk")`: a computer that is logged in."""
    return people.desk


@pytest.fixture(autouse=True)
def _nothing_went_wrong(people: "People") -> Iterator[None]:
    """No page of the test asked another host, broke the policy, or raised an error."""
    people.faults.clear()
    yield
    assert not people.faults


class People:
    """Browser contexts by user, each with its own cookies."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.browser, self.server = browser, server
        self.desks: dict[str, Page] = {}
        self.contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def phone(self, username: str, js: bool = True) -> Page:
        """360 × 740 with touch."""
        context = self.browser.new_context(
            viewport={"width": 360, "height": 740},
            device_scale_factor=2,
            is_mobile=True,
            has_touch=True,
            user_agent=PHONE,
            java_script_enabled=js,
            base_url=self.server.url,
            locale="zh-CN",
        )
        return self._logged_in(context, username)

    def desk(self, username: str) -> Page:
        """1280 × 900; the same person finds the same desk again."""
        if username not in self.desks:
            context = self.browser.new_context(
                viewport={"width": 1280, "height": 900}, base_url=self.server.url, locale="zh-CN"
            )
            self.desks[username] = self._logged_in(context, username)
        return self.desks[username]

    def anybody(self) -> Page:
        """Nobody who is logged in, on a phone."""
        context = self.browser.new_context(
            viewport={"width": 360, "height": 740}, is_mobile=True, base_url=self.server.url
        )
        return self._watched(context)

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def _logged_in(self, context: BrowserContext, username: str) -> Page:
        page = self._watched(context)
        page.goto("/login")
        page.get_by_label("账号").fill(username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    def _watched(self, context: BrowserContext) -> Page:
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE)
        own = urlsplit(self.server.url).netloc
        context.on(
            "request", lambda asked: self._note(urlsplit(asked.url).netloc not in (own, ""), asked.url)
        )
        context.on("console", lambda said: self._note(said.type == "error", f"{said.page} {said.text}"))
        context.on("weberror", lambda error: self._note(True, str(error.error)))
        return context.new_page()

    def _note(self, is_fault: bool, what: str) -> None:
        if is_fault:
            self.faults.append(what)


def shot(page: Page, name: str) -> None:
    """Keep a picture of a page's head in the folder that FIELDAPP_SHOTS names, if it names one."""
    folder = os.environ.get("FIELDAPP_SHOTS")
    if folder:
        page.evaluate("() => scrollTo(0, 0)")
        page.screenshot(path=Path(folder) / f"{name}.png")
