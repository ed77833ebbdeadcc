"""A tap's request that did not come through the door: out of an exported file, or out of quarantine. Read and taken
in as the door does it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from fieldapp.evidence import actions as evidence
from fieldapp.evidence.originals import Empty
from fieldapp.visits import projecting, taps

Form = Mapping[str, list[str]]


@dataclass(frozen=True)
class Kept:
    """A request that can be read as a tap. `file` says of a photo's bytes what the store would."""

    sent: taps.Sent
    form: Form
    upload: FileStorage | None
    file: dict[str, Any] | None


def read(body: bytes, content_type: str) -> Kept:
    """Raises ValueError when it is no tap."""
    kind, options = parse_options_header(content_type)
    try:
        parser = FormDataParser(max_form_memory_size=None, silent=False)
        _, fields, files = parser.parse(BytesIO(body), kind, len(body), options)
    except HTTPException as error:
        raise ValueError("malformed") from error
    form = fields.to_dict(flat=False)
    sent = taps.read(form)
    uploads = [each for _, each in files.items(multi=True) if each.filename]
    if len(uploads) > 1:
        raise ValueError("malformed")
    upload = uploads[0] if uploads else None
    return Kept(sent, form, upload, _told(upload) if upload else None)


def _told(upload: FileStorage) -> dict[str, Any]:
    digest = hashlib.file_digest(upload.stream, "sha256").hexdigest()  # type: ignore[arg-type]
    size = upload.stream.tell()
    upload.stream.seek(0)
    return {"sha256": digest, "size": size, "name": (upload.filename or "")[-120:]}


def keep_photo(kept: Kept, *, at: int) -> dict[str, Any] | None:
    """Put its bytes among the originals; raises originals.Refused as at the door."""
    if kept.upload is None or kept.file is None:
        if kept.sent.kind == "photo":
            raise Empty("没有照片")
        return None
    stored = evidence.keep(kept.upload.stream, at=at)
    return {"sha256": stored.sha256, "size": stored.size, "name": kept.file["name"]}


def follow(sent: taps.Sent, *, visit: UUID, person: UUID, at: int) -> None:
    """What a tap that was taken in moves; a failure here costs no tap."""
    if projecting.concerns(visit, sent.kind):
        projecting.project(visit, sent.kind, sent.payload, person, at)


def written(form: Form) -> str:
    """The fields as the quarantine keeps them."""
    return json.dumps({name: list(values) for name, values in form.items()}, ensure_ascii=False)
