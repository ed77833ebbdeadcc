"""The secret table's lock: padded Fernet blobs, and search tokens that tell nothing without the key.

Who hosts or backs up the file sees a number of blobs of a few fixed sizes, and nothing of a county, day or person.
"""

import hashlib
import hmac
import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app

KEY_ID = "k1"
STEP = 4096  # bytes; a plan's length must not tell how many problems it checks


class Unreadable(Exception):
    """A blob that this key does not open."""


def seal(content: dict[str, Any]) -> bytes:
    """Encrypt JSON, padded with spaces to a multiple of STEP."""
    raw = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return _fernet().encrypt(raw + b" " * (-len(raw) % STEP))


def unseal(blob: bytes) -> dict[str, Any]:
    """The JSON of a blob; raises Unreadable when the key or the bytes are not ours."""
    try:
        value: dict[str, Any] = json.loads(_fernet().decrypt(blob))
    except (InvalidToken, ValueError) as error:
        raise Unreadable from error
    return value


def _fernet() -> Fernet:
    return Fernet(current_app.extensions["keys"].plans)


def token(person_id: UUID, when: str, kind: str = "plan") -> str:
    """HMAC(person | day) or HMAC(person | month); `kind` keeps plans and draws apart."""
    message = f"{kind}|{person_id}|{when}".encode()
    return hmac.new(current_app.extensions["keys"].index, message, hashlib.sha256).hexdigest()


def days(first: date, last: date) -> list[str]:
    """ISO days of a span, both ends included."""
    return [(first + timedelta(n)).isoformat() for n in range((last - first).days + 1)]


def months(first: date, last: date) -> list[str]:
    """YYYY-MM of a span."""
    return sorted({day[:7] for day in days(first, last)})
