"""The photos that a package wants, on disk: originals, and the copies that are made before anything is packed."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from math import inf

from fieldapp.errors import RuleBroken
from fieldapp.evidence import actions as evidence
from fieldapp.evidence import queries as originals_known
from fieldapp.packages.photos import SHOWN, Found

Wanted = tuple[str, str]  # an original's sum, and the size of the copy
Progress = Callable[[str, int, int], None]  # what, how many of it, of how many


def wanted(sums: Sequence[str], *, originals: bool, thumbnails: Sequence[str] = ()) -> list[Wanted]:
    """The copies that go along: of each photo, or with originals of those that no browser shows; and small ones."""
    formats = originals_known.formats(sums)
    viewed = [each for each in sums if not originals or formats.get(each) not in SHOWN]
    return [*((each, "view") for each in viewed), *((each, "thumb") for each in thumbnails)]


def lacking(copies: Iterable[Wanted]) -> list[Wanted]:
    """Those that nobody has made, or tried to make, so far."""
    return [each for each in copies if not evidence.is_copied(*each)]


def make(copies: Sequence[Wanted], seconds: float = inf, progress: Progress | None = None) -> list[Wanted]:
    """Make what is lacking, one after the other, until so many seconds are over; what is lacking still."""
    until = time.monotonic() + seconds
    for n, each in enumerate(copies):
        if n and time.monotonic() > until:
            break
        if progress:
            progress("备副本", n, len(copies))
        evidence.copy_of(*each)
    return lacking(copies)


def found(sums: Sequence[str], released: Sequence[str] = ()) -> list[Found]:
    """The files, with the copies that are made so far. Raises RuleBroken where one is gone."""
    formats = originals_known.formats([*sums, *released])
    photos = [_found(each, formats.get(each, "")) for each in sums]
    return [*photos, *(replace(_found(each, formats.get(each, "")), released=True) for each in released)]


def _found(sha256: str, kind: str) -> Found:
    path = evidence.path_of(sha256)
    if path is None:
        raise RuleBroken(f"照片 {sha256[:12]} 的原件不在了，不能导出。请系统管理员运行 fieldapp check")
    return Found(sha256, path, kind, evidence.copy_at_hand(sha256, "view"))


def thumbnails(photos: Iterable[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
    """Small copies of (caption, original's sum) that are at hand."""
    for caption, sha256 in photos:
        copy = evidence.copy_at_hand(sha256, "thumb")
        if copy is not None:
            yield caption, copy.read_bytes()
