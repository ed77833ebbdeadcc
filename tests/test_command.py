"""The command as a real process on a real folder: who may read the files, and what waitress lets through."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import databases

ROOT = Path(__file__).parents[1]
PATIENCE = 30.0


def surroundings(data: Path) -> dict[str, str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("FIELDAPP_", "DATABASE_"))}
    return {**env, "FIELDAPP_DATA": str(data), "FIELDAPP_MAX_PHOTO": "1000"}


@pytest.fixture
def old_folder(tmp_path: Path) -> Path:
    """As an earlier version, or a hand, left it: open to everybody."""
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    data.chmod(0o755)
    (data / "fieldapp.sqlite").touch()
    (data / "fieldapp.sqlite").chmod(0o644)
    command = ["-c", "import os; os.umask(0o022); from fieldapp.cli import main; main(['migrate'])"]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=surroundings(data), check=False)
    assert done.returncode == 0
    return data


@pytest.fixture
def server(old_folder: Path) -> Iterator[int]:
    """`fieldapp serve` on a free port."""
    port = databases.free_port()
    command = [sys.executable, "-m", "fieldapp.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=surroundings(old_folder), stdout=subprocess.DEVNULL)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
    yield port
    process.kill()
    process.wait()


def asked(port: int, method: str, address: str, body: bytes = b"") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request(method, address, body, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_nobody_else_reads_the_files_and_too_much_is_refused_in_our_words(
    old_folder: Path, server: int
) -> None:
    assert asked(server, "POST", "/login", b"username=x&password=y")[0] == 422
    files = [old_folder, *old_folder.rglob("*")]
    assert {"fieldapp.sqlite", "fieldapp.sqlite-wal", "fieldapp.sqlite-shm"} <= {each.name for each in files}
    assert [each for each in files if each.stat().st_mode & 0o077] == []

    status, page = asked(server, "POST", "/login", b"username=" + b"x" * (3 * 1024 * 1024))
    assert status == 413
    assert "文件太大" in page


DEEP = "[" * 100_000


@pytest.mark.parametrize(
    "content",
    [
        DEEP,
        '{"format":"fieldapp-receipts","receipts":' + DEEP,
        "[1]",
        "\0",
        '{"format":"fieldapp-queue","v":' + DEEP + "\n",
    ],
    ids=["deep", "deep inside", "another", "nul", "queue"],
)
@pytest.mark.parametrize("verb", ["check-receipt", "import-queue"])
def test_a_file_from_outside_that_is_no_phones_is_said_in_one_sentence(
    old_folder: Path, tmp_path: Path, verb: str, content: str
) -> None:
    file = tmp_path / "given"
    file.write_text(content)
    done = run(old_folder, verb, str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert "不是手机导出的" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_terminal_is_told_nothing_that_it_would_obey(old_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "given"
    given = [{"id": "\x1b[2J", "digest": "x", "signature": "x"}, {"id": DEEP[:900] + "]" * 900}]
    file.write_text(json.dumps({"format": "fieldapp-receipts", "receipts": given}))
    done = run(old_folder, "check-receipt", str(file))
    assert (done.returncode, "\x1b" in done.stdout + done.stderr) == (1, False)
    assert "对不上 2 张" in done.stderr


def run(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fieldapp.cli", *words]
    return subprocess.run(
        command, cwd=ROOT, env=surroundings(data), capture_output=True, text=True, check=False
    )
