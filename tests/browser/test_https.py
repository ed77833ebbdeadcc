"""A real Chromium before `serve --https`: a phone that was told to trust the authority (by NSS) or, without `certutil`,
one that takes the server's key for good. Only so it offers what the no-network mode needs."""

import base64
import os
import re
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from playwright.sync_api import Error, Page, Playwright

from fieldapp.serving import authority
from fieldapp.serving.addresses import Names
from tests import databases
from tests.browser.conftest import OPTIONS, PATIENCE, chromium
from tests.serving.test_command import ROOT, command, done, surroundings

SECURE = "() => window.isSecureContext && 'serviceWorker' in navigator && !!crypto.subtle"


@pytest.fixture(autouse=True)
def _nothing_went_wrong() -> None:
    """These pages are not those of `people`."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The data folder, and host and port as the terminal says it: an address of this machine that others can reach."""
    data = tmp_path_factory.mktemp("https")
    assert done(data, "migrate").returncode == 0
    port = str(databases.free_port())
    said = data / "said"
    with said.open("w") as output:
        process = subprocess.Popen(
            command("serve", "--https", "--port", port), cwd=ROOT, env=surroundings(data), stdout=output
        )
    until = time.monotonic() + 30
    while "keys/authority.pem" not in said.read_text() and time.monotonic() < until:
        time.sleep(0.1)
    found = re.search(r"网址：https://(\S+)", said.read_text())
    assert found
    yield data, found[1]
    process.kill()
    process.wait()


def shown(playwright: Playwright, home: Path, *options: str) -> Iterator[Page]:
    """A phone's page in a Chromium with a home of its own, where it looks for what it is told to trust."""
    context = playwright.chromium.launch_persistent_context(
        home / "profile",
        executable_path=chromium(),
        args=[*OPTIONS, *options],
        env={**os.environ, "HOME": str(home)},
        viewport={"width": 360, "height": 740},
        is_mobile=True,
    )
    context.set_default_timeout(PATIENCE)
    yield context.pages[0]
    context.close()


@pytest.fixture
def stranger(playwright: Playwright, tmp_path: Path) -> Iterator[Page]:
    yield from shown(playwright, tmp_path)


@pytest.fixture
def authority_installed(tmp_path: Path, served: tuple[Path, str]) -> Path:
    """A home in which the authority was installed by hand, as a person does on a phone."""
    if not shutil.which("certutil"):
        pytest.skip("certutil not found; `make system` installs it")
    store = tmp_path / ".pki" / "nssdb"
    store.mkdir(parents=True)
    pem, where = served[0] / "keys" / "authority.pem", f"sql:{store}"
    for words in (
        ["-N", "--empty-password"],
        ["-A", "-t", "C,,", "-n", "fieldapp", "-i", str(_public(pem, tmp_path))],
    ):
        subprocess.run(["certutil", "-d", where, *words], check=True)
    return tmp_path


@pytest.fixture
def trusting(playwright: Playwright, authority_installed: Path) -> Iterator[Page]:
    yield from shown(playwright, authority_installed)


def _public(pem: Path, folder: Path) -> Path:
    file = folder / "fieldapp.crt"
    found = x509.load_pem_x509_certificate(pem.read_bytes())
    file.write_bytes(found.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def pinned(playwright: Playwright, tmp_path: Path, served: tuple[Path, str]) -> Iterator[Page]:
    """Told to take this one key for good: the substitute that needs no NSS."""
    key = x509.load_pem_x509_certificate((served[0] / "keys" / "server.pem").read_bytes()).public_key()
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(spki)
    yield from shown(
        playwright,
        tmp_path,
        "--ignore-certificate-errors-spki-list=" + base64.b64encode(digest.finalize()).decode(),
    )


def test_who_trusts_the_authority_has_what_the_no_network_mode_needs(
    trusting: Page, served: tuple[Path, str]
) -> None:
    trusting.goto(f"https://{served[1]}/login")
    assert trusting.evaluate(SECURE)
    assert "这个网址不是 https 开头的" not in trusting.content()


def test_a_key_that_is_taken_for_good_is_a_secure_context(pinned: Page, served: tuple[Path, str]) -> None:
    pinned.goto(f"https://{served[1]}/login")
    assert pinned.evaluate(SECURE)


@pytest.mark.parametrize(("name", "is_believed"), [("bank.local", True), ("bank.example", False)])
def test_a_stolen_authority_opens_no_site_of_the_internet(
    playwright: Playwright, served: tuple[Path, str], authority_installed: Path, name: str, is_believed: bool
) -> None:
    """Chromium keeps to the constraints of an authority that was installed by hand."""
    root = authority.load(served[0] / "keys", Names((), ()))
    thief = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.write(
        authority_installed / "thief.pem", authority.pem_of(*authority.issued(root, Names((), (name,))))
    )
    thief.load_cert_chain(authority_installed / "thief.pem")
    server = HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    server.socket = thief.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for page in shown(playwright, authority_installed, f"--host-resolver-rules=MAP {name} 127.0.0.1"):
        address = f"https://{name}:{server.server_port}/nothing-here"
        if is_believed:
            page.goto(address)
            assert page.evaluate("() => window.isSecureContext")
        else:
            with pytest.raises(Error, match="ERR_CERT"):
                page.goto(address)
    server.shutdown()


def test_a_phone_that_trusts_nobody_yet_is_led_to_the_page_and_refuses_the_app(
    stranger: Page, served: tuple[Path, str]
) -> None:
    stranger.goto(f"http://{served[1]}/")
    assert stranger.url == f"http://{served[1]}/trust"
    assert stranger.title() == "让手机认得这个网址"
    assert stranger.evaluate("() => document.documentElement.scrollWidth") <= 360
    assert stranger.get_by_role("link", name="打开").get_attribute("href") == f"https://{served[1]}/"
    with stranger.expect_download() as loaded:
        stranger.get_by_role("link", name="下载证书").click()
    assert loaded.value.suggested_filename == "fieldapp.crt"
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        stranger.goto(f"https://{served[1]}/login")
