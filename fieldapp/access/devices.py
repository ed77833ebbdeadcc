"""Devices on which somebody has logged in before. Their failures are counted apart, so that a stranger who tries a
name slows down strangers and never an inspector in the middle of a visit."""

import json

from cryptography.fernet import Fernet, InvalidToken
from flask import Response, current_app, request

from fieldapp import ids
from fieldapp.access import passwords
from fieldapp.access.sessions import cookie_name, set_cookie

LIFETIME_S = 3 * 365 * 86400
MOST_NAMES = 8  # on a shared phone


def _box() -> Fernet:
    return Fernet(current_app.extensions["keys"].carry)


def _known() -> tuple[str, list[str]]:
    """The device's secret, and the hashed names that have logged in on it, oldest first."""
    try:
        device, names = json.loads(_box().decrypt(request.cookies.get(cookie_name("known"), ""), LIFETIME_S))
    except (InvalidToken, ValueError, TypeError):
        return "", []
    return str(device), [str(name) for name in names]


def known_for(username: str) -> str:
    """The device's secret if this name has logged in on it; else empty."""
    device, names = _known()
    return device if passwords.name_hash(username) in names else ""


def remember(response: Response, username: str) -> None:
    """Let the device know that this name has logged in on it."""
    device, names = _known()
    name = passwords.name_hash(username)
    kept = [*(each for each in names if each != name), name][-MOST_NAMES:]
    token = _box().encrypt(json.dumps([device or ids.new_token(), kept]).encode()).decode()
    set_cookie(response, "known", token, LIFETIME_S)
