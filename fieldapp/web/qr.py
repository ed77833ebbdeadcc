"""A text as a QR code: one path of squares, which a template draws without style or script. Pure."""

from dataclasses import dataclass
from itertools import groupby

import segno

QUIET = 4  # squares of white around it that a reader wants (ISO/IEC 18004)


@dataclass(frozen=True)
class Code:
    """`size` squares each way, the white around it included; `path` is the dark ones."""

    size: int
    path: str


def code_of(text: str) -> Code:
    """With at least 15 % of it readable when blotted: a stamp may cross it."""
    rows = segno.make_qr(text, error="m").matrix
    lines = ("".join(_dark(row, y + QUIET)) for y, row in enumerate(rows))
    return Code(len(rows) + 2 * QUIET, "".join(lines))


def _dark(row: bytearray, y: int) -> list[str]:
    found, x = [], QUIET
    for is_dark, squares in groupby(row):
        n = len(list(squares))
        if is_dark:
            found.append(f"M{x} {y}h{n}v1h-{n}z")
        x += n
    return found
