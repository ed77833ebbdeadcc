"""Devices on which somebody has logged in before. Their failures are counted apart, so that a stranger who tries a
name slows down strangers and never an inspector in the middle of a visit."""

import hashlib
import hmac

from flask import Response, current_app, request

from fieldapp import ids
from fieldapp.access import passwords
from fieldapp.access.sessions import cookie_name, set_cookie

LIFETIME_S = 3 * 365 * 86400
MOST_NAMES = 8  # on a shared phone


def _signed(parts: list[str]) -> str:
    text = ".".join(parts)
    key = current_app.extensions["keys"].carry
    return f"{text}.{hmac.new(key, f'known:{text}'.encode(), hashlib.sha256).hexdigest()}"


def _known() -> list[str]:
    """The device's secret and the hashed names that have logged in on it, oldest first; empty when it has none."""
    told = request.cookies.get(cookie_name("known"), "")
    parts = told.split(".")[:-1]
    is_ours = len(parts) > 1 and hmac.compare_digest(told.encode(), _signed(parts).encode())
    return parts if is_ours else []


def known_for(username: str) -> str:
    """The device's secret if this name has logged in on it; else empty."""
    device, *names = _known() or [""]
    return device if passwords.name_hash(username) in names else ""


def remember(response: Response, username: str) -> None:
    """Let the device know that this name has logged in on it."""
    device, *names = _known() or [ids.new_token()]
    name = passwords.name_hash(username)
    kept = [*(each for each in names if each != name), name][-MOST_NAMES:]
    set_cookie(response, "known", _signed([device, *kept]), LIFETIME_S)
