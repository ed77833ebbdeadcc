"""A photo that comes with a desk's form, or with a unit's."""

from collections.abc import Collection
from typing import IO, Any

from fieldapp import clock
from fieldapp.evidence.actions import keep_all
from fieldapp.evidence.originals import Refused


def keep_beside(field: Any, stream: IO[bytes] | None) -> str | None:
    """Its sum, None without one; a refusal stands beside the field. To be called first in `db.keeping()`: the bytes are
    on disk before the write transaction begins."""
    return next(iter(keep_all_beside(field, [stream])), None) if stream is not None else None


def keep_all_beside(field: Any, streams: Collection[IO[bytes]]) -> list[str]:
    """The sums of several, in their order; none where one is refused."""
    try:
        return [stored.sha256 for stored in keep_all(streams, at=clock.now())]
    except Refused as refused:
        field.errors = [*field.errors, refused.sentence]
        return []
