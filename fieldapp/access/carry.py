"""What was typed into a form whose login had expired: sealed to the person and the address, shown again after
login and never executed by itself. A tap keeps the instant at which it first arrived (data.md, Logins)."""

import json
from dataclasses import dataclass
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app, request

LIMIT = 200_000  # characters of form text; more than any form of ours holds
LIFETIME_S = 7 * 24 * 3600
SECRET = ("old", "password")  # the names of password fields; a test finds every one on the pages


@dataclass(frozen=True)
class Carried:
    """The fields of a post that could not be taken, when it came, and what of it has to be given once more."""

    path: str
    fields: tuple[tuple[str, str], ...]
    at: int
    left_out: tuple[str, ...]


def _box() -> Fernet:
    return Fernet(current_app.extensions["keys"].carry)


def seal(path: str, fields: list[tuple[str, str]], person_id: UUID | None, at: int) -> str:
    """A token for the login form; empty when nobody is known or the form is too large."""
    kept = [(name, value) for name, value in fields if name not in (*SECRET, "_again")]
    content = json.dumps([path, kept, str(person_id), at, left_out()], ensure_ascii=False)
    return _box().encrypt(content.encode()).decode() if person_id and len(content) < LIMIT else ""


def left_out() -> tuple[str, ...]:
    """What of the running post cannot ride along: `password`, `file`."""
    secret = any(request.form.get(name) for name in SECRET)
    files = any(upload.filename for upload in request.files.values())
    return ("password",) * secret + ("file",) * files


def unseal(token: str, person_id: UUID) -> Carried | None:
    """The fields, if this person sent them."""
    try:
        path, fields, owner, at, without = json.loads(_box().decrypt(token.encode(), ttl=LIFETIME_S))
    except (InvalidToken, ValueError):
        return None
    if owner != str(person_id):
        return None
    return Carried(path, tuple((name, value) for name, value in fields), at, tuple(without))
