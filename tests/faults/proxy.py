"""A line between phone and server that breaks in every way a line does.

It reads one HTTP/1.1 request after the other from a phone's connection, which stays open as long as nothing breaks it,
and carries each to the server on a connection of its own. What becomes of a request is said by its fault: a function
from faults below, for all requests (`fault`) or for the next few (`once`).
"""

import random
import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

_PAGE = b"<!doctype html><title>Wi-Fi</title>"
PORTAL = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(_PAGE), _PAGE)
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n"
_CHUNK = 1 << 14
_LONGEST = 60.0  # seconds; no thread outlives a test by more


class Broken(Exception):
    """This connection to the phone is over."""


@dataclass
class Exchange:
    """One request on its way, its body still in the phone's connection."""

    proxy: "Proxy"
    phone: socket.socket
    head: bytes
    body: bytes  # what has been read of it
    length: int

    @property
    def path(self) -> str:
        return self.head.split(b" ", 2)[1].decode()

    @property
    def tap(self) -> str:
        """The id of the tap that a phone sends; empty when it sends none."""
        found = re.search(rb"(?i)\r\nx-outbox: ([^\r]*)", self.head)
        return found[1].decode() if found else ""

    def forward(self, percent: float = 100, between: Callable[[], None] = lambda: None) -> bytes:
        """Carry it, or so much of its body, to the server; the whole answer, empty if there is none."""
        with socket.create_connection(("127.0.0.1", self.proxy.server), timeout=_LONGEST) as server:
            self.proxy.opened(server)
            server.sendall(_alone(self.head))
            wanted = int(self.length * percent / 100)
            server.sendall(self.body[:wanted])
            while len(self.body) < wanted:
                between()
                self.read_more(wanted)
                server.sendall(self.body[-self.last :])
            if percent < 100:
                _reset(server)
                return b""
            return _all(server)

    last = 0

    def read_more(self, wanted: int) -> None:
        more = self.phone.recv(min(_CHUNK, wanted - len(self.body)))
        if not more:
            raise Broken
        self.body, self.last = self.body + more, len(more)

    def read_all(self) -> None:
        while len(self.body) < self.length:
            self.read_more(self.length)

    def reply(self, answer: bytes) -> None:
        """Hand the phone the answer; where its end can be told, the connection stays."""
        head, mark, body = answer.partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        is_framed = _length(head) is not None or b" 304 " in lines[0] or b" 204 " in lines[0]
        lines += [] if is_framed else [b"Connection: close"]
        self.phone.sendall(b"\r\n".join(lines) + mark + body)
        if not is_framed or not answer:
            raise Broken

    def reset(self) -> None:
        _reset(self.phone)
        raise Broken


Fault = Callable[[Exchange], None]


def passing(asked: Exchange) -> None:
    """A line that works."""
    asked.reply(asked.forward())


def reset(asked: Exchange) -> None:
    """Cut off before the server hears of it."""
    asked.reset()


def hole(asked: Exchange) -> None:
    """Takes everything, carries nothing, says nothing; when the line changes, the connection is dead."""
    asked.proxy.hold()
    asked.reset()


def lost_answer(asked: Exchange) -> None:
    """The server hears it and answers; the phone does not hear the answer."""
    asked.proxy.answers.append(asked.forward())
    asked.reset()


def portal(asked: Exchange) -> None:
    """A captive portal: it answers everything by itself."""
    asked.read_all()
    asked.reply(PORTAL)


def redirecting(asked: Exchange) -> None:
    """A portal that sends everybody to its own way in."""
    asked.read_all()
    asked.reply(REDIRECT)


def twice(asked: Exchange) -> None:
    """The server hears it twice; the phone gets the second answer."""
    asked.proxy.answers.append(asked.forward())
    asked.reply(asked.forward())


def delayed(seconds: float) -> Fault:
    """Half of it on the way there, half on the way back."""

    def fault(asked: Exchange) -> None:
        time.sleep(seconds / 2)
        answer = asked.forward()
        time.sleep(seconds / 2)
        asked.reply(answer)

    return fault


def thin(latency: float, loss: float, stall: float, chance: random.Random) -> Fault:
    """A bad line: each way takes half of `latency`; each chunk is lost with a chance and comes `stall` later, as TCP
    sends it again."""

    def wait() -> None:
        if chance.random() < loss:
            time.sleep(stall)

    def fault(asked: Exchange) -> None:
        time.sleep(latency / 2)
        wait()
        answer = asked.forward(between=wait)
        wait()
        time.sleep(latency / 2)
        asked.reply(answer)

    return fault


def broken_server(asked: Exchange) -> None:
    """As our own server answers when something of it fails."""
    asked.read_all()
    now = int(time.time() * 1000)
    asked.reply(b"HTTP/1.1 500 Internal Server Error\r\nServer-Now: %d\r\nContent-Length: 0\r\n\r\n" % now)


