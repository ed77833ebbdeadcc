"""F26, F34, F35, F36: a stopped account, a server that lost what it signed for, a poisoned record, a broken worker.

What waits on the phone leaves it by the line, or as a file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Error, Page, expect

from tests.faults import proxy
from tests.faults.conftest import MakeHands, MakeSender
from tests.faults.ledger import Ledger
from tests.faults.proxy import Exchange, Proxy
from tests.faults.server import Server
from tests.faults.taps import Hands

pytestmark = pytest.mark.browser
ROWS = (
    "async () => (await window.outbox.read('queue', store => store.getAll())).map(row => [row.id, row.state])"
)
DRAIN = "() => window.outbox.drain()"
CACHES = "async () => (await caches.keys()).length"
WORKERS = "async () => (await navigator.serviceWorker.getRegistrations()).length"
PAGES = "() => window.outbox.read('pages', store => store.count())"
CONTROLLED = "() => Boolean(navigator.serviceWorker.controller)"
WORKER = b"""self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', event => event.waitUntil(clients.claim()));
self.addEventListener('fetch', event => event.respondWith(new Response('broken', {status: 500})));"""


def states(page: Page) -> dict[str, str]:
    """What waits, by its id."""
    return {str(tap): str(state) for tap, state in page.evaluate(ROWS)}


def saved(page: Page, press: Callable[[], None], place: Path) -> Path:
    """The file that a button gives."""
    with page.expect_download() as given:
        press()
    given.value.save_as(place)
    return place


def export(page: Page, place: Path) -> Path:
    return saved(page, page.get_by_role("button", name="导出成文件").tap, place)


def waits(hands: Hands, wanted: Callable[[dict[str, str]], bool]) -> None:
    hands.until(lambda: wanted(states(hands.page)))


@contextmanager
def poisoned(server: Server, word: str) -> Iterator[None]:
    """The database fails on each tap that says a word, as on something that nobody foresaw."""
    is_sqlite = not server.url_of_database
    make = [
        f"CREATE TRIGGER poison BEFORE INSERT ON taps WHEN NEW.payload LIKE '%{word}%' "
        "BEGIN SELECT RAISE(ABORT, 'poison'); END"
    ]
    drop = ["DROP TRIGGER poison"]
    if not is_sqlite:
        make = [
            "CREATE FUNCTION poison() RETURNS trigger AS $$ BEGIN RAISE 'poison'; END $$ LANGUAGE plpgsql",
            "CREATE TRIGGER poison BEFORE INSERT ON taps FOR EACH ROW "
            f"WHEN (NEW.payload LIKE '%{word}%') EXECUTE FUNCTION poison()",
        ]
        drop = ["DROP TRIGGER poison ON taps", "DROP FUNCTION poison"]
    engine = sa.create_engine(server.address, poolclass=sa.NullPool)
    for statements in (make, drop):
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(sa.text(statement))
        if statements is make:
            yield


def decide(office: Any, hands: Hands) -> None:
    """The clerk takes in what a file brought of this visit."""
    where = f"/visits/parked/files/{hands.visit}/{hands.person}"
    assert office.ask("GET", where).status == 200
    body = b"decision=take&reason=ok"
    assert office.ask("POST", f"{where}/decisions", body).status == 303


def test_f26_account_disabled_while_offline(
    server: Server, phone_of: MakeSender, hands_of: MakeHands, ledger: Ledger, tmp_path: Path
) -> None:
    """Nothing is uploaded; the phone says why, gives a file without any login, and the office takes it in."""
    server.start()
    line = Proxy(server.port)
    hands = hands_of(line.url)
    hands.stages("到达", "取号")
    waits(hands, lambda held: not held)
    line.refuse()
    hands.stages("取号", "叫号", "受理")
    hands.camera(tmp_path, 200_000)
    admin = phone_of(server.port, "admin", begin=False)
    account = server.rows(sa.text("SELECT id FROM accounts WHERE username = 'inspector1'"))[0][0]
    assert admin.ask("POST", f"/accounts/{_uuid(account)}/disabled").status == 303
    line.listen()
    page = hands.page
    page.evaluate(DRAIN)
    assert "stopped" in states(page).values()
    page.goto("/login")
    expect(page.locator("[data-left-here]")).to_contain_text("还有没传的 3 样")
    expect(page.locator("[data-left-here]")).to_contain_text("账号停用了的，导出成文件交办公室")
    file = export(page, tmp_path / "waits")
    assert len(states(page)) == 3  # exporting takes nothing away
    known = len(server.taps())
    looked = server.command("import-queue", str(file), "--dry-run")
    assert "等办公室定 3 条" in looked.stdout
    for _ in range(2):
        done = server.command("import-queue", str(file))
        assert done.returncode == 0, done.stderr
        assert "账号停用了" in done.stdout
        assert len(server.taps()) == known
    server.is_sound()
    decide(phone_of(server.port, "clerk", begin=False), hands)
    sums = ledger.settle(server, [])
    assert sums.on_server == sums.made == 5
    assert "已经有了 3 条" in server.command("import-queue", str(file)).stdout
    server.is_sound()
    line.close()


def _uuid(value: Any) -> str:
    text = str(value).replace("-", "")
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def test_f35_poisoned_record(
    server: Server, phone_of: MakeSender, hands_of: MakeHands, ledger: Ledger, tmp_path: Path
) -> None:
    """The server fails on one record each time: it is set aside, the rest goes on; it can be seen, sent, exported."""
    server.start()
    line = Proxy(server.port)
    hands = hands_of(line.url)
    waits(hands, lambda held: not held)
    with poisoned(server, "arrive"):
        line.refuse()
        bad = hands.stage("到达", "取号")
        hands.stages("取号", "叫号", "受理")
        line.listen()
        for _ in range(8):  # as often as a line that comes and goes would try
            hands.page.evaluate(DRAIN)
        assert states(hands.page) == {bad: "aside"}  # the rest has arrived
        page = hands.page
        page.goto("/outbox")
        expect(page.locator("[data-refused]")).to_contain_text("服务器处理这一条时出错")
        page.get_by_role("button", name="重传", exact=True).tap()
        expect(page.get_by_role("button", name="重传", exact=True)).to_be_enabled()
        assert states(page) == {bad: "aside"}
        file = export(page, tmp_path / "aside")
        done = server.command("import-queue", str(file))
        assert "服务器处理时出错" in done.stdout
    assert bad not in {str(row.id) for row in server.taps()}
    decide(phone_of(server.port, "clerk", begin=False), hands)
    page.get_by_role("button", name="现在重传").tap()  # by both ways: once
    waits(hands, lambda held: not held)
    sums = ledger.settle(server, [])
    assert sums.on_server == sums.made
    line.close()


def test_a_record_of_another_key_blocks_nothing(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger, tmp_path: Path
) -> None:
    hands = hands_of(line.url)
    waits(hands, lambda held: not held)
    line.refuse()
    shut = hands.stage("到达", "取号")
    hands.stage("取号", "叫号")
    hands.page.evaluate(DRAIN)  # in vain; a sender under way would write the row back
    hands.page.evaluate(
        """async id => { const rows = await window.outbox.read('queue', store => store.getAll());
        const row = rows.find(one => one.id === id); new Uint8Array(row.head.data)[3] ^= 1;
        await window.outbox.put('queue', row); }""",
        shut,
    )
    line.listen()
    hands.page.evaluate(DRAIN)
    waits(hands, lambda held: held == {shut: "shut"})
    page = hands.page
    page.goto("/outbox")
    expect(page.locator("[data-refused]")).to_contain_text("打不开，导出成文件交办公室")
    file = export(page, tmp_path / "shut")
    done = shared.command("import-queue", str(file))
    assert done.returncode == 1
    assert "第 1 条" in done.stderr


def test_f34_a_receipt_shows_what_a_server_has_lost(
    shared: Server, server: Server, line: Proxy, hands_of: MakeHands, tmp_path: Path
) -> None:
    """The same installation put back to before the visit: the phone's receipts, checked on it, name each loss."""
    hands = hands_of(line.url)
    hands.stages("到达", "取号", "叫号")
    waits(hands, lambda held: not held)
    page = hands.page
    page.goto("/outbox")
    page.locator("summary", has_text="收据").tap()
    expect(page.locator("[data-receipts-said]")).to_have_text("服务器签过 3 张，都核对过")
    button = page.get_by_role("button", name="导出收据")
    file = saved(page, button.tap, tmp_path / "receipts")
    good = shared.command("check-receipt", str(file))
    assert (good.returncode, good.stdout.strip()) == (0, "收据 3 张，记录里都在 3 张，对不上 0 张")
    lost = server.command("check-receipt", str(file))
    assert lost.returncode == 1
    assert lost.stderr.count("签过收据") == 3


