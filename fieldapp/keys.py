"""The keys in the data folder's keys/: made once, for the owner's eyes only, never in the database."""

import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass, fields
from pathlib import Path

from fieldapp import ids


@dataclass(frozen=True)
class Keys:
    """Each for one purpose; plans and index apart, so that a leaked index key opens no plan."""

    plans: bytes  # Fernet
    index: bytes  # HMAC
    carry: bytes  # Fernet
    heads: bytes  # HMAC
    phones: bytes  # from it each person's key to what waits on a phone
    receipts: bytes  # from it the key that signs what was taken in


def load(folder: Path) -> Keys:
    """Read the keys; make what is missing."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Keys(**{each.name: _key(folder / f"{each.name}.key") for each in fields(Keys)})


def _key(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(urlsafe_b64encode(ids.random_bytes(32)))
        file.flush()
        os.fsync(file.fileno())
    return path.read_bytes()
