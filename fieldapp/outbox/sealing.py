"""The key under which a person's taps lie on phones, and a phone's name as the phone may hold it: sealed."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app


def key_of(person_id: UUID) -> bytes:
    """32 bytes, the same at each login: what waits is readable again after one."""
    return hmac.new(current_app.extensions["keys"].phones, person_id.bytes, hashlib.sha256).digest()


def _box() -> Fernet:
    seed = hmac.new(current_app.extensions["keys"].phones, b"names of phones", hashlib.sha256).digest()
    return Fernet(urlsafe_b64encode(seed))


def seal_name(person_id: UUID, device: str) -> str:
    """For the head of an exported file: its taps are this phone's, and the phone itself cannot read its name."""
    return _box().encrypt(json.dumps([str(person_id), device]).encode()).decode()


def name_of(token: str, person_id: UUID) -> str:
    """The phone's name, if the token was given to this person; else empty."""
    try:
        person, device = json.loads(_box().decrypt(token.encode()))
    except (InvalidToken, ValueError):
        return ""
    return str(device) if person == str(person_id) else ""