def broken_worker(asked: Exchange) -> None:
    """Somebody published a worker that answers everything wrongly."""
    if asked.path != "/sw.js":
        proxy.passing(asked)
        return
    asked.forward()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nCache-Control: no-cache\r\nContent-Length: %d\r\n\r\n"
    asked.reply(head % len(WORKER) + WORKER)


@pytest.mark.long_fault  # Chromium looks for a new worker when it likes
def test_f36_worker_broken(server: Server, hands_of: MakeHands, ledger: Ledger) -> None:
    """One command at the office, and each phone's next attempt clears the worker; what waits is sent by the page."""
    server.start()
    line = Proxy(server.port)
    hands = hands_of(line.url)
    page = hands.page
    hands.until(lambda: page.evaluate(CONTROLLED))
    line.refuse()
    hands.stages("到达", "取号", "叫号")
    held = states(page)
    line.listen()
    line.set(broken_worker)
    page.evaluate("() => { window.outbox.drain = () => Promise.resolve(); }")  # nothing goes up meanwhile
    page.evaluate("async () => { await (await navigator.serviceWorker.ready).update(); }")
    line.set(proxy.passing)
    hands.until(lambda: "broken" in _text(page), 60)
    assert server.command("offline", "off").stdout.strip() == "没信号的功能关着"
    hands.until(lambda: "broken" not in _text(page) and page.evaluate(WORKERS) == 0, 60)
    page.goto(f"/n/{hands.visit}/all")
    assert page.evaluate(CACHES) == 0
    assert len(held) == 2
    waits(hands, lambda left: not left)  # kept, and now sent
    hands.stages("叫号", "受理", "办结")
    waits(hands, lambda left: not left)
    sums = ledger.settle(server, [])
    assert sums.on_server == sums.made
    assert server.command("offline", "on").stdout.strip() == "没信号的功能开着"
    page.goto(f"/n/{hands.visit}/all")
    hands.until(lambda: page.evaluate(WORKERS) == 1)
    line.close()


