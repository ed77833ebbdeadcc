"""Photos of a closing, in and out: a request's or a signer's page, a verification's, those of the frozen record."""

from typing import Any
from uuid import UUID

from flask import Response, request, send_file

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.closing import queries
from fieldapp.closing.views import pages
from fieldapp.errors import NotVisible, RuleBroken
from fieldapp.evidence import actions as evidence
from fieldapp.evidence.originals import Refused
from fieldapp.web.guard import needs

IMAGE_CSP = "default-src 'none'; sandbox"


def kept(name: str) -> list[str]:
    """What was chosen in a field, on disk and with its row; what is no photo is told beside the field. Called first in
    the transaction, so that a slow disk holds no lock."""
    chosen = [file for file in request.files.getlist(name) if file.filename]
    try:
        return [evidence.keep(file.stream, at=clock.now()).sha256 for file in chosen]
    except Refused as refused:
        raise RuleBroken(refused.sentence, name) from None


@pages.get("/problems/<uuid:problem_id>/closure/pictures/<string:sha256>/<any(thumb, view):size>")
@needs(P.READ_CLOSINGS)
def picture(problem_id: UUID, sha256: str, size: str) -> Any:
    """An upright copy without metadata."""
    copy = evidence.copy_of(sha256, size) if sha256 in queries.pictures(problem_id) else None
    if copy is None:
        raise NotVisible
    response: Response = send_file(copy, mimetype="image/jpeg", max_age=0, etag=False, conditional=False)
    response.headers["Content-Security-Policy"] = IMAGE_CSP
    response.headers["Cache-Control"] = "private, no-store"
    response.last_modified = None
    return response
