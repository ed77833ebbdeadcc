"""Start waitress, alone or behind our own TLS. waitress calls the app only when a request has arrived whole."""

import _thread
import asyncio
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Flask
from waitress import serve

from fieldapp.serving import terminal
from fieldapp.serving.addresses import of_one, of_this_machine
from fieldapp.serving.certificate import Certificate
from fieldapp.serving.crowd import MOST
from fieldapp.serving.front import Front
from fieldapp.serving.plain import door
from fieldapp.serving.room import room

BACKLOG = 128
GRACE_S = 10  # for what is under way when the front has broken
EVERYWHERE = "0.0.0.0"  # noqa: S104  # phones come by whatever address the machine has
Say = Callable[[str], None]


def by_http(app: Flask, host: str, port: int, threads: int) -> None:
    """Plain, or behind a gateway."""
    serve(app, host=host, port=port, connection_limit=room(), **_bounds(app, threads))


def by_https(app: Flask, host: str, port: int, threads: int, say: Say) -> None:
    """A thread takes phones in and hands their bytes on to waitress, which is reached by this machine only."""
    outer = socket.create_server((host, port), backlog=BACKLOG)
    port = outer.getsockname()[1]
    names = of_this_machine if host == EVERYWHERE else partial(of_one, outer.getsockname()[0])
    certificate = Certificate(app.extensions["settings"].keys, names)
    inner = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)

    def tell() -> None:
        for line in terminal.lines(certificate, port):
            say(line)

    front = Front(outer, inner.getsockname(), certificate, door(app, certificate, port), tell)
    broken = threading.Event()
    threading.Thread(target=_until_it_ends, args=(front, broken), name="front", daemon=True).start()
    tell()
    bounds = {**_bounds(app, threads), "connection_limit": 2 * MOST}
    serve(app, sockets=[inner], **bounds)
    if broken.is_set():
        raise SystemExit(1)


def _until_it_ends(front: Front, broken: threading.Event) -> None:
    """A server that nobody can reach must not go on as if it were one."""
    try:
        asyncio.run(front.run())
    except Exception:
        logging.getLogger("fieldapp").exception("the front ended")
    broken.set()
    _thread.interrupt_main()
    time.sleep(GRACE_S)
    # an interrupt that comes while Python cleans up is swallowed; what was acknowledged is on disk
    os._exit(1)


def _bounds(app: Flask, threads: int) -> dict[str, Any]:
    """Headers that say who was asked and how are dropped, unless gateways stand in front (`config.hops`). What is too
    large for the app is refused by the app, in its own words."""
    settings = app.extensions["settings"]
    return {
        "threads": threads,
        "asyncore_use_poll": True,  # select() ends at 1024
        "ident": "",
        "url_scheme": "https" if settings.https else "http",
        "max_request_body_size": 4 * app.config["MAX_CONTENT_LENGTH"],
        "clear_untrusted_proxy_headers": not settings.hops,
    }
