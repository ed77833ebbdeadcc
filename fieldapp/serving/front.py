"""TLS in front of waitress, on one port with the plain page that says how to trust it. Nothing of a request is read or
added: it goes on as it came, so no header of ours exists that a phone could forge."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from fieldapp.serving.authority import Unreadable
from fieldapp.serving.certificate import Certificate
from fieldapp.serving.crowd import Crowd
from fieldapp.serving.pipe import CHUNK, Ends, Patience, end, join

HANDSHAKE = b"\x16"  # the first byte of every TLS connection, and of no HTTP request
LOOK_AGAIN = 600  # seconds between two looks at the certificate and the addresses
MOST_HEAD = 16384

_log = logging.getLogger("fieldapp")
Plain = Callable[[bytes], bytes]  # from the head of a plain request to the whole answer


@dataclass
class Front:
    """Takes phones in on `outer` and hands them on to whoever listens at `inner`."""

    outer: socket.socket
    inner: tuple[str, int]
    certificate: Certificate
    plain: Plain
    renewed: Callable[[], None] = lambda: None
    patience: Patience = field(default_factory=Patience)
    crowd: Crowd["asyncio.Task[None]"] = field(default_factory=Crowd)

    async def run(self) -> None:
        """Until cancelled."""
        self.outer.setblocking(False)
        loop = asyncio.get_running_loop()
        looking = asyncio.create_task(self._look_after_certificate())
        try:
            while True:
                try:
                    taken, (address, *_rest) = await loop.sock_accept(self.outer)
                except OSError:  # no file left for one more, or it has gone already
                    await asyncio.sleep(0.1)
                    continue
                self._let_in(taken, address)
        finally:
            looking.cancel()

    def _let_in(self, taken: socket.socket, address: str) -> None:
        task = asyncio.create_task(self._serve(taken))
        task.add_done_callback(self.crowd.leave)
        goes = self.crowd.enter(task, address)
        if goes:
            goes.cancel()

    async def _look_after_certificate(self) -> None:
        while True:
            await asyncio.sleep(LOOK_AGAIN)
            try:
                # it may wait for a disk or a name server
                if await asyncio.to_thread(self.certificate.refresh):
                    self.renewed()
            except (OSError, Unreadable):
                _log.exception("the certificate could not be renewed")

    async def _serve(self, taken: socket.socket) -> None:
        """Every end that a phone or a network can make is one of these two; another one is logged with its task."""
        with taken:
            # asyncio does so only where it listens itself
            taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                async with asyncio.timeout(self.patience.hello):
                    first = await _first_byte(taken)
                if first:
                    await (self._tunnel if first == HANDSHAKE else self._answer)(taken)
            except (OSError, TimeoutError):
                return

    async def _tunnel(self, taken: socket.socket) -> None:
        reader, writer = await self._ends(taken, self.certificate.context, CHUNK)
        own_wish = False
        try:
            inner = await asyncio.open_connection(*self.inner)
            try:
                own_wish = await join((reader, writer), inner, self.patience)
            finally:
                inner[1].transport.abort()
        finally:
            await end(writer, self.patience.goodbye if own_wish else 0)

    async def _answer(self, taken: socket.socket) -> None:
        reader, writer = await self._ends(taken, None, MOST_HEAD)
        try:
            async with asyncio.timeout(self.patience.hello):
                head = await reader.readuntil(b"\r\n\r\n")
            writer.write(self.plain(head))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # no request of a browser
        finally:
            await end(writer, self.patience.hello)

    async def _ends(self, taken: socket.socket, tls: ssl.SSLContext | None, limit: int) -> Ends:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=limit, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        bounds: dict[str, Any] = {"ssl_handshake_timeout": self.patience.hello} if tls else {}
        transport, _ = await loop.connect_accepted_socket(lambda: protocol, taken, ssl=tls, **bounds)
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


def _first_byte(taken: socket.socket) -> Awaitable[bytes]:
    """Looked at and left where it is: TLS wants to read it too."""
    taken.setblocking(False)
    loop = asyncio.get_running_loop()
    seen: asyncio.Future[bytes] = loop.create_future()

    def look() -> None:
        loop.remove_reader(taken)
        if seen.done():
            return
        try:
            seen.set_result(taken.recv(1, socket.MSG_PEEK))
        except OSError as gone:
            seen.set_exception(gone)

    loop.add_reader(taken, look)
    seen.add_done_callback(lambda _: loop.remove_reader(taken))
    return seen
