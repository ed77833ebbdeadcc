"""What plain http is told at the https port: how to trust, the authority, and the way to https. Nothing of the app."""

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from fieldapp.serving import terminal
from fieldapp.serving.addresses import of_one
from fieldapp.serving.certificate import Certificate
from fieldapp.serving.plain import door

Ask = Callable[..., tuple[int, dict[str, str], bytes]]


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return Certificate(tmp_path, lambda: of_one("192.168.1.20"))


@pytest.fixture
def ask(app: Flask, certificate: Certificate) -> Ask:
    answer = door(app, certificate, 8443)

    def asked(
        path: str, host: str = "192.168.1.20:8443", method: str = "GET"
    ) -> tuple[int, dict[str, str], bytes]:
        head, _, body = answer(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()).partition(
            b"\r\n\r\n"
        )
        first, *lines = head.decode().split("\r\n")
        return int(first.split()[1]), dict(line.split(": ", 1) for line in lines), body

    return asked


def test_every_page_of_the_app_is_only_shown_the_way(app: Flask, ask: Ask) -> None:
    for rule in app.url_map.iter_rules():
        for method in ("GET", "HEAD", "POST"):
            status, headers, body = ask(re.sub(r"<[^>]*>", "x", rule.rule), method=method)
            assert status in (303, 307), rule
            if rule.rule != "/":
                assert headers["Location"].startswith("https://192.168.1.20:8443/"), rule
            assert body == b""
            assert "Set-Cookie" not in headers


def test_a_post_is_not_asked_to_send_its_body_once_more(ask: Ask) -> None:
    assert ask("/login", method="POST")[:2][0] == 303


def test_who_types_the_bare_address_learns_first_whom_to_trust(ask: Ask) -> None:
    status, headers, _ = ask("/")
    assert (status, headers["Location"]) == (307, "/trust")


def test_the_authority_is_handed_out_as_phones_want_it(ask: Ask, certificate: Certificate) -> None:
    status, headers, body = ask("/trust/fieldapp.crt")
    assert (status, headers["Content-Type"]) == (200, "application/x-x509-ca-cert")
    assert body == certificate.authority.der
    assert b"PRIVATE" not in body


def test_the_page_says_how_and_by_which_fingerprint(ask: Ask, certificate: Certificate) -> None:
    status, headers, body = ask("/trust")
    page = body.decode()
    assert status == 200
    assert headers["Cache-Control"] == "no-store"
    assert all(line in page for line in certificate.authority.fingerprint)
    assert certificate.authority.name in page
    assert 'href="https://192.168.1.20:8443/"' in page
    assert 'href="/trust/fieldapp.crt"' in page
    assert "安卓手机" in page
    assert "苹果手机" in page
    assert ask("/trust/style.css")[0] == 200


def test_the_page_says_nothing_of_what_the_app_is_for(ask: Ask) -> None:
    """Anybody in the network may read it, an inspected unit too."""
    words = html.unescape(ask("/trust")[2].decode())
    for word in ("巡察", "回访", "核验", "暗访", "记录", "县", "问题", "整改"):
        assert word not in words
    assert not re.search(r"<script|<form|<img|https?://(?!192\.168\.1\.20:8443/)", words)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8443", "a\r\nX: y", "", "192.168.1.20.evil.example", "é"]
)
def test_nobody_is_led_to_where_a_request_says(ask: Ask, host: str) -> None:
    assert ask("/x", host)[1]["Location"] == "https://192.168.1.20:8443/x"
    assert b"evil" not in ask("/trust", host)[2]


def test_whom_a_phone_came_by_is_kept(ask: Ask) -> None:
    assert ask("/x?a=%0d%0a", "LOCALHOST:8443")[1]["Location"] == "https://localhost:8443/x?a=%0d%0a"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"GET /a b HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\n",
    ],
)
def test_what_is_no_request_gets_an_answer_all_the_same(
    app: Flask, certificate: Certificate, head: bytes
) -> None:
    assert door(app, certificate, 8443)(head).startswith(b"HTTP/1.1 303")


def test_what_a_head_request_gets_has_no_body(ask: Ask) -> None:
    status, headers, body = ask("/trust", method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 1000


def test_the_terminal_says_where_and_how(certificate: Certificate) -> None:
    said = "\n".join(terminal.lines(certificate, 8443))
    assert "https://192.168.1.20:8443" in said
    assert "http://192.168.1.20:8443/trust" in said
    assert all(line in said for line in certificate.authority.fingerprint)
    assert "注意" not in said


def test_the_code_on_the_terminal_is_that_of_the_address() -> None:
    """Two rows of squares a line, with two of white around them; full and empty halves stand for white and black."""
    import segno

    text = "http://192.168.1.20:8443/trust"
    rows: list[list[int]] = []
    for line in terminal.code_of(text):
        halves = [
            {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}[each]
            for each in re.sub(r"\x1b\[[\d;]*m", "", line)
        ]
        rows += [[each[0] for each in halves], [each[1] for each in halves]]
    inside = [row[2:-2] for row in rows[2:]]
    matrix = [list(row) for row in segno.make_qr(text).matrix]
    assert inside[: len(matrix)] == matrix


def test_a_machine_without_network_still_says_where(tmp_path: Path) -> None:
    alone = Certificate(tmp_path, lambda: of_one("127.0.0.1"))
    assert "https://" in next(terminal.lines(alone, 8443))
