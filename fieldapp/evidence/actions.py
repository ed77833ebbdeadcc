"""Taking a photo's bytes in, and handing copies out to a feature that has asked who may see them."""

import hashlib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import IO, BinaryIO, cast

import sqlalchemy as sa
from flask import current_app

from fieldapp.db import apart, db, insert
from fieldapp.evidence import copies
from fieldapp.evidence.models import Original
from fieldapp.evidence.originals import FolderStore, Stored

_MAKERS = {"thumb": copies.thumbnail, "view": copies.view}


def _store() -> FolderStore:
    store: FolderStore = current_app.extensions["originals"]
    return store


def _cache() -> Path:
    return _store().root / "copies"


def keep(stream: IO[bytes], *, at: int) -> Stored:
    """The bytes on disk first, then the row; raises originals.Refused and then nothing is stored.

    Called before the request's write transaction begins, so that a slow disk holds no lock."""
    return keep_all([stream], at=at)[0]


def keep_all(streams: Iterable[IO[bytes]], *, at: int) -> list[Stored]:
    """Likewise; all are on disk before the first row is written."""
    kept = [_put(stream) for stream in streams]
    for stored in kept:
        _note(stored, at)
    return kept


def _put(stream: IO[bytes]) -> Stored:
    return _store().put(cast(BinaryIO, stream), limit=current_app.extensions["settings"].max_photo)


def _note(stored: Stored, at: int) -> None:
    row = insert(Original.__table__).values(
        sha256=stored.sha256, size=stored.size, format=stored.format, received_at=at
    )
    db.session.execute(row.on_conflict_do_nothing())


def sum_of_copy(sha256: str) -> str | None:
    """The sum of an original's copy for looking at: no metadata is in it. None when there is none now."""
    copy = copy_of(sha256, "view")
    return hashlib.sha256(copy.read_bytes()).hexdigest() if copy else None


def keep_copies(keys: Collection[str], *, at: int) -> None:
    """Keep the copies of these originals as originals of their own. All are on disk before the first row is written."""
    kept = []
    for copy in filter(None, (copy_of(sha256, "view") for sha256 in keys)):
        with copy.open("rb") as stream:
            kept.append(_put(stream))
    for stored in kept:
        _note(stored, at)


def copy_of(sha256: str, size: str) -> Path | None:
    """A copy for looking at, made now if need be; None when the original cannot be decoded, or not at this moment.

    That it cannot be decoded at all is remembered with the first look; evidence it stays either way."""
    store = _store()
    if not store.exists(sha256):
        return None
    cache = _cache()
    copy = _MAKERS[size](store.path(sha256), sha256, cache)
    if copy is None and copies.is_undecodable(sha256, cache):
        _note_undecodable(sha256)
    return copy


def copy_at_hand(sha256: str, size: str) -> Path | None:
    """The copy if it has been made; makes none."""
    return copies.at_hand(size, sha256, _cache())


def is_copied(sha256: str, size: str) -> bool:
    """Whether the copy is made, or it is known that none can be."""
    return copy_at_hand(sha256, size) is not None or copies.is_undecodable(sha256, _cache())


def path_of(sha256: str) -> Path | None:
    """Where the untouched bytes lie; None when they are gone."""
    return _store().path(sha256) if _store().exists(sha256) else None


def set_aside(sha256: str, *, before: int) -> bool:
    """Take an original that no tap names out of the way, its row with it; False when an upload has just come for it.

    The row goes first: an upload that finds the file gone waits for this, and then writes both anew."""
    with apart(writes=True) as session:
        session.execute(sa.delete(Original).where(Original.sha256 == sha256))
        done = _store().set_aside(sha256, before)
        if not done:
            session.rollback()
        return done


def sweep(before: int) -> int:
    """Delete what uploads that were cut short before an instant left behind."""
    return _store().sweep(before)


def _note_undecodable(sha256: str) -> None:
    with apart(writes=True) as session:
        rows = sa.update(Original).where(Original.sha256 == sha256, Original.undecodable.is_not(True))
        session.execute(rows.values(undecodable=True))


def original(sha256: str) -> BinaryIO:
    """The untouched bytes."""
    return _store().open(sha256)
