"""Which answers a phone may keep, sealed (the exception to ASVS 14.3.3: decision 0027)."""

from flask import Response

from fieldapp.web.viewer import viewer


def keep_on_phone(response: Response) -> Response:
    """Mark an answer for keeping by the person it was made for; anybody else's phone does not keep it."""
    response.headers["X-Keep-On-Phone"] = str(viewer().person_id)
    return response
