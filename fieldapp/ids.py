"""Random ids and secrets. Never sequential and never of a time: an id must tell nothing (UUIDv4, not v7)."""

import secrets
from collections.abc import Callable
from uuid import UUID

_source: Callable[[int], bytes] = secrets.token_bytes


def random_bytes(n: int) -> bytes:
    """n random bytes from the injected source."""
    return _source(n)


def new_id() -> UUID:
    """A random UUIDv4."""
    return UUID(bytes=random_bytes(16), version=4)


def read_id(text: str) -> UUID | None:
    """The id that somebody sent, or None when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def new_token() -> str:
    """A bearer secret of 256 bits, hexadecimal."""
    return random_bytes(32).hex()


def set_source(source: Callable[[int], bytes] | None) -> None:
    """Replace the generator for the whole process (twin tests only); None gives the system's back."""
    global _source
    _source = source or secrets.token_bytes
