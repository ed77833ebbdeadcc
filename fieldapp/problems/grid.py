"""The cells of one sheet, wherever they came from, and the reading of rows pasted from WPS or Excel."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from fieldapp.errors import RuleBroken

Cell = str | int | float | bool | date | time | timedelta  # a datetime is a date
Place = tuple[int, int]  # row and column, from 0
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What a sheet may be at most; more is refused before it is parsed."""

    file: int = 20 * MEGABYTE  # as uploaded
    entries: int = 200  # files inside the zip
    unpacked: int = 50 * MEGABYTE
    ratio: int = 200  # unpacked to packed; real sheets stay below 60
    rows: int = 2000
    columns: int = 100
    text: int = 5_000_000  # characters in all cells: one shared string may stand in every one of them


LIMITS = Limits()


@dataclass(frozen=True)
class Grid:
    """Rows from A1 on; an empty cell is ''."""

    rows: tuple[tuple[Cell, ...], ...]
    broken: Mapping[Place, str] = field(default_factory=dict)  # cells without a usable value, and why
    name: str = ""
    printed: tuple[str, ...] = ()  # the sheet's print headers and footers
    notes: tuple[str, ...] = ()  # for the preview

    def at(self, row: int, column: int) -> Cell:
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""


# On the clipboard a cell is quoted only for a line break, a tab or a quote within. One that merely begins
# with a quote ("一窗通办"没落实) is taken as it stands: csv's excel-tab dialect would drop its quotes.
_CELL = re.compile(r'"((?:[^"]|"")*+)"(?=[\t\n]|\Z)|([^\t\n]*+)')


def _cell(found: re.Match[str]) -> str:
    quoted, plain = found.groups()
    if quoted is None:
        return str(plain)
    needed = not quoted or any(mark in quoted for mark in ("\n", "\t", '""'))
    return str(quoted).replace('""', '"') if needed else found[0]


def read_pasted(text: str, limits: Limits = LIMITS) -> Grid:
    """Rows as WPS and Excel put them on the clipboard: tabs between cells, a line a row."""
    if len(text) > limits.text:
        raise RuleBroken("粘贴的内容太多，分几次粘贴", field="pasted")
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    rows: list[tuple[Cell, ...]] = []
    cells: list[Cell] = []
    place = 0
    while place <= len(text):
        found = _CELL.match(text, place)
        assert found, "the plain branch matches the empty string"
        cells.append(_cell(found))
        place = found.end() + 1
        if text[found.end() : place] != "\t":
            rows.append(tuple(cells))
            cells = []
    return Grid(without_empty_end(rows, limits))


def without_empty_end(rows: list[tuple[Cell, ...]], limits: Limits) -> tuple[tuple[Cell, ...], ...]:
    """The rows up to the last that holds anything."""
    while rows and not any(str(cell).strip() for cell in rows[-1]):
        rows.pop()
    if len(rows) > limits.rows:
        raise RuleBroken(f"表有 {len(rows)} 行，一次最多导入 {limits.rows} 行，分几次导入")
    return tuple(rows)
