"""history.jsonl: streams of the history as text that a stranger can follow with a JSON reader and SHA-256 alone. Pure.

Each line is {"hash": H, "entry": E}; E is a text, H the SHA-256 of its UTF-8 bytes. It is not put in order or written
anew on either side, so no two programs can differ over what JSON of the same content looks like."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from fieldapp.packages.enclosed import verify
from fieldapp.packages.entries import Entry, held


class Kept(NamedTuple):
    """An entry as history.Entry keeps it."""

    hash: str
    entry: str


class Unchained(Exception):
    """The entries do not follow from one another: what is broken here must not leave as evidence."""


def history_file(name: str, entries: Iterable[Kept]) -> Entry:
    """The file, its streams each in order. Raises Unchained."""
    lines = [_line(each) for each in entries]
    _ends, faults = verify.follow(lines)
    if faults:
        raise Unchained(faults[0])
    return held(name, b"".join(lines))


def _line(each: Kept) -> bytes:
    row = {"hash": each.hash, "entry": each.entry}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
