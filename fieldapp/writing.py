"""What people type: full-width signs to plain ones, and no control characters."""

import re
import unicodedata
from functools import lru_cache

_CONTROL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]"
)  # NUL and half a surrogate pair fit no database


def cleaned(text: str) -> str:
    """Without the control characters that no keyboard sends; tab and line breaks stay."""
    return _CONTROL.sub("", text)


def folded(text: str) -> str:
    """NFKC sign by sign. On a whole text it sorts every run of combining marks, which takes the square of its length:
    a page of them would hold the server for hours."""
    return text if text.isascii() else "".join(map(_sign, text))


@lru_cache(maxsize=4096)
def _sign(sign: str) -> str:
    return unicodedata.normalize("NFKC", sign)
