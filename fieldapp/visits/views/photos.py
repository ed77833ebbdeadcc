"""Photos of a visit, as images only, to whoever may see the visit; never cacheable by anyone else."""

from typing import Any
from uuid import UUID

from flask import Response, send_file

from fieldapp.access.permissions import Permission
from fieldapp.errors import NotVisible
from fieldapp.evidence import actions as evidence
from fieldapp.visits import queries
from fieldapp.visits.views import pages
from fieldapp.web.guard import needs

IMAGE_CSP = "default-src 'none'; sandbox"


@pages.get("/n/<uuid:visit_id>/pictures/<uuid:tap_id>/<any(thumb, view):size>")
@needs(Permission.READ_VISITS)
def photo(visit_id: UUID, tap_id: UUID, size: str) -> Any:
    """An upright JPEG copy without metadata, made at first look; the original is never shown inline."""
    row = queries.photo_row(visit_id, tap_id)
    copy = evidence.copy_of(str(row.file_sha256), size)
    if copy is None:
        raise NotVisible
    response: Response = send_file(copy, mimetype="image/jpeg", max_age=0, etag=False, conditional=False)
    response.headers["Content-Security-Policy"] = IMAGE_CSP
    response.headers["Cache-Control"] = "private, no-store"
    response.last_modified = None
    return response


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
