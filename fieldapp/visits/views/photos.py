"""Photos of a visit, as images only, to whoever may see the visit; never cacheable by anyone else."""

from typing import Any
from uuid import UUID

from flask import Response, send_file

from fieldapp.access.permissions import Permission
from fieldapp.evidence import actions as evidence
from fieldapp.evidence.images import image
from fieldapp.visits import queries
from fieldapp.visits.views import pages
from fieldapp.web.guard import needs


@pages.get("/n/<uuid:visit_id>/pictures/<uuid:tap_id>/<any(thumb, view):size>")
@needs(Permission.READ_VISITS)
def photo(visit_id: UUID, tap_id: UUID, size: str) -> Any:
    """The copy for looking at."""
    return image(str(queries.photo_row(visit_id, tap_id).file_sha256), size)


@pages.get("/n/<uuid:visit_id>/pictures/<uuid:tap_id>/original")
@needs(Permission.READ_VISITS)
def original(visit_id: UUID, tap_id: UUID) -> Any:
    """The untouched bytes as a download named by their hash."""
    row = queries.photo_row(visit_id, tap_id)
    stream = evidence.original(str(row.file_sha256))
    name = f"{str(row.file_sha256)[:16]}.bin"
    response: Response = send_file(
        stream, mimetype="application/octet-stream", as_attachment=True, download_name=name
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response
