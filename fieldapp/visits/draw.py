"""A draw that proves itself afterwards (pure): the seed's hash is shown before, the seed after the hand-in,
and anybody can repeat the draw from the sorted candidates."""

import hashlib
import hmac
from collections.abc import Sequence

_SPACE = 2**256


def fingerprint(seed: bytes) -> str:
    """What is shown beforehand."""
    return hashlib.sha256(seed).hexdigest()


def drawn_index(seed: bytes, size: int) -> int:
    """An unbiased index below `size`: HMAC-SHA256(seed, "0"), "1", … read as a number; one at or above the largest
    multiple of `size` is thrown away, so that no candidate is likelier than another."""
    limit = _SPACE - _SPACE % size
    n = 0
    while True:
        value = int.from_bytes(hmac.new(seed, str(n).encode(), hashlib.sha256).digest(), "big")
        if value < limit:
            return value % size
        n += 1


def drawn(seed: bytes, candidates: Sequence[str]) -> str:
    """The drawn candidate; candidates are sorted and distinct first, so their order cannot steer the result."""
    distinct = sorted(set(candidates))
    if not distinct:
        raise ValueError("a draw without candidates")
    return distinct[drawn_index(seed, len(distinct))]
