"""The least that could keep a tap: one commit to SQLite a request, behind the same server. What the machine itself
costs; run as `python bare.py PORT FILE`."""

import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from waitress import serve

_lock = threading.Lock()


def app(file: str) -> Callable[..., Iterable[bytes]]:
    base = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    for said in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE taps (body BLOB)"):
        base.execute(said)

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        with _lock:
            base.execute("INSERT INTO taps VALUES (?)", (body,))
        start("200 OK", [("Outbox-Ack", environ.get("HTTP_X_OUTBOX", "")), ("Content-Length", "0")])
        return [b""]

    return answer


if __name__ == "__main__":
    serve(app(sys.argv[2]), port=int(sys.argv[1]), host="127.0.0.1", threads=8, connection_limit=1000)