def told(script: bytes | None) -> Fault:
    """The line answers by itself, with a script; None: that there is none."""
    status = b"200 OK" if script is not None else b"404 Not Found"
    body = script or b""
    head = b"HTTP/1.1 %s\r\nContent-Type: text/javascript\r\nContent-Length: %d\r\n\r\n" % (status, len(body))

    def fault(asked: Exchange) -> None:
        asked.read_all()
        asked.reply(head + body)

    return fault


def cut(percent: float) -> Fault:
    """Both sides lose the connection when so much of the body is through."""

    def fault(asked: Exchange) -> None:
        asked.forward(percent)
        asked.reset()

    return fault


@dataclass
class Proxy:
    """Listens on a port of its own; `server` is the port behind it. `close` ends it and its threads."""

    server: int
    fault: Fault = passing
    answers: list[bytes] = field(default_factory=list)  # those that the phone did not hear

    def __post_init__(self) -> None:
        self._once: list[tuple[str, Fault]] = []
        self._always: dict[str, Fault] = {}
        self.asked: list[str] = []  # the addresses of all requests
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listening: socket.socket | None = None
        self.port = 0
        self.listen()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def set(self, fault: Fault) -> None:
        """From now on, for every request; what a hole holds is dead."""
        self.fault = fault
        self._changed.set()
        self._changed = threading.Event()

    def once(self, fault: Fault, path: str = "/taps", times: int = 1) -> None:
        """For the next requests whose address holds `path`, before `fault` has its say again."""
        with self._lock:
            self._once += [(path, fault)] * times

    def always(self, path: str, fault: Fault) -> None:
        """For every request whose address holds `path`, or that brings the tap of that id, until `never`."""
        self._always[path] = fault

    def never(self, path: str) -> None:
        del self._always[path]

    def refuse(self) -> None:
        """Nobody listens any more, and what is open breaks."""
        if self._listening:
            with suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)  # else it goes on until `accept` returns
            self._listening.close()
        self._listening = None
        self._break_all()

    def listen(self) -> None:
        """On the same port again."""
        if self._listening:
            return
        listening = socket.create_server(("127.0.0.1", self.port), backlog=512)
        self.port, self._listening = listening.getsockname()[1], listening
        self._spawn(self._accept, listening)

    def close(self) -> None:
        self.refuse()
        self._changed.set()
        for thread in self._threads:
            thread.join(timeout=5)

    def hold(self) -> None:
        self._changed.wait(_LONGEST)

    def opened(self, connection: socket.socket) -> None:
        self._open = [each for each in self._open if each.fileno() >= 0]
        self._open.append(connection)

    def _break_all(self) -> None:
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _spawn(self, work: Callable[[socket.socket], None], connection: socket.socket) -> None:
        self._threads = [each for each in self._threads if each.is_alive()]
        self._threads.append(threading.Thread(target=work, args=(connection,), daemon=True))
        self._threads[-1].start()

    def _accept(self, listening: socket.socket) -> None:
        listening.settimeout(0.2)
        while listening.fileno() >= 0:
            try:
                phone, _ = listening.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            phone.settimeout(None)
            self.opened(phone)
            self._spawn(self._serve, phone)

    def _serve(self, phone: socket.socket) -> None:
        rest = b""
        with phone, suppress(OSError, Broken):
            while True:
                asked, rest = _read(self, phone, rest)
                self._fault_for(asked)(asked)

    def _fault_for(self, asked: Exchange) -> Fault:
        path = asked.path
        with self._lock:
            for place, (part, fault) in enumerate(self._once):
                if part in path:
                    del self._once[place]
                    return fault
            self.asked.append(path)
        return next(
            (fault for part, fault in self._always.items() if part in path or part == asked.tap), self.fault
        )


def _read(proxy: Proxy, phone: socket.socket, rest: bytes) -> tuple[Exchange, bytes]:
    """The next request, and what was read beyond it (nothing of ours sends ahead)."""
    while b"\r\n\r\n" not in rest:
        more = phone.recv(_CHUNK)
        if not more:
            raise Broken
        rest += more
    head, _, body = rest.partition(b"\r\n\r\n")
    length = _length(head) or 0
    if b"100-continue" in head.lower():
        phone.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    return Exchange(proxy, phone, head, body[:length], length), body[length:]


def _length(head: bytes) -> int | None:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return None


def _alone(head: bytes) -> bytes:
    """The head for a connection that carries one request only."""
    drop = (b"connection:", b"expect:")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(drop)]
    return b"\r\n".join([*lines, b"Connection: close", b"", b""])


def _all(server: socket.socket) -> bytes:
    answer = b""
    while more := server.recv(1 << 16):
        answer += more
    return answer


def _reset(connection: socket.socket) -> None:
    """Close so that the other side gets a reset, not an orderly end."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
