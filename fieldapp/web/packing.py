"""What a phone loads is sent packed: on 2G a first page is 36 kB instead of 140.

Static files, the service worker, and pages that a phone may keep. These repeat nothing that a stranger could put into
an address, so that their length is no way to guess what else stands in them (BREACH); other pages go as they are."""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Response, current_app, request

LEAST = 800  # bytes; less fits into one packet anyway
TEXT = ("text/", "application/javascript", "image/svg+xml", "application/json")


def pack(response: Response) -> Response:
    """Called last of all."""
    is_static = request.endpoint == "static"
    if not (is_static or request.endpoint == "outbox.worker" or "X-Keep-On-Phone" in response.headers):
        return response
    if not response.content_type.startswith(TEXT):
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code == 200:
        response.direct_passthrough = False
        content = response.get_data()
        how, small = _packed(content, is_static) if len(content) >= LEAST else ("", content)
        if how:
            response.set_data(small)
            response.headers["Content-Encoding"] = how
            response.headers.pop("ETag", None)  # that of the file as it lies there
    return response


def _packed(content: bytes, is_static: bool) -> tuple[str, bytes]:
    takes = request.accept_encodings
    if is_static and takes["br"] > 0 and (built := _built(content, current_app.static_folder or "")):
        return "br", built
    if takes["gzip"] > 0:
        return "gzip", _once(content) if is_static else gzip.compress(content, 6, mtime=0)
    return "", content


@lru_cache(maxsize=64)
def _once(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)


@lru_cache(maxsize=64)
def _built(content: bytes, folder: str) -> bytes:
    """As scripts/build_static.py packed it, found by what it is; nothing of something newer."""
    file = Path(folder) / "packed" / f"{hashlib.sha256(content).hexdigest()}.br"
    return file.read_bytes() if file.exists() else b""
