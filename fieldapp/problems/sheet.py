"""One plain checklist sheet: from its cells to rows that can be taken over, or to errors cell by cell.

All or nothing: whoever imports asks `may_be_imported` first. Messy ledgers are another matter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from fieldapp.deadlines.limits import Unit
from fieldapp.errors import RuleBroken
from fieldapp.problems.blank_sheet import EXAMPLE, EXAMPLE_TEXT, template_xlsx
from fieldapp.problems.cells import OPTIONAL, READERS, read_limit, shown
from fieldapp.problems.columns import NAMES, REQUIRED, field_of, letter
from fieldapp.problems.grid import LIMITS, Cell, Grid, Limits, read_pasted
from fieldapp.problems.marking import marking_in, marking_named, marking_printed
from fieldapp.problems.workbook import read_xlsx

__all__ = ["EXAMPLE_TEXT", "LIMITS", "CellError", "Column", "Grid", "Limits", "Row", "Sheet"]
__all__ += ["parse", "read_pasted", "read_xlsx", "template_xlsx"]

_HEADER_WITHIN = 10


@dataclass(frozen=True)
class Row:
    """A problem as the sheet asks for it; severity and verification are the office's words."""

    place: int  # the sheet's row number
    number: str
    text: str
    short_name: str
    severity: str
    criteria: tuple[str, ...]
    verification: str
    department: str
    person: str
    measures: tuple[str, ...]
    limit: str
    visits_needed: int = 1


class CellError(NamedTuple):
    """What is wrong where; a sheet as a whole has column_letter ''."""

    row: int
    column_letter: str
    column_name: str
    value: str
    sentence: str


class Column(NamedTuple):
    """A column of the sheet; field is '' when its heading says nothing to us."""

    at: int
    heading: str
    field: str = ""

    @property
    def letter(self) -> str:
        return letter(self.at)


Columns = tuple[Column, ...]
Readers = Mapping[str, Callable[[Cell], Any]]


@dataclass(frozen=True)
class Sheet:
    """What was read. A secrecy marking leaves only `stopped`, the sentence that says so."""

    rows: tuple[Row, ...] = ()
    errors: tuple[CellError, ...] = ()
    recognised: Columns = ()
    unrecognised: Columns = ()
    notes: tuple[str, ...] = ()
    stopped: str = ""

    @property
    def lacking(self) -> tuple[str, ...]:
        """The optional columns that the sheet does not have, as people call them."""
        have = {column.field for column in self.recognised}
        return tuple(NAMES[field] for field in OPTIONAL if field not in have)

    @property
    def may_be_imported(self) -> bool:
        return bool(self.rows) and not self.errors and not self.stopped


def parse(grid: Grid, bare_day: Unit | None = None) -> Sheet:
    """Rows, errors and columns of a sheet; a secrecy marking anywhere stops it."""
    header, columns = _header(grid)
    if marked := _marked(grid, header, columns):
        return Sheet(stopped=marked)
    recognised, unrecognised, errors = _sort_out(header, columns)
    errors += _missing(header, columns, recognised)
    rows: list[Row] = []
    if not errors:
        readers: Readers = {**READERS, "limit": partial(read_limit, bare_day=bare_day)}
        rows, errors = _rows(grid, header, recognised, readers)
    return Sheet(tuple(rows), tuple(errors), recognised, unrecognised, grid.notes)


def _marked(grid: Grid, header: int, columns: list[Column]) -> str:
    for index, cells in enumerate(grid.rows):
        for at, cell in enumerate(cells):
            if isinstance(cell, str) and (marking := marking_in(cell)):
                return _stop(f"第 {index + 1} 行（{letter(at)}{index + 1}）", marking)
    for column in (c for c in columns if c.field == "marking"):
        for index in range(header + 1, len(grid.rows)):
            if marking := marking_named(str(grid.at(index, column.at))):
                return _stop(f"第 {index + 1} 行（{column.letter}{index + 1}）", marking)
    if marking := marking_in(grid.name):
        return _stop("表的名字", marking)
    for text in grid.printed:
        if marking := marking_printed(text):
            return _stop("表的页眉或页脚", marking)
    return ""


def _stop(where: str, marking: str) -> str:
    return f"{where}标着“{marking}”。本系统为非涉密系统，不能存放涉密内容；这份表没有导入，也没有留下内容。"


