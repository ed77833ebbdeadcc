"""The front on a free port, before waitress with a small app; and phones that trust nobody but its authority."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from fieldapp.serving.addresses import Names, of_one
from fieldapp.serving.certificate import Certificate
from fieldapp.serving.crowd import Crowd
from fieldapp.serving.front import Front
from fieldapp.serving.pipe import Patience

WAIT = 20.0  # seconds until what must come has come

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass
class Served:
    """A running front."""

    port: int
    certificate: Certificate
    front: Front

    def phone(self, host: str = "127.0.0.1", strict: bool = True) -> ssl.SSLSocket:
        """Connected, with the authority as the only root and the name checked."""
        context = trusting(self.certificate, strict)
        bare = socket.create_connection(("127.0.0.1", self.port), timeout=WAIT)
        try:
            return context.wrap_socket(bare, server_hostname=host)
        except OSError:
            bare.close()
            raise

    def ask(
        self, head: str = "GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n", body: bytes = b""
    ) -> bytes:
        with self.phone() as phone:
            phone.sendall(head.encode() + body)
            return all_of(phone)

    def ask_plain(self, head: str) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=WAIT) as phone:
            phone.sendall(head.encode())
            return all_of(phone)


def trusting(certificate: Certificate, strict: bool = True) -> ssl.SSLContext:
    pem = ssl.DER_cert_to_PEM_cert(certificate.authority.der)
    context = ssl.create_default_context(cadata=pem)
    if strict:  # what Python 3.13 asks by itself
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def all_of(phone: socket.socket) -> bytes:
    """Until the server ends; a connection that is cut ends too."""
    parts: list[bytes] = []
    try:
        while part := phone.recv(65536):
            parts.append(part)
    except (ConnectionError, ssl.SSLError):
        pass
    return b"".join(parts)


@contextmanager
def served(
    keys: Path,
    app: Wsgi,
    *,
    patience: Patience | None = None,
    most: int = 256,
    names: Callable[[], Names] = lambda: of_one("127.0.0.1"),
    plain: Callable[[bytes], bytes] = lambda head: b"HTTP/1.1 200 OK\r\n\r\nplain",
    bounds: dict[str, Any] | None = None,
) -> Iterator[Served]:
    """The front in one thread, waitress in another, as `fieldapp serve --https` has them."""
    outer, inner = (socket.create_server(("127.0.0.1", 0), backlog=128) for _ in range(2))
    certificate = Certificate(keys, names)
    server = create_server(app, sockets=[inner], **(bounds or {}))
    front = Front(
        outer, inner.getsockname(), certificate, plain, patience=patience or Patience(), crowd=Crowd(most)
    )
    loop, task = [], []

    async def run() -> None:
        loop.append(asyncio.get_running_loop())
        task.append(asyncio.current_task())
        await front.run()

    threads = [threading.Thread(target=server.run), threading.Thread(target=_until_cancelled, args=(run,))]
    for thread in threads:
        thread.start()
    try:
        yield Served(outer.getsockname()[1], certificate, front)
    finally:
        loop[0].call_soon_threadsafe(task[0].cancel)
        server.task_dispatcher.shutdown()
        with suppress(OSError):  # the loop may have closed all before it was woken for it
            server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
        for thread in threads:
            thread.join(WAIT)
        outer.close()


def _until_cancelled(run: Callable[[], Any]) -> None:
    with suppress(asyncio.CancelledError):
        asyncio.run(run())
