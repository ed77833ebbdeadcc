"""A phone without a screen: it makes taps as the pages' forms do, keeps each until it is acknowledged, and sends what
it keeps, in order. What the server owes a phone is shown with it; what a phone owes its user needs the real one."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from tests.faults.ledger import Ledger, Made
from tests.story import PASSWORD

FORM = "application/x-www-form-urlencoded"
PHONE = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile"
FIELDS_OF = ("role", "stage", "value", "text", "conclusion")


@dataclass
class Kept:
    """A tap in the phone, as the bytes that are sent each time."""

    tap: Made
    body: bytes
    type: str

    @property
    def id(self) -> str:
        return self.tap.id


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def receipt(self) -> tuple[str | None, str | None]:
        return self.headers.get("outbox-ack"), self.headers.get("received-at")


@dataclass
class Sender:
    """One person's phone, connected to one port."""

    port: int
    person: str
    ledger: Ledger
    visit: str = field(default_factory=lambda: str(uuid4()))
    timeout: float = 20.0
    cookies: dict[str, str] = field(default_factory=dict)
    queue: list[Kept] = field(default_factory=list)
    seq: int = 0
    waits: dict[str, list[float]] = field(
        default_factory=dict
    )  # by kind: seconds from the send to the receipt
    unexplained: list[int] = field(default_factory=list)  # refusals that do not say when to come back
    broken: int = 0  # requests that were taken, and whose answer did not come
    known_before: int = 0  # sent again, and the server had it already
    _open: HTTPConnection | None = None

    def log_in(self, username: str) -> "Sender":
        form = urlencode({"username": username, "password": PASSWORD}).encode()
        assert self.ask("POST", "/login", form).status == 303
        return self

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = FORM, **headers: str) -> Answer:
        """One request on the connection that is kept."""
        sent = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Sec-Fetch-Site": "same-origin",
            "User-Agent": PHONE,
            **({"Content-Type": kind} if method == "POST" else {}),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if self._open is None:
            self._open = HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            self._open.request(method, path, body or None, sent)
            came = self._open.getresponse()
            text = came.read().decode(errors="replace")
        except (OSError, HTTPException):
            self.hang_up()
            raise
        for line in came.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(came.status, {name.lower(): value for name, value in came.getheaders()}, text)

    def page(self, path: str) -> str:
        """A page as it stands; it must be there."""
        got = self.ask("GET", path)
        assert got.status == 200, (path, got.status)
        return got.text

    def hang_up(self) -> None:
        if self._open:
            self._open.close()
        self._open = None

    def make(self, kind: str, choice: str = "", *, photo: bytes | None = None, **more: Any) -> Kept:
        """One tap, in the phone's store before anything is sent. `id` and `at` may be given."""
        self.seq += 1
        tap_id, at = str(more.pop("id", None) or uuid4()), int(more.pop("at", time.time() * 1000))
        fields = {
            "kind": kind,
            "press": f"{tap_id}:{choice}",
            "person": self.person,
            "seq": str(self.seq),
            "wall_ms": str(at),
            "offset_ms": "0",
            "offset_at": str(at),
            **{name: str(value) for name, value in more.items()},
        }
        body, kind_of_body = _body(fields, photo)
        said = tuple((name, value) for name, value in more.items() if name in FIELDS_OF)
        sha256 = hashlib.sha256(photo).hexdigest() if photo is not None else None
        kept = Kept(Made(tap_id, self.visit, self.person, kind, at, sha256, said), body, kind_of_body)
        self.ledger.make(kept.tap)
        self.queue.append(kept)
        return kept

    def new_visit(self) -> None:
        self.visit, self.seq = str(uuid4()), 0

    def begin(self, plan: str = "", role: str = "办事", **place: Any) -> Kept:
        return self.make("begin", role, **({"plan": plan, "briefing": "1"} if plan else {}), **place)

    def send(self, kept: Kept) -> Answer:
        """Once; what is acknowledged leaves the store."""
        now = time.time() * 1000
        answer = self.ask("POST", f"/n/{kept.tap.visit}/taps", kept.body, kept.type, X_Outbox=kept.id)
        self.known_before += int(answer.headers.get("received-at", now)) < now - 1
        if answer.headers.get("outbox-ack") == kept.id:
            self.ledger.acknowledged.add(kept.id)
            self.queue = [each for each in self.queue if each is not kept]
        return answer

    def tap(self, kind: str, choice: str = "", **more: Any) -> Answer:
        """Make it and send it once."""
        return self.send(self.make(kind, choice, **more))

    def drain(self, until: float) -> None:
        """Send all that waits, small ones first, as long as it takes, but not beyond an instant (`time.monotonic`).
        Refused is asked again after as long as the refusal says."""
        for kept in sorted(self.queue, key=lambda each: each.tap.sha256 is not None):
            start = time.monotonic()
            while kept in self.queue and time.monotonic() < until:
                time.sleep(self._try(kept))
            self.waits.setdefault(kept.tap.kind, []).append(time.monotonic() - start)

    def _try(self, kept: Kept) -> float:
        """How long to wait before the next try."""
        try:
            answer = self.send(kept)
        except ConnectionRefusedError:
            return 0.05
        except (OSError, HTTPException):
            self.broken += 1
            return 0.05
        if answer.status >= 500 and "retry-after" not in answer.headers:
            self.unexplained.append(answer.status)
        return float(answer.headers.get("retry-after", 0))

    def waiting(self) -> Iterator[dict[str, Any]]:
        """What the phone holds, in the words of the real one's list."""
        for kept in self.queue:
            tap = kept.tap
            yield {
                "id": tap.id,
                "visit": tap.visit,
                "person": tap.person,
                "kind": tap.kind,
                "wall_ms": tap.wall_ms,
                "state": "waiting",
            }


def _body(fields: dict[str, str], photo: bytes | None) -> tuple[bytes, str]:
    if photo is None:
        return urlencode(fields).encode(), FORM
    mark = uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="IMG.jpg"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + photo + f"\r\n--{mark}--\r\n".encode()
    return body, f"multipart/form-data; boundary={mark}"
