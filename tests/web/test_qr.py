"""The QR code: the path draws exactly the squares, with white around them."""

import re

import segno

from fieldapp.web.qr import QUIET, code_of

DIGEST = "7fbaa9d380b173f0aaab42f2e1accff4ff133b2bbddad3be38ed4026b9c58c15"


def drawn(path: str) -> set[tuple[int, int]]:
    """The squares that a path fills."""
    found = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path)
    assert "".join(f"M{x} {y}h{n}v1h-{back}z" for x, y, n, back in found) == path
    assert all(n == back for _x, _y, n, back in found)
    return {(int(x) + step, int(y)) for x, y, n, _ in found for step in range(int(n))}


def test_the_path_is_the_code() -> None:
    code = code_of(DIGEST)
    rows = segno.make_qr(DIGEST, error="m").matrix
    dark = {(x + QUIET, y + QUIET) for y, row in enumerate(rows) for x, cell in enumerate(row) if cell}
    assert drawn(code.path) == dark
    assert code.size == len(rows) + 2 * QUIET


def test_every_digest_has_its_own_code_of_the_same_size() -> None:
    other = code_of(DIGEST.replace("7", "8", 1))
    assert other.size == code_of(DIGEST).size
    assert other.path != code_of(DIGEST).path
