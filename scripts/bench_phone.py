"""Measures the phone's side in a real Chromium on one running server, beside bare uploads in the same run; prints,
never judges. `python -m scripts.bench_phone` at the root; scripts/bench.py runs it.

The same 60 taps and 30 photos of 3 MB go up three ways in turn, each in visits of their own: by a plain client that
keeps its connection, by fetch in the same browser, and by the outbox, tapped and photographed without a server.
"""

import base64
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.sync_api import Page, expect, sync_playwright

from scripts.bench import line
from tests.faults.ledger import Ledger
from tests.faults.phone import Phone
from tests.faults.sender import Sender
from tests.faults.server import TAPS, Server, World, copy_of, lay
from tests.faults.snapshots import snapshot

WHO = "inspector1"
PRESSES, OPENINGS, ROUNDS = 60, 15, int(os.environ.get("BENCH_ROUNDS", "3"))
SMALL, PHOTOS, SIZE = 60, 30, 3_000_000

# From the page's hearing of a press to the first change of the page that is neither the clock's nor the count of what
# waits; to the message after the frame that shows it.
WATCH = """() => {
  if (window.benched) { window.benched.length = 0; return; }
  window.benched = [];
  let pressed = 0, heard = 0;
  addEventListener('click', event => {
    if (!event.target.closest('form[data-tap] button')) return;
    pressed = event.timeStamp;
    heard = performance.now();
  }, true);
  const counts = told => !(told.target.closest || told.target.parentNode.closest).call(
    told.target.closest ? told.target : told.target.parentNode, '.sync, [data-since], [data-sync]');
  new MutationObserver(seen => {
    if (!pressed || !seen.some(counts)) return;
    const start = pressed, now = performance.now(), told = [now - heard, now - start];
    pressed = 0;
    requestAnimationFrame(() => {
      const after = new MessageChannel();
      after.port1.onmessage = () => window.benched.push([...told, performance.now() - start]);
      after.port2.postMessage(0);
    });
  }).observe(document.body,
    { subtree: true, childList: true, characterData: true, attributeFilter: ['class', 'aria-pressed'] });
}"""
OPENED = """() => { const told = performance.getEntriesByType('navigation')[0];
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  return paint && told.domContentLoadedEventEnd ? [told.domContentLoadedEventEnd, paint.startTime] : null; }"""
# A small thing put into a store of its own, on disk before it counts: less a kept tap cannot cost.
FLOOR = """async count => {
  const base = await new Promise((done, fail) => { const asked = indexedDB.open('floor', 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore('s', { autoIncrement: true });
    asked.onsuccess = () => done(asked.result); asked.onerror = fail; });
  const took = [];
  for (let n = 0; n < count; n++) {
    const start = performance.now();
    await new Promise(done => { const work = base.transaction('s', 'readwrite', { durability: 'strict' });
      work.objectStore('s').put(new Uint8Array(1000)); work.oncomplete = done; });
    took.push(performance.now() - start);
    await new Promise(done => setTimeout(done, 50));
  }
  return took;
}"""
WAITS = "() => outbox.waiting(document.documentElement.dataset.person)"
DRAIN = "async () => { const start = performance.now(); await outbox.drain(true); return performance.now() - start; }"
BARE = """async ({ visit, taps, photos, size, small }) => {
  const head = Uint8Array.from(atob(small), one => one.charCodeAt(0));
  const form = more => { const made = new FormData();
    Object.entries({ kind: 'note', text: 'x', wall_ms: Date.now(), ...more })
      .forEach(([name, value]) => made.set(name, value));
    return made; };
  const press = () => crypto.randomUUID() + ':';
  const bodies = [];
  for (let n = 0; n < taps; n++) bodies.push(new URLSearchParams(form({ press: press() })));
  for (let n = 0; n < photos; n++) {
    const bytes = new Uint8Array(size);
    bytes.set(head);
    for (let at = head.length; at < size; at += 65536)
      crypto.getRandomValues(bytes.subarray(at, Math.min(size, at + 65536)));
    const body = form({ press: press(), kind: 'photo', taken: 'camera' });
    body.set('file', new File([bytes], 'a.jpg', { type: 'image/jpeg' }));
    bodies.push(body);
  }
  const start = performance.now();
  for (const body of bodies) {
    const answer = await fetch(`/n/${visit}/taps`, { method: 'POST', body, headers: { 'X-Outbox': '1' } });
    if (!answer.headers.get('Outbox-Ack')) throw new Error(answer.status);
    await answer.text();
  }
  return performance.now() - start;
}"""


def begun(page: Page, world: World) -> str:
    """A visit on the spot; its id."""
    page.goto("/n/new")
    page.locator("#counter").select_option(value=world.place["counter"])
    page.locator("#scenario").select_option(value=world.place["scenario"])
    page.get_by_role("button", name="办事", exact=False).first.tap()
    page.wait_for_url("**/n/*-*")
    return page.url.split("/")[4]


