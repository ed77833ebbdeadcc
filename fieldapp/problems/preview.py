"""The parsed rows between preview and confirmation: sealed in the page, so that nothing half-imported is stored."""

import json
import zlib
from dataclasses import asdict
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app

from fieldapp.errors import RuleBroken
from fieldapp.problems.sheet import CellError, Row, Sheet

LIFETIME_S = 3600


def taken_errors(found: Sheet, taken: set[str]) -> list[CellError]:
    """The cells whose number the county has used."""
    column = next((each for each in found.recognised if each.field == "number"), None)
    place = (column.letter, column.heading) if column else ("", "编号")
    sentence = "这个编号已经用过，换一个"
    return [CellError(row.place, *place, row.number, sentence) for row in found.rows if row.number in taken]


def seal(rows: tuple[Row, ...], inspection_id: UUID, person_id: UUID) -> str:
    """A token that holds the rows for this person and inspection."""
    content = json.dumps(
        [str(inspection_id), str(person_id), [asdict(row) for row in rows]], ensure_ascii=False
    )
    return (
        _box().encrypt(zlib.compress(content.encode())).decode()
    )  # a full sheet must pass as a form's field


def unseal(token: str, person_id: UUID) -> tuple[UUID, tuple[Row, ...]]:
    """What was previewed; raises RuleBroken when it is not this person's or too old."""
    try:
        inspection, person, rows = json.loads(zlib.decompress(_box().decrypt(token.encode(), ttl=LIFETIME_S)))
    except (InvalidToken, ValueError):
        raise RuleBroken("预览过期了，重新读一次表", "file") from None
    if person != str(person_id):
        raise RuleBroken("预览过期了，重新读一次表", "file")
    made = [{**row, "criteria": tuple(row["criteria"]), "measures": tuple(row["measures"])} for row in rows]
    return UUID(inspection), tuple(Row(**row) for row in made)


def _box() -> Fernet:
    return Fernet(current_app.extensions["keys"].carry)
