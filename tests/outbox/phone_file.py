"""A phone's exported file, made as static/js/src/alone/sealed-file.js makes it."""

import json
import os
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fieldapp.outbox.sealing import key_of, seal_name
from tests.story import Story

FORM = "application/x-www-form-urlencoded;charset=UTF-8"
AT = 1_700_000_000_000


def _seal(key: bytes, data: bytes) -> tuple[str, bytes]:
    iv = os.urandom(12)
    return b64encode(iv).decode(), AESGCM(key).encrypt(iv, data, None)


def multipart(fields: dict[str, str], photo: bytes) -> tuple[str, bytes]:
    """As a browser encodes a form with a file."""
    mark = "----phone"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = 'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg'
    parts += [f"--{mark}\r\n{head}\r\n\r\n".encode() + photo + b"\r\n", f"--{mark}--\r\n".encode()]
    return f"multipart/form-data; boundary={mark}", b"".join(parts)


@dataclass
class PhoneFile:
    """One person's queue on one phone; each record is given as its two pieces, so that a test may spoil one."""

    story: Story
    username: str = "inspector1"
    key: bytes = b""
    records: list[tuple[dict[str, Any], bytes]] = field(default_factory=list)
    device: str = "phone7"

    def __post_init__(self) -> None:
        self.person: UUID = self.story.viewer(self.username).person_id
        with self.story.app.app_context():
            self.key = self.key or key_of(self.person)
            self.token = seal_name(self.person, self.device)

    def tap(self, visit: Any, kind: str, choice: str = "", *, photo: bytes = b"", **more: str) -> UUID:
        """A tap that waits."""
        tap, n = uuid4(), len(self.records) + 1
        fields = {"kind": kind, "press": f"{tap}:{choice}", "person": str(self.person), "seq": str(n)}
        fields |= {"wall_ms": str(AT + n), **more}
        how, body = multipart(fields, photo) if photo else (FORM, urlencode(fields).encode())
        self.add(tap, visit, how, body, kind)
        return tap

    def add(self, tap: UUID, visit: Any, how: str, body: bytes, kind: str = "note") -> None:
        """A record as the store holds it."""
        n = len(self.records) + 1
        words = {"id": str(tap), "visit": str(visit), "url": f"/n/{visit}/taps", "type": how, "at": AT + n}
        iv, head = _seal(self.key, json.dumps({**words, "kind": kind, "label": "x"}).encode())
        body_iv, sealed = _seal(self.key, body)
        told = {
            "id": str(tap), "person": str(self.person), "state": "waiting", "tries": 0, "n": n,
            "head": {"iv": iv, "data": b64encode(head).decode()}, "body": {"iv": body_iv, "bytes": len(sealed)},
        }  # fmt: skip
        self.records.append((told, sealed))

    def write(self, path: Path) -> Path:
        head = {
            "format": "fieldapp-queue",
            "v": 1,
            "made_at": AT,
            "persons": [str(self.person)],
            "phones": {str(self.person): self.token},
            "records": len(self.records),
        }
        out = _line(head) + b"".join(_line(told) + body + b"\n" for told, body in self.records)
        path.write_bytes(out)
        return path


def _line(told: dict[str, Any]) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode() + b"\n"
