"""Reading the first sheet of an .xlsx that somebody else made.

calamine lays a sheet out as a full rectangle and copies a shared string into every cell that shows it, so a
small file can ask for any amount of memory. Hence: the zip is weighed first, the few parts needed are
unpacked and counted, and calamine is given a new archive of just those. What it reads is what was checked.
"""

import zlib
from io import BytesIO
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from fieldapp.errors import RuleBroken
from fieldapp.problems.grid import LIMITS, MEGABYTE, Cell, Grid, Limits, without_empty_end
from fieldapp.problems.parts import FoundCell, SheetPart, damaged, sheet_targets, string_lengths, walk

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # old .xls, and the wrapper of an encrypted .xlsx
_ENCRYPTED = "文件加了密码，去掉密码再上传"
_NOT_XLSX = "这不是 .xlsx 文件，用 WPS 或 Excel 另存为 .xlsx 再上传"
_TOO_BIG = "文件展开后太大，只留要导入的表，去掉图片再上传"
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_ROOT = "_rels/.rels"
_ROOT_XML = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
 Target="xl/workbook.xml"/></Relationships>"""
_STRINGS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"


def read_xlsx(stream: IO[bytes], limits: Limits = LIMITS) -> Grid:
    """The first sheet that can be seen; others are named in the notes when they hold anything."""
    data = stream.read(limits.file + 1)
    if len(data) > limits.file:
        raise _refusal(f"文件超过 {limits.file // MEGABYTE} MB，去掉图片再上传")
    if data.startswith(_OLE):
        raise _refusal(_ENCRYPTED if "EncryptedPackage".encode("utf-16-le") in data else _NOT_XLSX)
    try:
        with ZipFile(BytesIO(data)) as archive:
            _weigh(archive, limits)
            return _read(_Unpacked(archive), limits)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise (damaged() if data.startswith(b"PK") else _refusal(_NOT_XLSX)) from error


def _refusal(sentence: str) -> RuleBroken:
    return RuleBroken(sentence, field="file")


def _weigh(archive: ZipFile, limits: Limits) -> None:
    entries = archive.infolist()
    if len(entries) > limits.entries:
        raise _refusal("文件里的图片或附件太多，只留要导入的表再上传")
    if any(entry.flag_bits & 1 for entry in entries):
        raise _refusal(_ENCRYPTED)
    if len({entry.filename for entry in entries}) < len(entries):
        raise damaged()
    if any(entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in entries):
        raise damaged()
    unpacked, packed = (sum(e.file_size for e in entries), sum(e.compress_size for e in entries))
    if unpacked > limits.unpacked or unpacked > max(MEGABYTE, limits.ratio * packed):
        raise _refusal(_TOO_BIG)
    if _WORKBOOK not in archive.namelist() or _RELATIONS not in archive.namelist():
        raise _refusal(_NOT_XLSX)


class _Unpacked:
    """Parts of the archive, each unpacked once; zipfile stops at the size that was weighed."""

    def __init__(self, archive: ZipFile) -> None:
        self.archive = archive
        self.parts: dict[str, bytes] = {}

    def __getitem__(self, name: str) -> bytes:
        if name not in self.parts:
            try:
                self.parts[name] = self.archive.read(name)
            except KeyError as error:
                raise damaged() from error
        return self.parts[name]

    def __contains__(self, name: str) -> bool:
        return name in self.archive.namelist()

    def copied(self, names: tuple[str, ...]) -> BytesIO:
        stream = BytesIO()
        with ZipFile(stream, "w") as copy:
            copy.writestr(_ROOT, _ROOT_XML)
            for name in names:
                copy.writestr(name, self[name])
        stream.seek(0)
        return stream


def _read(parts: _Unpacked, limits: Limits) -> Grid:
    targets = sheet_targets(parts[_WORKBOOK], parts[_RELATIONS])
    extra = tuple(name for name in (_STRINGS, _STYLES) if name in parts)
    name = _first_visible(parts.copied((_WORKBOOK, _RELATIONS)))
    if name not in targets:
        raise damaged()
    part = SheetPart(limits)
    walk(parts[targets[name]], part.start, part.end)
    lengths = string_lengths(parts[_STRINGS]) if _STRINGS in extra else []
    _check_text(part, lengths, limits)
    others = [other for other in targets if other != name and _holds_anything(parts, targets[other], limits)]
    rows = _cells(parts.copied((_WORKBOOK, _RELATIONS, *extra, targets[name])), name)
    note = f"只读第一张表“{name}”，没有读：{'、'.join(others)}"
    return Grid(
        rows=without_empty_end(rows, limits),
        broken=part.broken,
        name=name,
        printed=tuple(part.printed),
        notes=(note,) if others else (),
    )


def _check_text(part: SheetPart, lengths: list[int], limits: Limits) -> None:
    if any(not 0 <= index < len(lengths) for index in part.shared):
        raise damaged()
    shown = sum(lengths[index] * times for index, times in part.shared.items())
    if shown + part.characters > limits.text:
        raise _refusal("表里的文字太多，分几次导入")


def _holds_anything(parts: _Unpacked, target: str, limits: Limits) -> bool:
    """Whether a sheet that is not read has a filled cell; a chart has none."""
    if target not in parts:
        return False
    part = SheetPart(limits, only_first=True)
    try:
        walk(parts[target], part.start, part.end)
    except FoundCell:
        return True
    return bool(part.broken)


def _open(stream: BytesIO) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(stream)
    except CalamineError as error:
        raise damaged() from error


def _first_visible(stream: BytesIO) -> str:
    for sheet in _open(stream).sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
            return str(sheet.name)
    raise _refusal("文件里没有能看到的表")


def _cells(stream: BytesIO, name: str) -> list[tuple[Cell, ...]]:
    try:
        sheet = _open(stream).get_sheet_by_name(name)
        rows: list[list[Cell]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    except CalamineError as error:
        raise damaged() from error
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        for row in rows[top + 1 : bottom + 1]:  # a merge means: the same in each of its rows
            row[left : left + 1] = rows[top][left : left + 1]
    return [tuple(row) for row in rows]
