"""The real app as a real process, with a data folder and a database of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from tests import databases
from tests.story import PASSWORD

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0  # seconds until a started server must answer


@dataclass(frozen=True)
class Server:
    """A running app: its address, and the surroundings it was started in."""

    url: str
    environment: dict[str, str]

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`fieldapp …` beside the running server."""
        return subprocess.run(
            [*_PROGRAM, *words], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )


_PROGRAM = (sys.executable, "-m", "fieldapp.cli")


@contextmanager
def running(data: Path, address: str) -> Iterator[Server]:
    """Migrated, with the demo in it, serving on a free port; on PostgreSQL when there is an address of a cluster."""
    environment = {**os.environ, "FIELDAPP_DATA": str(data), "FIELDAPP_DEMO_PASSWORD": PASSWORD}
    environment.pop("DATABASE_URL", None)
    if address:
        name = f"browser_{uuid4().hex}"
        databases.execute(address, f'CREATE DATABASE "{name}"')
        environment["DATABASE_URL"] = databases.url(address, name)
    port = databases.free_port()
    server = Server(f"http://127.0.0.1:{port}", environment)
    for words in (("migrate",), ("demo",)):
        done = server.command(*words)
        assert done.returncode == 0, done.stderr
    with (data / "serve.log").open("w") as log:
        process = subprocess.Popen(
            [*_PROGRAM, "serve", "--port", str(port)], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        _answering(process, port)
        yield server
    finally:
        process.kill()
        process.wait()


def _answering(process: subprocess.Popen[bytes], port: int) -> None:
    """Return once the server takes connections; fail at once if it ended."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            try:
                process.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                continue
            break
    raise AssertionError("the server did not come up")