def _text(page: Page) -> str:
    """What the address bar brings; a worker that is just being replaced may leave a page waiting. Chromium looks for a
    newer worker a second after the last page was opened, so nobody may open them one upon the other."""
    with suppress(Error):
        page.goto("/n/", timeout=5_000)
        page.wait_for_timeout(2_000)
        return page.locator("body").inner_text(timeout=1_000)
    return "broken"


def test_the_page_that_mends_takes_the_old_away_and_keeps_what_waits(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger
) -> None:
    hands = hands_of(line.url)
    page = hands.page
    hands.until(lambda: page.evaluate(CONTROLLED))
    hands.go()  # now through the worker, which keeps it
    hands.until(lambda: page.evaluate(PAGES) > 0)
    waits(hands, lambda held: not held)
    line.refuse()
    hands.stages("到达", "取号")
    held = states(page)
    assert len(held) == 1
    page.evaluate("() => caches.open('static-1').then(cache => cache.put('/old', new Response('old')))")
    line.listen()
    page.goto("/outbox/mend")
    page.get_by_role("button", name="重新装一遍").tap()
    expect(page.locator("[data-mended]")).to_contain_text("没传的都还在")
    assert (page.evaluate(CACHES), page.evaluate(WORKERS)) == (0, 0)
    waits(hands, lambda left: not left)
    sums = ledger.settle(shared, [])
    assert sums.on_server == sums.made
