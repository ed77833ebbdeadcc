"""A tap's payload out of the form that a phone sends: fields, the pressed button's choice, nested parts. Pure."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fieldapp.visits.kinds import BOOLS, INTS, KINDS, LISTS, MAIN_FIELD, TIMES, canonical

PAYLOAD_LIMIT = 64 * 1024  # bytes of the canonical payload; nobody types more on a phone
# Fields of the request that belong to the tap itself or to the form, never to its payload.
ENVELOPE = frozenset({"press", "into", "kind", "v", "visit", "person", "device", "seq", "csrf_token", *TIMES})
_NESTED = {"interview": ("answers.", "answers"), "correct": ("to.", "payload")}
_ANSWERS = "answers."  # within a correction: those of an interview, which it replaces as a whole
_INTEGER = re.compile(r"-?[0-9]{1,15}", re.ASCII)
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")  # neither database stores a NUL or half a surrogate pair
_TRUE = frozenset({"yes", "true", "1", "on"})
_FALSE = frozenset({"no", "false", "0", "off"})


def press(value: str) -> tuple[UUID, str]:
    """A button's value `<uuid>:<choice>`: every button carries the id of the tap it would make."""
    head, _, choice = value.partition(":")
    try:
        return UUID(head), choice
    except ValueError:
        raise ValueError("malformed") from None


def payload_of(kind: str, form: Mapping[str, list[str] | str]) -> dict[str, Any]:
    """The payload in the form's fields; a field this version does not know is kept as it came.

    Nested parts have dotted names: an interview's `answers.<key>`, a correction's `to.<field>` and
    `to.answers.<key>`. Empty fields are left out, so that an optional field left alone equals a form without it.
    The button's choice fills the kind's main field, or of a correction the `to.<field>` that `into` names. Of an
    unknown kind everything is kept raw, the choice as `choice`.
    """
    fields = {name: [raw] if isinstance(raw, str) else list(raw) for name, raw in form.items()}
    if any(_UNKEEPABLE.search(text) for name, values in fields.items() for text in (name, *values)):
        raise ValueError("malformed")
    choice = press(fields["press"][0])[1] if fields.get("press") else ""
    into = [name for name in fields.get("into", []) if kind == "correct" and name.startswith("to.")]
    fields = {name: values for name, values in fields.items() if name not in ENVELOPE}
    if choice:
        fields[into[0] if into else MAIN_FIELD.get(kind, "choice")] = [choice]
    payload = (
        _known(kind, fields) if kind in KINDS else {n: _one_or_all(values) for n, values in fields.items()}
    )
    if len(canonical(payload)) > PAYLOAD_LIMIT:
        raise ValueError("malformed")
    return payload


def _known(kind: str, fields: Mapping[str, list[str]]) -> dict[str, Any]:
    prefix, nest = _NESTED.get(kind, ("", ""))
    payload: dict[str, Any] = {}
    nested: dict[str, Any] = {}
    for name, raw in fields.items():
        values = [text for text in raw if text.strip()]
        inner = bool(prefix) and name.startswith(prefix)
        key = name.removeprefix(prefix) if inner else name
        if values and inner and kind == "correct" and key.startswith(_ANSWERS):
            nested.setdefault("answers", {})[key.removeprefix(_ANSWERS)] = _one_or_all(values)
        elif values:
            (nested if inner else payload)[key] = _typed(kind, key, values)
    if nested:
        payload[nest] = nested
    return payload


def _typed(kind: str, name: str, values: list[str]) -> Any:
    if name in LISTS and kind != "handin":
        return list(values)
    return _one_or_all([_scalar(kind, name, text) for text in values])


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _scalar(kind: str, name: str, text: str) -> Any:
    """A number or a truth where the field is one and the text can be read so, else the text as it came."""
    plain = text.strip().lower()
    if kind == "interview":
        return text
    if name in INTS or (kind, name) == ("handin", "photos"):
        return int(plain) if _INTEGER.fullmatch(plain) else text
    if name in BOOLS and plain in _TRUE | _FALSE:
        return plain in _TRUE
    return text
