"""Photos of a closing, in and out: a request's or a signer's page, a verification's, those of the frozen record."""

from typing import Any
from uuid import UUID

from flask import request

from fieldapp.access.permissions import Permission as P
from fieldapp.closing import queries
from fieldapp.closing.views import pages
from fieldapp.errors import NotVisible
from fieldapp.evidence.images import image
from fieldapp.evidence.uploads import keep_all_beside
from fieldapp.web.guard import needs


def kept(field: Any) -> list[str]:
    """What was chosen in a field, on disk and with its row; what is no photo is told beside the field. Called first in
    the transaction and before any savepoint, so that a slow disk holds no lock."""
    chosen = [file.stream for file in request.files.getlist(field.name) if file.filename]
    return keep_all_beside(field, chosen)


@pages.get("/problems/<uuid:problem_id>/closure/pictures/<string:sha256>/<any(thumb, view):size>")
@needs(P.READ_CLOSINGS)
def picture(problem_id: UUID, sha256: str, size: str) -> Any:
    """An upright copy without metadata."""
    if sha256 not in queries.pictures(problem_id):
        raise NotVisible
    return image(sha256, size)
