"""A photo that comes with a desk's form, or with a unit's."""

from typing import IO, Any

from fieldapp import clock
from fieldapp.evidence.actions import keep
from fieldapp.evidence.originals import Refused


def keep_beside(field: Any, stream: IO[bytes] | None) -> str | None:
    """Its sum, None without one; a refusal stands beside the field. To be called first in `db.keeping()`: the bytes are
    on disk before the write transaction begins."""
    if stream is None:
        return None
    try:
        return keep(stream, at=clock.now()).sha256
    except Refused as refused:
        field.errors = [*field.errors, refused.sentence]
        return None