def _header(grid: Grid) -> tuple[int, list[Column]]:
    """The row among the first that names most fields, and the fields; -1 when none names any."""
    heads = [_headings(row) for row in grid.rows[:_HEADER_WITHIN]]
    counts = [len({column.field for column in head} - {""}) for head in heads]
    if not any(counts):
        return -1, []
    header = counts.index(max(counts))
    while header + 1 < len(heads) and heads[header + 1] == heads[header]:
        header += 1  # headings merged over two rows
    return header, heads[header]


def _headings(row: tuple[Cell, ...]) -> list[Column]:
    texts = [(index, str(cell).strip()) for index, cell in enumerate(row)]
    return [Column(index, text, (field_of(text) or ("",))[0]) for index, text in texts if text]


def _sort_out(header: int, columns: list[Column]) -> tuple[Columns, Columns, list[CellError]]:
    """Each field's column; of two headings for one field the better-known counts, of two alike neither."""
    best: dict[str, Column] = {}
    errors: list[CellError] = []
    for column in (c for c in columns if c.field):
        rival = best.setdefault(column.field, column)
        if rival is not column and _rank(column) == _rank(rival):
            sentence = f"{rival.letter} 列和 {column.letter} 列是同一项，只留一列"
            errors.append(CellError(header + 1, column.letter, column.heading, column.heading, sentence))
        elif _rank(column) < _rank(rival):
            best[column.field] = column
    recognised = tuple(c for c in columns if best.get(c.field) is c)
    return recognised, tuple(c for c in columns if c not in recognised), errors


def _rank(column: Column) -> int:
    found = field_of(column.heading)
    return found[1] if found else 0


def _missing(header: int, columns: list[Column], recognised: Columns) -> list[CellError]:
    have = {column.field for column in recognised}
    lacking = "、".join(NAMES[field] for field in REQUIRED if field not in have)
    if not lacking:
        return []
    seen, other = ("、".join(c.heading for c in columns if bool(c.field) is known) for known in (True, False))
    found = f"找到的列：{seen}" if seen else f"前 {_HEADER_WITHIN} 行里没有找到表头"
    found += f"；不认得的列：{other}" if seen and other else ""
    return [CellError(max(header, 0) + 1, "", "", "", f"缺这些列：{lacking}。{found}")]


def _rows(grid: Grid, header: int, columns: Columns, readers: Readers) -> tuple[list[Row], list[CellError]]:
    rows: list[Row] = []
    errors: list[CellError] = []
    numbers: dict[str, int] = {}
    for index in range(header + 1, len(grid.rows)):
        if _is_blank(grid, index, columns):
            continue
        values, wrong = _row(grid, index, columns, readers)
        wrong += _doubled(index, values.get("number"), columns, numbers)
        errors += wrong
        if not wrong:
            rows.append(Row(place=index + 1, **values))
    if not rows and not errors:
        errors.append(CellError(header + 2, "", "", "", "表头下面没有问题"))
    return rows, errors


def _is_blank(grid: Grid, index: int, columns: Columns) -> bool:
    """Nothing in the columns that count, or the example that the template came with."""
    places = [(index, column.at) for column in columns]
    if any(column.field == "number" and grid.at(index, column.at) == EXAMPLE for column in columns):
        return True
    return not any(place in grid.broken or str(grid.at(*place)).strip() for place in places)


def _row(
    grid: Grid, index: int, columns: Columns, readers: Readers
) -> tuple[dict[str, Any], list[CellError]]:
    values: dict[str, Any] = {field: read("") for field, read in OPTIONAL.items()}
    errors: list[CellError] = []
    for column in (c for c in columns if c.field in readers):
        cell = grid.at(index, column.at)
        try:
            if broken := grid.broken.get((index, column.at)):
                raise RuleBroken(broken)
            values[column.field] = readers[column.field](cell)
        except RuleBroken as error:
            errors.append(_error(index, column, shown(cell), error.sentence))
    return values, errors


def _error(index: int, column: Column, value: str, sentence: str) -> CellError:
    return CellError(index + 1, column.letter, column.heading, value[:60], sentence)


def _doubled(index: int, number: str | None, columns: Columns, seen: dict[str, int]) -> list[CellError]:
    if number is None:
        return []
    first = seen.setdefault(number, index)
    if first == index:
        return []
    column = next(column for column in columns if column.field == "number")
    return [_error(index, column, number, f"编号 {number} 在第 {first + 1} 行已经有了")]
