"""A sheet with wrong cells, on its way through the page: its rows as text, and the cells that are typed again.

Only the text travels, so a file need not be chosen anew; what a cell was wrong for must still be wrong as text."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from fieldapp.errors import RuleBroken
from fieldapp.problems.cells import read_limit, shown
from fieldapp.problems.columns import SEVERITIES, WAYS
from fieldapp.problems.grid import Cell, Grid, Place
from fieldapp.problems.sheet import CellError, Sheet

ROOM = 1024 * 1024  # bytes of text that one form carries safely
MOST = 100  # cells typed again at a time: a form has a limited number of fields
_CHOICES = {"severity": SEVERITIES, "verification": WAYS}
_FIX = re.compile(r"fix-([1-9][0-9]{0,4})-([A-Z]{1,2})")


@dataclass(frozen=True)
class Mend:
    """One wrong cell as the page asks for it again; `name` is empty where the whole sheet is wrong."""

    error: CellError
    name: str = ""
    was: str = ""
    choices: tuple[str, ...] = ()


def mends(grid: Grid, found: Sheet, errors: Iterable[CellError]) -> list[Mend]:
    """What has to be typed again, in the order of the sheet."""
    by_letter = {column.letter: column for column in found.recognised}
    asked: list[Mend] = []
    for error in sorted(errors, key=lambda each: each.row):
        column = by_letter.get(error.column_letter)
        if column is None or error.row > len(grid.rows):
            asked.append(Mend(error))
            continue
        was = _text(grid, (error.row - 1, column.at), is_wrong=True)
        name = f"fix-{error.row}-{error.column_letter}"
        asked.append(Mend(error, name, was, _CHOICES.get(column.field, ())))
    return asked


def carried(grid: Grid, found: Sheet, errors: Iterable[CellError]) -> str:
    """The sheet as rows to paste, each in its place; empty when that is too much for a form."""
    wrong = {(error.row, error.column_letter) for error in errors}
    letters = {column.at: column.letter for column in found.recognised}
    limits = {column.at for column in found.recognised if column.field == "limit"}
    lines = []
    for index, cells in enumerate(grid.rows):
        texts = [
            _text(grid, (index, at), (index + 1, letters.get(at, "")) in wrong, at in limits)
            for at in range(len(cells))
        ]
        lines.append("\t".join(_quoted(text) for text in texts))
    text = "\n".join(lines)
    return text if len(text.encode()) <= ROOM else ""


def _text(grid: Grid, place: Place, is_wrong: bool, is_limit: bool = False) -> str:
    cell = grid.at(*place)
    if is_wrong and (place in grid.broken or isinstance(cell, date | time | timedelta | bool)):
        return ""  # a number that became a date would pass as text
    return _as_limit(cell) if is_limit and not is_wrong else shown(cell)


def _as_limit(cell: Cell) -> str:
    if not isinstance(cell, int | float):
        return shown(cell)
    try:
        return read_limit(cell)  # a date that lost its format
    except RuleBroken:
        return shown(cell)


def _quoted(text: str) -> str:
    if "\n" in text or "\t" in text or text.startswith('"'):
        return '"' + text.replace('"', '""') + '"'
    return text


def mended(grid: Grid, typed: Mapping[str, str]) -> Grid:
    """The rows with what was typed again; a cell that is no longer what the page showed stays as it is."""
    rows = [list(cells) for cells in grid.rows]
    for name, new in typed.items():
        place = _place(name)
        if place is None or not new.strip() or place[0] >= len(rows):
            continue
        row, column = place
        if shown(grid.at(row, column)) == shown(typed.get(name.replace("fix", "was"), "")):
            rows[row] += [""] * (column + 1 - len(rows[row]))
            rows[row][column] = new
    return replace(grid, rows=tuple(tuple(cells) for cells in rows))


def _place(name: str) -> Place | None:
    found = _FIX.fullmatch(name)
    if found is None:
        return None
    column = 0
    for sign in found[2]:
        column = column * 26 + ord(sign) - ord("A") + 1
    return int(found[1]) - 1, column - 1
