"""`fieldapp serve --https` as a real process: what it prints, whom it convinces, and when it refuses to start."""

import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from tests import databases

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0


def surroundings(data: Path, **more: str) -> dict[str, str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("FIELDAPP_", "DATABASE_"))}
    env.pop("PORT", None)
    return {**env, "FIELDAPP_DATA": str(data), **more}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "fieldapp.cli", *words]


def done(data: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words), cwd=ROOT, env=surroundings(data, **more), capture_output=True, text=True, check=False,
        timeout=PATIENCE,
    )  # fmt: skip


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Path, int, Path]]:
    """The data folder, the port, and what the terminal shows."""
    assert done(tmp_path, "migrate").returncode == 0
    port = databases.free_port()
    said = tmp_path / "said"
    with said.open("w") as output:
        process = subprocess.Popen(
            command("serve", "--https", "--port", str(port)),
            cwd=ROOT,
            env=surroundings(tmp_path),
            stdout=output,
        )
    until = time.monotonic() + PATIENCE
    while "keys/authority.pem" not in said.read_text() and time.monotonic() < until:
        assert process.poll() is None
        time.sleep(0.1)
    yield tmp_path, port, said
    process.kill()
    process.wait()


def test_a_phone_that_trusts_the_authority_logs_in_by_cookies_for_https(
    running: tuple[Path, int, Path],
) -> None:
    data, port, _ = running
    context = ssl.create_default_context(cafile=data / "keys" / "authority.pem")
    connection = HTTPSConnection("127.0.0.1", port, context=context, timeout=PATIENCE)
    address = f"https://127.0.0.1:{port}"
    typed = {"Content-Type": "application/x-www-form-urlencoded"}
    for origin, status in (
        (address, 422),
        (address.replace("https", "http"), 403),
        ("https://evil.example", 403),
    ):
        forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "Origin": origin}
        connection.request("POST", "/login", "username=x&password=y", {**typed, **forged})
        answer = connection.getresponse()
        page = answer.read().decode()
        assert answer.status == status, origin
        assert "这个网址不是 https 开头的" not in page
    cookies = [value for name, value in answer.getheaders() if name == "Set-Cookie"]
    assert all(each.startswith("__Host-") and "Secure" in each for each in cookies)


def test_the_terminal_leads_phones_to_the_page(running: tuple[Path, int, Path]) -> None:
    data, port, said = running
    text = said.read_text()
    assert f":{port}/trust" in text
    assert "SHA-256" in text
    assert "\x1b" not in text, "no colours in a file"
    assert oct((data / "keys" / "authority.pem").stat().st_mode & 0o777) == "0o600"


def test_a_broken_authority_stops_the_start_and_says_what_to_do(tmp_path: Path) -> None:
    assert done(tmp_path, "migrate").returncode == 0
    (tmp_path / "keys" / "authority.pem").write_text("half")
    ended = done(tmp_path, "serve", "--https", "--port", "0")
    assert ended.returncode == 1
    assert "从备份里拿回来" in ended.stderr


@pytest.mark.parametrize("https", [(), ("--https",)])
def test_a_port_that_is_taken_is_said_in_one_sentence(tmp_path: Path, https: tuple[str, ...]) -> None:
    assert done(tmp_path, "migrate").returncode == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = done(tmp_path, "serve", *https, "--host", "127.0.0.1", "--port", port)
    assert ended.returncode == 1
    assert f"端口 {port} 有别的程序在用" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_gateway_and_our_own_https_exclude_each_other(tmp_path: Path) -> None:
    ended = done(tmp_path, "serve", "--https", FIELDAPP_BEHIND_PROXY="1")
    assert ended.returncode == 1
    assert "只能用一个" in ended.stderr


def test_a_server_of_the_tests_is_not_shown_to_a_network(tmp_path: Path) -> None:
    ended = done(tmp_path, "serve", "--https", FIELDAPP_TESTING="1")
    assert ended.returncode == 1
    assert "本机地址" in ended.stderr


def test_the_help_says_what_https_does_and_what_is_for_gateways(tmp_path: Path) -> None:
    text = done(tmp_path, "serve", "--help").stdout
    for word in ("--https", "8443", "keys/", "FIELDAPP_BEHIND_PROXY", "127.0.0.1", "0.0.0.0"):
        assert word in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_front_that_breaks_ends_the_server_as_a_failure(tmp_path: Path) -> None:
    """Else waitress would go on for nobody, and whatever watches the process would think it well."""
    broken = (
        "from fieldapp.serving.front import Front; from fieldapp.cli import main\n"
        "async def breaks(self): raise RuntimeError('broken')\n"
        "Front.run = breaks; main(['serve', '--https', '--host', '127.0.0.1', '--port', '0'])"
    )
    assert done(tmp_path, "migrate").returncode == 0
    ended = subprocess.run(
        [sys.executable, "-c", broken], cwd=ROOT, env=surroundings(tmp_path), capture_output=True, text=True,
        check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "the front ended" in ended.stderr
