"""A stored photo as an image, for a feature that has asked who may see it; never cacheable by anyone else."""

from flask import Response, send_file

from fieldapp.errors import NotVisible
from fieldapp.evidence import actions

IMAGE_CSP = "default-src 'none'; sandbox"


def image(sha256: str, size: str) -> Response:
    """An upright JPEG copy without metadata, made at first look; the original is never shown inline."""
    copy = actions.copy_of(sha256, size)
    if copy is None:
        raise NotVisible
    response: Response = send_file(
        copy, "image/jpeg", download_name="photo.jpg", etag=False, conditional=False
    )
    response.headers["Content-Security-Policy"] = IMAGE_CSP
    response.headers["Cache-Control"] = "private, no-store"
    for name in ("Last-Modified", "Expires"):  # when somebody first looked is nobody's to know
        response.headers.pop(name, None)
    return response
