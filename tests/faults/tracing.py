"""strace on a running server: to kill it in the middle of a system call, to have one fail, and to read the order."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import databases
from tests.faults.server import Server

PATIENCE = 20.0


def program() -> str:
    """strace; it can be missing at a desk, and not in CI."""
    found = shutil.which("strace")
    if not found:
        missing = "strace not found; `make system` installs it"
        pytest.fail(missing) if databases.is_ci() else pytest.skip(missing)
    return str(found)


@contextmanager
def traced(
    server: Server, *expressions: str, log: Path | None = None, more: tuple[str, ...] = ()
) -> Iterator[None]:
    """The server's process with all its threads, from now to the end of the block."""
    said = server.data.parent / f"{server.data.name}.strace"
    told = [part for each in expressions for part in ("-e", each)]
    output = ("-o", str(log)) if log else ("-o", "/dev/null")
    command = [program(), "-f", *told, *more, *output, "-p", str(server.pid)]
    with said.open("wb") as errors:
        tracer = subprocess.Popen(command, stdout=errors, stderr=errors)
    until = time.monotonic() + PATIENCE
    while "attached" not in said.read_text():
        assert tracer.poll() is None, said.read_text()
        assert time.monotonic() < until, said.read_text()
        time.sleep(0.02)
    time.sleep(0.2)  # all threads, not only the first
    try:
        yield
    finally:
        if tracer.poll() is None:
            tracer.send_signal(signal.SIGINT)
        tracer.wait(timeout=PATIENCE)
