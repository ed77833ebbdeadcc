"""F37 on the oldest engine, real Chromium 75: each layer by itself, the outbox among them, down to the bare form."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.ledger import Ledger, Made
from tests.faults.old_engine import OldPage, chromium75
from tests.faults.proxy import Exchange, Proxy, passing
from tests.faults.server import Server, World
from tests.faults.taps import LISTING
from tests.story import PASSWORD

pytestmark = pytest.mark.browser
LOADED = "document.readyState === 'complete'"
LOG_IN = """(() => { const form = document.querySelector('form[action="/login"]');
  form.username.value = 'inspector1'; form.password.value = '%s'; form.querySelector('button').click(); })()"""
CHOOSE = "(() => { counter.value = '%(counter)s'; scenario.value = '%(scenario)s'; })()"
PRESS = """(() => { const button = %s, form = button.form;
  const held = { id: button.value.slice(0, 36), kind: form.elements.kind.value };
  button.click();
  return Object.assign(held, { wall_ms: Number(form.elements.wall_ms.value) || null, visit: form.action.split('/')[4],
    shown: button.textContent.trim() }); })()"""
BEGIN = "[...document.querySelectorAll('button')].find(one => one.textContent.trim().startsWith('办事'))"
NEXT = "document.querySelector('#next')"
WAITS = "outbox.waiting(document.documentElement.dataset.person).then(n => n === %d)"
BROKEN = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nContent-Length: 21\r\n\r\nlet a = b?.c ?? (d;;;"
)


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Callable[[str], "Hand"]]:
    """`old(url)`: the browser on one profile; opened again, the one before is killed."""
    open_ones: list[object] = []

    def close() -> None:
        while open_ones:
            open_ones.pop().__exit__(None, None, None)  # type: ignore[attr-defined]

    def make(url: str) -> Hand:
        close()
        browser = chromium75(tmp_path / "old")
        page = browser.__enter__()
        open_ones.append(browser)
        return Hand(page, url)

    yield make
    close()


class Hand:
    """Taps on the one tab of the old browser."""

    def __init__(self, page: OldPage, url: str) -> None:
        self.page, self.url, self.visit = page, url, ""

    def log_in(self) -> None:
        self.page.goto(f"{self.url}/login")
        self.page.run(LOG_IN % PASSWORD)
        self.page.until(f"location.pathname !== '/login' && {LOADED}")

    def press(self, button: str, shown: str, ledger: Ledger, person: str) -> None:
        made = self.page.run(PRESS % button)
        self.page.until(shown % {"before": made.pop("shown")})
        ledger.make(Made(person=person, **made))

    def begin(self, world: World, ledger: Ledger) -> None:
        self.page.goto(f"{self.url}/n/new")
        self.page.run(CHOOSE % world.place)
        self.press(
            BEGIN, f"location.pathname.length > 10 && {LOADED}", ledger, str(world.people["inspector1"])
        )
        self.visit = f"/n/{next(iter(ledger.visits))}/all"

    def stages(self, count: int, world: World, ledger: Ledger) -> None:
        for _ in range(count):
            changed = f"{LOADED} && {NEXT} && {NEXT}.textContent.trim() !== '%(before)s'"
            self.press(NEXT, changed, ledger, str(world.people["inspector1"]))


def test_f37_chromium_75(server: Server, world: World, ledger: Ledger, old: Callable[[str], Hand]) -> None:
    """With the server away the taps are kept and shown, also after the browser was killed; then they are sent."""
    hand = old(server.start().url)
    hand.log_in()
    assert "Chrome/75" in hand.page.run("navigator.userAgent")
    hand.begin(world, ledger)
    hand.page.goto(f"{server.url}{hand.visit}")
    assert hand.page.run("fieldapp.kept")
    hand.page.until("Boolean(navigator.serviceWorker.controller)")
    hand.stages(2, world, ledger)
    hand.page.until(WAITS % 0)
    hand.page.goto(f"{server.url}{hand.visit}")
    server.stop()
    hand.stages(2, world, ledger)
    assert hand.page.run(WAITS % 2)
    hand, visit = old(server.url), hand.visit
    hand.page.goto(f"{server.url}{visit}")
    hand.page.until(WAITS % 2)
    for script in LISTING:
        hand.page.run(script.read_text())
    held = hand.page.run("outbox.list()")
    sums = ledger.settle(server, [each for each in held if each["state"] != "sent"])
    assert (sums.made, sums.on_server, sums.on_phone) == (5, 3, 2)
    hand.stages(1, world, ledger)
    server.start()
    hand.log_in()
    hand.page.goto(f"{server.url}{visit}")
    hand.page.until(WAITS % 0)
    sums = ledger.settle(server)
    assert (sums.made, sums.on_server) == (6, 6)


def test_f19_no_store_on_chromium_75(
    shared: Server, world: World, ledger: Ledger, old: Callable[[str], Hand]
) -> None:
    """A WebView without a store: each tap goes straight to the server."""
    hand = old(shared.url)
    refused = "Object.defineProperty(window, 'indexedDB', { get: () => undefined })"
    hand.page.send("Page.enable")
    hand.page.send("Page.addScriptToEvaluateOnNewDocument", source=refused)
    hand.log_in()
    assert hand.page.run("outbox.isAble()") is False
    hand.begin(world, ledger)
    hand.page.goto(f"{shared.url}{hand.visit}")
    hand.stages(3, world, ledger)
    sums = ledger.settle(shared)
    assert (sums.made, sums.on_server) == (4, 4)


@pytest.mark.parametrize("broken", ["phone.js", "htmx", ".js"])
def test_f37_a_script_that_does_not_parse(
    shared: Server, world: World, ledger: Ledger, line: Proxy, old: Callable[[str], Hand], broken: str
) -> None:
    """The layers that are left do it, down to the bare form."""

    def spoil(asked: Exchange) -> None:
        asked.reply(BROKEN) if ".js" in asked.path and broken in asked.path else passing(asked)

    line.set(spoil)
    hand = old(line.url)
    hand.log_in()
    hand.begin(world, ledger)
    hand.page.goto(f"{line.url}{hand.visit}")
    assert hand.page.run("Boolean(window.htmx && htmx.ajax)") == (broken not in ("htmx", ".js"))
    hand.stages(3, world, ledger)
    if broken == "htmx":
        hand.page.until(WAITS % 0)
    sums = ledger.settle(shared)
    assert (sums.made, sums.on_server) == (4, 4)
