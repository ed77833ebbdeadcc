"""What the https port answers to plain http: how to trust the authority, its style, the authority itself. For
everything else a way to https. Nothing of the app is reached from here."""

import re
from collections.abc import Callable
from http import HTTPStatus

from flask import Flask

from fieldapp import config
from fieldapp.serving.certificate import Certificate

TRUST, STYLE, AUTHORITY = "/trust", "/trust/style.css", "/trust/fieldapp.crt"
# Of an address only what is printable and no blank: it fits into a header as it is.
_REQUEST = re.compile(rb"(GET|HEAD) (/[!-~]*) HTTP/1\.[01]\r\n")
_HOST = re.compile(rb"\r\n[Hh][Oo][Ss][Tt]:[ \t]*([\w.-]+)(?::\d+)?[ \t]*\r\n")
_ALWAYS = (
    "Content-Security-Policy: default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options: nosniff",
    "Referrer-Policy: no-referrer",
    "Cache-Control: no-store",
    "Connection: close",
)


def door(app: Flask, certificate: Certificate, port: int) -> Callable[[bytes], bytes]:
    """From the head of a request to the whole answer."""
    page = app.jinja_env.get_template("serving/trust.html")
    style = (config.part("static") / "css" / "app.css").read_bytes()

    def answer(head: bytes) -> bytes:
        asked, host = _REQUEST.match(head), _own_host(head, certificate)
        path = asked[2].decode() if asked else "/"
        if not asked or path not in ("/", TRUST, STYLE, AUTHORITY):
            return _answer(307 if asked else 303, f"Location: https://{host}:{port}{path}")
        is_head = asked[1] == b"HEAD"
        if path == "/":
            return _answer(307, f"Location: {TRUST}")
        if path == STYLE:
            return _answer(200, "Content-Type: text/css; charset=utf-8", style, is_head)
        if path == AUTHORITY:
            return _answer(
                200, "Content-Type: application/x-x509-ca-cert", certificate.authority.der, is_head
            )
        shown = page.render(
            address=f"https://{host}:{port}/", style=STYLE, file=AUTHORITY, authority=certificate.authority
        )
        return _answer(200, "Content-Type: text/html; charset=utf-8", shown.encode(), is_head)

    return answer


def _own_host(head: bytes, certificate: Certificate) -> str:
    """The name the phone came by, if it is one of ours; else a redirect would lead wherever a request says."""
    said = _HOST.search(head)
    name = said[1].decode("ascii", "replace").lower() if said else ""
    return name if name in certificate.names.all else certificate.names.all[0]


def _answer(status: int, line: str, body: bytes = b"", is_head: bool = False) -> bytes:
    lines = (f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", line, f"Content-Length: {len(body)}", *_ALWAYS)
    return "\r\n".join((*lines, "", "")).encode() + (b"" if is_head else body)
