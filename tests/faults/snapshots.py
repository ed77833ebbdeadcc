"""Photos by the dozen: each other bytes, of the size that is asked for."""

import os
from functools import cache

from PIL import Image

from tests.evidence.pictures import saved


@cache
def _small() -> bytes:
    return saved(Image.effect_noise((32, 32), 90).convert("RGB"), "JPEG")


def snapshot(size: int = 60_000) -> bytes:
    """A JPEG that nobody else has."""
    return _small() + os.urandom(max(16, size - len(_small())))
