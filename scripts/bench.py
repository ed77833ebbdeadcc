"""Measures one running server beside the floor of this machine, in one run; prints, never judges.

Starts the app as a real process on loopback with the demo in a temporary folder, and ends it by its id.
"""

import gzip
import http.client
import io
import os
import re
import resource
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image

PASSWORD = "bench-password-1"
FORM = "application/x-www-form-urlencoded"
TAPS, PAGES = 200, 60


class Browser:
    """Keeps one connection and its cookies."""

    def __init__(self, port: int) -> None:
        self.http = http.client.HTTPConnection("127.0.0.1", port)
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = "", **headers: str
    ) -> tuple[int, bytes]:
        sent = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            "Sec-Fetch-Site": "same-origin",
        }
        if kind:
            sent["Content-Type"] = kind
        self.http.request(method, path, body or None, {**sent, **headers})
        answer = self.http.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.read()

    def log_in(self, name: str) -> None:
        form = urlencode({"username": name, "password": PASSWORD}).encode()
        status, _ = self.ask("POST", "/login", form, FORM)
        assert status == 303, status


def floor(folder: Path) -> tuple[list[float], list[float]]:
    """Milliseconds of a bare SQLite commit (WAL, FULL) and of a 300 kB file written and fsynced."""
    base = sqlite3.connect(folder / "floor.sqlite", isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=FULL")
    base.execute("CREATE TABLE t (a TEXT)")
    commits = [_timed(lambda: base.execute("INSERT INTO t VALUES ('x')")) for _ in range(TAPS)]
    block = os.urandom(300_000)

    def write() -> None:
        with open(folder / "floor.bin", "wb") as file:
            file.write(block)
            file.flush()
            os.fsync(file.fileno())

    return commits, [_timed(write) for _ in range(20)]


def _timed(work: object) -> float:
    start = time.perf_counter()
    work()  # type: ignore[operator]
    return (time.perf_counter() - start) * 1000


def line(name: str, values: list[float]) -> None:
    ordered = sorted(values)
    p95 = ordered[int(len(ordered) * 0.95) - 1]
    print(f"{name:<44} p50 {statistics.median(values):7.2f} ms   p95 {p95:7.2f} ms   n {len(values)}")


def tap(browser: Browser, visit: str, person: str) -> float:
    fields = {
        "kind": "answer",
        "item": f"i{uuid.uuid4().hex[:6]}",
        "person": person,
        "press": f"{uuid.uuid4()}:yes",
    }
    times = {"wall_ms": str(int(time.time() * 1000)), "mono_ms": "1000", "origin_ms": "1", "offset_ms": "0"}
    body = urlencode({**fields, **times}).encode()

    def send() -> None:
        status, _ = browser.ask("POST", f"/n/{visit}/taps", body, FORM, **{"X-Outbox": "1"})
        assert status == 200, status

    return _timed(send)


def photo_body(size: int) -> tuple[bytes, str]:
    image = io.BytesIO()
    Image.effect_noise((900, 700), 80).convert("RGB").save(image, "JPEG", quality=80)
    data = image.getvalue()[:size].ljust(size, b"\0")
    mark = uuid.uuid4().hex
    fields = {"kind": "photo", "press": str(uuid.uuid4()), "slot": "x", "taken": "camera"}
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    unique = data[:-16] + os.urandom(16)
    body = "".join(parts).encode() + head.encode() + unique + f"\r\n--{mark}--\r\n".encode()
    return body, f"multipart/form-data; boundary={mark}"


def cpu_ms(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> tuple[float, float]:
    text = Path(f"/proc/{pid}/status").read_text()
    rss, peak = (int(re.search(rf"{key}:\s+(\d+)", text)[1]) for key in ("VmRSS", "VmHWM"))  # type: ignore[index]
    return rss / 1024, peak / 1024


def weigh(browser: Browser, path: str) -> None:
    """What a phone loads for one page, compressed."""
    status, html = browser.ask("GET", path)
    assert status == 200, (path, status)
    parts = [path, *re.findall(r'(?:src|href)="(/static/[^"]+)"', html.decode())]
    sizes = {part: len(gzip.compress(browser.ask("GET", part.replace("&amp;", "&"))[1], 6)) for part in parts}
    total = sum(sizes.values()) / 1000
    print(f"page {path[-10:]:<38} {total:6.1f} kB gz in {len(sizes)} requests (aim 48 kB)")


def main() -> None:
    """Run everything once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        env = {**os.environ, "FIELDAPP_DATA": name, "FIELDAPP_DEMO_PASSWORD": PASSWORD}
        env.pop("DATABASE_URL", None)
        command = [sys.executable, "-m", "fieldapp.cli"]
        subprocess.run([*command, "migrate"], env=env, check=True)
        subprocess.run([*command, "demo"], env=env, check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen([*command, "serve", "--port", str(port)], env=env, stdout=subprocess.PIPE)
        try:
            _await(port)
            measure(port, server.pid, folder)
        finally:
            server.terminate()
            server.wait(10)
    subprocess.run([sys.executable, str(Path(__file__).with_name("bench_package.py"))], check=True)
    subprocess.run([sys.executable, "-m", "scripts.bench_phone"], cwd=Path(__file__).parents[1], check=True)


def _await(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the server did not start")


def measure(port: int, pid: int, folder: Path) -> None:
    commits, writes = floor(folder)
    line("floor: SQLite commit, WAL, synchronous=FULL", commits)
    line("floor: 300 kB file with fsync", writes)
    browser = Browser(port)
    browser.log_in("inspector1")
    page = browser.ask("GET", "/n/")[1].decode()
    plan = re.search(r"/n/p/([0-9a-f-]{36})", page)[1]  # type: ignore[index]
    briefing = browser.ask("GET", f"/n/p/{plan}")[1].decode()
    visit = re.search(r"/n/([0-9a-f-]{36})/taps", briefing)[1]  # type: ignore[index]
    person = re.search(r'name="person" value="([0-9a-f-]{36})"', briefing)[1]  # type: ignore[index]
    begin = {
        "kind": "begin",
        "plan": plan,
        "briefing": "1",
        "person": person,
        "press": f"{uuid.uuid4()}:办事",
    }
    browser.ask("POST", f"/n/{visit}/taps", urlencode(begin).encode(), FORM)
    for stage in ("arrive", "ticket", "call"):
        browser.ask(
            "POST",
            f"/n/{visit}/taps",
            urlencode({"kind": "stage", "press": f"{uuid.uuid4()}:{stage}"}).encode(),
            FORM,
        )
    weigh(browser, f"/n/{visit}")
    weigh(browser, f"/n/{visit}/all")
    _pages(browser, pid, "page of a running visit", f"/n/{visit}")
    _pages(browser, pid, "the same, all shown", f"/n/{visit}/all")
    line("tap, 1 client", [tap(browser, visit, person) for _ in range(TAPS)])
    line("tap, 8 clients", _parallel(port, visit, person))
    _photos(browser, visit)
    rss, peak = memory_mb(pid)
    print(f"server memory {rss:.0f} MB now, {peak:.0f} MB at most (aim 120)")
    shot = re.search(
        r"/n/[0-9a-f-]+/pictures/[0-9a-f-]+/thumb", browser.ask("GET", f"/n/{visit}/all")[1].decode()
    )
    if shot:
        print(f"thumbnail {len(browser.ask('GET', shot[0])[1]) / 1000:.1f} kB (aim 8)")
    child = subprocess.run(
        [
            sys.executable,
            "-m",
            "fieldapp.evidence.copies",
            "thumb",
            str(next((folder / "photos").glob("[0-9a-f]*"))),
        ],
        capture_output=True,
        check=False,
    )
    peak_child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"copies' child: status {child.returncode}, at most {peak_child:.0f} MB (of all children of this run)"
    )


def _pages(browser: Browser, pid: int, name: str, path: str) -> None:
    before, start = cpu_ms(pid), time.perf_counter()
    times = [_timed(lambda: browser.ask("GET", path)) for _ in range(PAGES)]
    took, cpu = time.perf_counter() - start, cpu_ms(pid) - before
    line(name, times)
    print(f"{'':<44} {PAGES / took:.0f} pages/s, {cpu / PAGES:.1f} CPU ms a page (aim 6)")


def _parallel(port: int, visit: str, person: str) -> list[float]:
    times: list[float] = []

    def work() -> None:
        own = Browser(port)
        own.log_in("inspector1")
        times.extend([tap(own, visit, person) for _ in range(TAPS // 8)])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def _photos(browser: Browser, visit: str) -> None:
    rounds = []
    for _ in range(10):
        bodies = [photo_body(300_000) for _ in range(3)]

        def send(bodies: list[tuple[bytes, str]] = bodies) -> None:
            for body, kind in bodies:
                status, _ = browser.ask("POST", f"/n/{visit}/taps", body, kind, **{"X-Outbox": "1"})
                assert status == 200, status

        rounds.append(_timed(send))
    line("three photo taps of 300 kB, summed (aim 15)", rounds)


if __name__ == "__main__":
    main()
