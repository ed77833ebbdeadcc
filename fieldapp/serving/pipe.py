"""Bytes both ways between a phone and waitress, unread; and when to stop waiting for either."""

import asyncio
from dataclasses import dataclass

CHUNK = 65536


@dataclass(frozen=True)
class Patience:
    """How long a phone is waited for, in seconds."""

    hello: float = 10  # for its first byte, and again for the handshake or the head of a plain request
    tick: float = 30
    quiet_ticks: int = 4  # so many with less than this, one after the other, and the connection ends
    slowest: float = 50  # bytes a second from the phone, while nothing goes to it
    goodbye: float = 60  # for the phone to take what is already written


@dataclass
class Flow:
    """What one direction has carried since it was last looked at."""

    carried: int = 0

    def taken(self) -> int:
        carried, self.carried = self.carried, 0
        return carried


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def join(phone: Ends, inner: Ends, patience: Patience) -> bool:
    """Carry until one side ends; whether that was its own wish, and not our patience."""
    up, down = Flow(), Flow()
    watch = asyncio.create_task(_watch(up, down, patience))
    tasks = [
        asyncio.create_task(_carry(phone[0], inner[1], up)),
        asyncio.create_task(_carry(inner[0], phone[1], down)),
        watch,
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return not watch.done()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter, flow: Flow) -> None:
    while data := await source.read(CHUNK):
        target.write(data)
        await target.drain()  # no more is read than the other side takes
        flow.carried += len(data)


async def _watch(up: Flow, down: Flow, patience: Patience) -> None:
    """One rule for the idle, for who sends a byte now and then, and for who does not take the answer."""
    quiet = 0
    while quiet < patience.quiet_ticks:
        await asyncio.sleep(patience.tick)
        sent, received = up.taken(), down.taken()
        quiet = 0 if received or sent >= patience.slowest * patience.tick else quiet + 1


async def end(writer: asyncio.StreamWriter, seconds: float) -> None:
    """Let what is written leave, but not for longer than this."""
    if not seconds:
        return writer.transport.abort()
    writer.close()
    try:
        async with asyncio.timeout(seconds):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()
