"""Photos of a closing, in and out: a request's or a signer's page, a verification's, those of the frozen record."""

from typing import Any
from uuid import UUID

from flask import request

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.closing import queries
from fieldapp.closing.views import pages
from fieldapp.errors import NotVisible, RuleBroken
from fieldapp.evidence import actions as evidence
from fieldapp.evidence.images import image
from fieldapp.evidence.originals import Refused
from fieldapp.web.guard import needs


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
    if sha256 not in queries.pictures(problem_id):
        raise NotVisible
    return image(sha256, size)