def until(page: Page, script: str, wanted: Any) -> None:
    """Asked again and again: a promise is no condition for the driver."""
    end = time.monotonic() + 60
    while (got := page.evaluate(script)) != wanted:
        assert time.monotonic() < end, (script, got)
        time.sleep(0.02)


def answers(page: Page, count: int) -> None:
    """Answer one item after the other, 是 and 否 in turn, as fast as the page shows them."""
    forms = page.locator("form[data-tap]:has([name=kind][value=answer])")
    items = forms.count()
    for n in range(count):
        button = forms.nth(n % items).locator("button[name=press]").nth(n // items % 2)
        button.tap()
        expect(button).to_have_attribute("aria-pressed", "true")


def presses(page: Page, name: str) -> None:
    line("floor: one strict write in the browser", page.evaluate(FLOOR, PRESSES))
    page.evaluate(WATCH)
    answers(page, PRESSES)
    until(page, "() => benched.length", PRESSES)
    told = page.evaluate("() => benched")
    line(f"tap to row, {name} (aim 20)", [row for row, _, _ in told])
    line("  from the browser's own instant of the press", [row for _, row, _ in told])
    line("  and its frame drawn", [drawn for _, _, drawn in told])


def openings(page: Page, visit: str) -> None:
    """The browser keeps its worker alive; a cold one is slower, see tests/faults."""
    told = []
    for n in range(OPENINGS):
        page.goto(f"/n/{visit}{('', '/all')[n % 2]}")
        expect(page.locator("#visit")).to_be_visible()
        while not (found := page.evaluate(OPENED)):
            time.sleep(0.01)
        told.append(found)
    line("kept page, no server: contents (aim 300)", [ready for ready, _ in told])
    line("  and drawn", [drawn for _, drawn in told])


def plain_client(server: Server, world: World) -> float:
    """Seconds for 60 small POSTs and 30 uploads on one connection; their bodies are made before."""
    sender = Sender(server.port, str(world.people[WHO]), Ledger(), cookies={"device": "bench"}).log_in(WHO)
    kept = [sender.make("note", text="x") for _ in range(SMALL)]
    kept += [sender.make("photo", taken="camera", photo=snapshot(SIZE)) for _ in range(PHOTOS)]
    start = time.perf_counter()
    for each in kept:
        assert sender.send(each).receipt[0] == each.id
    took = time.perf_counter() - start
    sender.hang_up()
    return took


def bare_fetch(page: Page, world: World) -> float:
    visit = begun(page, world)
    small = base64.b64encode(snapshot(0)).decode()
    told = {"visit": visit, "taps": SMALL, "photos": PHOTOS, "size": SIZE, "small": small}
    return float(page.evaluate(BARE, told)) / 1000


def outbox(page: Page, server: Server, world: World, folder: Path) -> float:
    """Everything is tapped while the server is away; seconds from its return until nothing waits."""
    visit = begun(page, world)
    page.goto(f"/n/{visit}/all")
    until(page, WAITS, 0)
    server.stop()
    answers(page, SMALL)
    field = page.locator(".tools form.photo-form input[type=file]").first
    for n in range(PHOTOS):
        file = folder / "a.jpg"
        file.write_bytes(snapshot(SIZE))
        field.set_input_files(file)
        until(page, WAITS, SMALL + n + 1)
    server.start()
    took = float(page.evaluate(DRAIN)) / 1000
    until(page, WAITS, 0)
    stored = server.taps(TAPS.c.visit == UUID(visit))
    assert len(stored) == SMALL + PHOTOS + 1, len(stored)
    return took


def drains(page: Page, server: Server, world: World, folder: Path) -> None:
    ways = {
        "plain client, keep-alive": lambda: plain_client(server, world),
        "fetch in the browser": lambda: bare_fetch(page, world),
        "outbox": lambda: outbox(page, server, world, folder),
    }
    told: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            told[name].append(way())
    if not ROUNDS:
        return
    least = statistics.median(told["plain client, keep-alive"])
    print(f"{SMALL} taps and {PHOTOS} photos of {SIZE / 1e6:.0f} MB (aim 1.5 times the bare upload)")
    for name, took in told.items():
        middle = statistics.median(took)
        each = " ".join(f"{one:.2f}" for one in took)
        print(f"  {name:<42} p50 {middle:7.2f} s   {middle / least:.2f} times   ({each})")


def main() -> None:
    """Run everything once."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        world = lay(folder, "")
        with copy_of(world, folder / "data") as server:
            phone = Phone(playwright, folder / "profile", server.start().url)
            try:
                measure(phone, server, world, folder)
            finally:
                phone.kill()


def measure(phone: Phone, server: Server, world: World, folder: Path) -> None:
    page = phone.log_in(WHO)
    until(page, "() => Boolean(navigator.serviceWorker.controller)", True)
    visit = begun(page, world)
    for path in ("", "/all"):
        page.goto(f"/n/{visit}{path}")
    presses(page, "with the server")
    until(page, WAITS, 0)
    server.stop()
    presses(page, "without it")
    openings(page, visit)
    server.start()
    drains(page, server, world, folder)


if __name__ == "__main__":
    main()
