"""A real phone's browser: Chromium on a profile folder of its own, 360 × 740 with touch, killed hard and opened again.

http://127.0.0.1 is a secure context: service workers and WebCrypto are there without TLS."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Error, Page, Playwright

from tests.browser.conftest import OPTIONS, PHONE, chromium
from tests.story import PASSWORD

PATIENCE = 10_000  # milliseconds until a state must be there
FLUSHED = 35.0  # seconds after which Chromium has written a new cookie to its profile

# The page's clocks can be moved on.
_CLOCK = """(() => {
  let wall = 0, mono = 0;
  window.faultClock = (moreWall, moreMono) => { wall += moreWall; mono += moreMono; };
  const RealDate = Date, realNow = performance.now.bind(performance);
  class MovedDate extends RealDate {
    constructor(...given) { given.length ? super(...given) : super(RealDate.now() + wall); }
    static now() { return RealDate.now() + wall; }
  }
  window.Date = MovedDate;
  performance.now = () => realNow() + mono;
})();"""
_MOVE = "window.faultClock(%d, 0);"


@dataclass
class Phone:
    """One phone: what lies in `profile` outlives its browser."""

    playwright: Playwright
    profile: Path
    url: str
    script: bool = True
    zone: str = "Asia/Shanghai"
    options: tuple[str, ...] = ()
    ahead_ms: int = 0  # of its wall clock
    context: BrowserContext | None = None
    said: list[str] = field(default_factory=list)  # errors of its pages

    def open(self) -> Page:
        """Start the browser on the profile; an open phone is left as it is."""
        if self.context is None:
            self.context = self.playwright.chromium.launch_persistent_context(
                str(self.profile),
                executable_path=chromium(),
                args=[*OPTIONS, *self.options],
                viewport={"width": 360, "height": 740},
                device_scale_factor=2,
                is_mobile=True,
                has_touch=True,
                user_agent=PHONE,
                java_script_enabled=self.script,
                base_url=self.url,
                locale="zh-CN",
                timezone_id=self.zone,
            )
            self.context.set_default_timeout(PATIENCE)
            self.context.on("weberror", lambda error: self.said.append(str(error.error)))
            if self.script:
                self.context.add_init_script(_CLOCK)
                self.context.add_init_script(_MOVE % self.ahead_ms)
        return self.page

    @property
    def page(self) -> Page:
        """The first tab."""
        assert self.context is not None, "the phone is not open"
        return self.context.pages[0] if self.context.pages else self.context.new_page()

    def tab(self) -> Page:
        """Another tab."""
        assert self.context is not None, "the phone is not open"
        return self.context.new_page()

    def log_in(self, username: str) -> Page:
        page = self.open()
        page.goto("/login")
        page.get_by_label("账号").fill(username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    def close(self) -> None:
        """In an orderly way."""
        if self.context:
            with suppress(Error):
                self.context.close()
        self.context = None

    def kill(self) -> None:
        """SIGKILL to the browser and everything below it, the browser first."""
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.close()
        for lock in self.profile.glob("Singleton*"):
            lock.unlink(missing_ok=True)

    def reopen(self) -> Page:
        self.kill()
        return self.open()

    @property
    def pids(self) -> list[int]:
        """The browser that has our profile, and all below it."""
        mine = f"--user-data-dir={self.profile}".encode()
        every = [int(each.name) for each in Path("/proc").glob("[0-9]*")]
        roots = [
            pid for pid in every if mine in _words(pid) and not any(b"--type=" in w for w in _words(pid))
        ]
        return [pid for root in roots for pid in family(root)]

    def stop(self, seconds: float) -> None:
        """Nothing of the browser runs for a while: the phone sleeps. Its clocks go on, as on most phones."""
        found = self.pids
        for how in (signal.SIGSTOP, signal.SIGCONT):
            for pid in found:
                with suppress(ProcessLookupError):
                    os.kill(pid, how)
            time.sleep(seconds if how is signal.SIGSTOP else 0)

    def cdp(self, page: Page | None = None) -> CDPSession:
        assert self.context is not None, "the phone is not open"
        return self.context.new_cdp_session(page or self.page)

    def quota(self, size: int | None) -> None:
        """How many bytes a page may keep; None: as much as usual."""
        told: dict[str, Any] = {"origin": self.url} | ({} if size is None else {"quotaSize": size})
        self.cdp().send("Storage.overrideQuotaForOrigin", told)

    def clear(self, kinds: str = "all") -> None:
        """The system evicts what the site keeps: `indexeddb`, `cache_storage`, `service_workers`, `cookies` …"""
        self.cdp().send("Storage.clearDataForOrigin", {"origin": self.url, "storageTypes": kinds})

    def slow(self, times: float) -> None:
        """The CPU of a cheap phone."""
        self.cdp().send("Emulation.setCPUThrottlingRate", {"rate": times})

    def network(self, latency_ms: float = 0, bytes_per_s: float = -1, offline: bool = False) -> None:
        """The browser's own idea of a bad line; black holes and lost answers are the proxy's (proxy.py)."""
        rates = {"downloadThroughput": bytes_per_s, "uploadThroughput": bytes_per_s}
        session = self.cdp()
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", {"offline": offline, "latency": latency_ms, **rates})

    def freeze(self, page: Page | None = None) -> None:
        """The system freezes a tab in the background."""
        self.cdp(page).send("Page.setWebLifecycleState", {"state": "frozen"})

    def thaw(self, page: Page | None = None) -> None:
        self.cdp(page).send("Page.setWebLifecycleState", {"state": "active"})

    def move_clock(self, wall_ms: int, mono_ms: int = 0) -> None:
        """On this page and on those to come the wall clock is ahead by so much more; the monotonic one, which each page
        begins anew, on this one. A worker keeps the true ones."""
        assert self.context is not None, "the phone is not open"
        self.ahead_ms += wall_ms
        self.context.add_init_script(_MOVE % wall_ms)
        self.page.evaluate("moves => window.faultClock(...moves)", [wall_ms, mono_ms])


def _words(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def family(pid: int) -> list[int]:
    """A process and all below it, parents first."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            words = stat.read_text().rpartition(")")[2].split()
            below.setdefault(int(words[1]), []).append(int(stat.parent.name))
    found = [pid]
    for each in found:
        found += below.get(each, [])
    return found
