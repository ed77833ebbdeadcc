"""Chromium 75, which today's drivers cannot steer: spoken to over its own debugging pipe."""

import fcntl
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parents[2] / ".venv/chromium75/chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--single-process",
    "--no-zygote",
    "--remote-debugging-pipe",
)
PATIENCE = 20.0


class OldPage:
    """One tab."""

    def __init__(self, to: int, back: int) -> None:
        self.to, self.back, self.number, self.session = to, os.fdopen(back, "rb"), 0, ""
        target = self.send("Target.createTarget", url="about:blank", width=360, height=740)["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        self.number += 1
        said = {"id": self.number, "method": method, "params": params}
        said |= {"sessionId": self.session} if self.session else {}
        os.write(self.to, json.dumps(said).encode() + b"\0")
        while True:
            answer = json.loads(self._read())
            if answer.get("id") == self.number:
                assert "error" not in answer, (method, answer["error"])
                return dict(answer["result"])

    def _read(self) -> bytes:
        got = b""
        while not got.endswith(b"\0"):
            more = self.back.read1(1) if not got else self.back.read(1)
            assert more, "the browser is gone"
            got += more
        return got[:-1]

    def run(self, script: str) -> Any:
        told = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def until(self, script: str) -> Any:
        """The value of a script once it is true."""
        end = time.monotonic() + PATIENCE
        while not (value := self.run(script)):
            assert time.monotonic() < end, (script, self.run("document.body.innerText"))
            time.sleep(0.05)
        return value

    def goto(self, url: str) -> None:
        self.send("Page.navigate", url=url)
        self.until(f"location.href.split('#')[0] === {json.dumps(url)} && document.readyState === 'complete'")


@contextmanager
def chromium75(profile: Path) -> Iterator[OldPage]:
    """Skipped where it has not been fetched: it is no part of what a machine needs to run the tests."""
    if not PROGRAM.exists():
        pytest.skip("sh scripts/chromium75 fetches it")
    (theirs_in, to), (back, theirs_out) = os.pipe(), os.pipe()
    high = [fcntl.fcntl(each, fcntl.F_DUPFD, 20) for each in (theirs_in, theirs_out)]

    def ends() -> None:
        for fd, end in zip((3, 4), high, strict=True):
            os.dup2(end, fd)

    command = [str(PROGRAM), *FLAGS, f"--user-data-dir={profile}"]
    process = subprocess.Popen(command, pass_fds=(3, 4, *high), preexec_fn=ends, stderr=subprocess.DEVNULL)
    for each in (theirs_in, theirs_out, *high):
        os.close(each)
    try:
        yield OldPage(to, back)
    finally:
        process.kill()
        process.wait()
