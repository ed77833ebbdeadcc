"""What the XML parts of an .xlsx hold, counted before any of it is built up in memory."""

import re
from collections import Counter
from collections.abc import Callable
from xml.parsers import expat

from fieldapp.errors import RuleBroken
from fieldapp.problems.columns import letter
from fieldapp.problems.grid import Limits, Place

_PRINTED = tuple(f"{which}{end}" for which in ("odd", "even", "first") for end in ("Header", "Footer"))
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_EXCEL_ROWS = 1_048_576
_STRINGS = 200_000


def damaged() -> RuleBroken:
    """The sentence for whatever a spreadsheet program would not have written."""
    return RuleBroken("文件打不开，可能已损坏；用 WPS 或 Excel 另存为 .xlsx 再上传", field="file")


class FoundCell(Exception):
    """Ends the reading of a sheet of which only has to be known whether it holds anything."""


def walk(xml: bytes, start: Callable[[str, dict[str, str]], None], end: Callable[[str, str], None]) -> None:
    """Call start(name, attributes) and end(name, text) for each element, names without prefix.

    A document type is refused: no spreadsheet writes one, and entities multiply. What a handler cannot make
    sense of counts as damage too."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    texts: list[str] = []

    def open_(name: str, attributes: dict[str, str]) -> None:
        texts.clear()
        start(name.rpartition(":")[2], attributes)

    def close(name: str) -> None:
        end(name.rpartition(":")[2], "".join(texts))
        texts.clear()

    def doctype(*_: object) -> None:
        raise damaged()

    parser.StartElementHandler = open_
    parser.EndElementHandler = close
    parser.CharacterDataHandler = texts.append
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise damaged() from error


class SheetPart:
    """One worksheet: where its cells lie, which have no value, how much text they refer to."""

    def __init__(self, limits: Limits, only_first: bool = False) -> None:
        self.limits = limits
        self.only_first = only_first
        self.broken: dict[Place, str] = {}
        self.printed: list[str] = []
        self.shared: Counter[int] = Counter()  # shared string -> cells that show it
        self.characters = 0
        self.merges = 0
        self._row = self._column = -1
        self._kind = ""
        self._formula = self._filled = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
            if self._row >= _EXCEL_ROWS:
                raise damaged()
        elif name == "c":
            self._place(attributes.get("r", ""))
            self._kind = attributes.get("t", "")
            self._formula = self._filled = False
        elif name == "f":
            self._formula = True
        elif name == "mergeCell":
            self.merges += 1
            if self.merges > self.limits.rows:
                raise RuleBroken("表里合并的单元格太多，取消合并再上传", field="file")

    def _place(self, reference: str) -> None:
        """A cell may leave out where it stands; then it is the next one."""
        self._column += 1
        if not reference:
            return
        found = _REFERENCE.fullmatch(reference)
        if not found:
            raise damaged()
        self._row = int(found[2]) - 1
        self._column = -1
        for sign in found[1]:
            self._column = (self._column + 1) * 26 + ord(sign) - ord("A")

    def end(self, name: str, text: str) -> None:
        if name in ("v", "t") and text:
            self._fill(name, text)
        elif name == "c":
            self._close()
        elif name in _PRINTED:
            self.printed.append(text)

    def _fill(self, name: str, text: str) -> None:
        if self.only_first:
            raise FoundCell
        if self._row >= self.limits.rows or self._column >= self.limits.columns:
            raise self._too_far()
        self._filled = True
        if name == "v" and self._kind == "s":
            self.shared[int(text)] += 1
        else:
            self.characters += len(text)

    def _close(self) -> None:
        if self._kind == "e":
            self.broken[self._row, self._column] = "公式算出的是错误值，改好公式或直接填值"
        elif self._formula and not self._filled and self._kind != "str":  # a formula may well give ''
            self.broken[self._row, self._column] = "公式没有算出的值，用 WPS 或 Excel 保存一次，或直接填值"

    def _too_far(self) -> RuleBroken:
        rows, columns = self.limits.rows, self.limits.columns
        here = f"{letter(self._column)}{self._row + 1}"
        return RuleBroken(
            f"{here} 有内容。一次最多导入 {rows} 行、{columns} 列，多的分几次导入，用不到的删掉", field="file"
        )


def string_lengths(xml: bytes) -> list[int]:
    """The length of each shared string."""
    lengths: list[int] = []

    def start(name: str, _: dict[str, str]) -> None:
        if name == "si":
            lengths.append(0)
            if len(lengths) > _STRINGS:
                raise RuleBroken("文件里的文字太多，只留要导入的表再上传", field="file")

    def end(name: str, text: str) -> None:
        if name == "t" and lengths:
            lengths[-1] += len(text)

    walk(xml, start, end)
    return lengths


def sheet_targets(workbook: bytes, relations: bytes) -> dict[str, str]:
    """Sheet name -> part of the zip, in the workbook's order."""
    ids: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            by_local_name = {key.rpartition(":")[2]: value for key, value in attributes.items()}
            ids[attributes["name"]] = by_local_name["id"]

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            target = attributes["Target"]
            targets[attributes["Id"]] = target[1:] if target.startswith("/") else f"xl/{target}"

    def nothing(*_: object) -> None:
        """Ends carry no text here."""

    walk(workbook, sheet, nothing)
    walk(relations, relation, nothing)
    return {name: targets[identifier] for name, identifier in ids.items() if identifier in targets}
