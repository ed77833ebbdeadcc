"""What a bound phone shares with the server. Nothing of it lies in the database: it follows from keys/phones.key and
the phone's id, so that a copied database opens nothing and a restored one fits the phones that are out."""

import hashlib
import hmac
from uuid import UUID

from flask import current_app


def derive(*words: object) -> bytes:
    """32 bytes that only the holder of keys/phones.key can make; the words say what for."""
    message = "|".join(map(str, words)).encode()
    return hmac.new(current_app.extensions["keys"].phones, message, hashlib.sha256).digest()


def device_key(phone_id: UUID) -> bytes:
    """The phone's own key: told once, when it is bound; the phone cannot read it out again."""
    return derive("device", phone_id)
