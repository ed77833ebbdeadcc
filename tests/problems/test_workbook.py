"""Reading .xlsx files that others made: what they hold, and what is refused before it is built up."""

from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
import xlsxwriter

from fieldapp.errors import RuleBroken
from fieldapp.problems.grid import Grid, Limits
from fieldapp.problems.workbook import read_xlsx

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
Fill = Callable[[xlsxwriter.Workbook], None]


def made(fill: Fill) -> bytes:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        fill(book)
    return stream.getvalue()


def plain(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet("清单").write_row(0, 0, ["编号", "问题", 7])


def read(data: bytes, **limits: int) -> Grid:
    return read_xlsx(BytesIO(data), Limits(**limits))


def refused(data: bytes, **limits: int) -> str:
    with pytest.raises(RuleBroken) as caught:
        read(data, **limits)
    return caught.value.sentence


def changed(part: str, change: Callable[[bytes], bytes], data: bytes | None = None) -> bytes:
    """The plain workbook with one part rewritten."""
    stream = BytesIO()
    with ZipFile(BytesIO(data or made(plain))) as old, ZipFile(stream, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return stream.getvalue()


def zipped(parts: dict[str, bytes], method: int = ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_cells_come_with_their_kinds_and_places() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(2, 1, ["甲", 1, True])
        sheet.write_datetime(
            2, 4, datetime.fromisoformat("2026-11-20"), book.add_format({"num_format": "yyyy-mm-dd"})
        )

    assert read(made(fill)).rows == (("",) * 5, ("",) * 5, ("", "甲", 1.0, True, date(2026, 11, 20)))


def test_a_vertical_merge_holds_for_each_of_its_rows() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:B1", "甘棠镇问题清单")
        sheet.merge_range("B2:B3", "便民中心")
        sheet.write("A3", "丙")

    assert read(made(fill)).rows == (("甘棠镇问题清单", ""), ("", "便民中心"), ("丙", "便民中心"))


def test_a_formula_never_counted_is_no_zero() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"], book.active["B2"] = "甲", "=1+1"
    stream = BytesIO()
    book.save(stream)
    grid = read(stream.getvalue())
    assert list(grid.broken) == [(1, 1)]
    assert "公式没有算出的值" in grid.broken[1, 1]
    assert 0 not in [cell for row in grid.rows for cell in row]


def test_formulas_with_values_are_read_and_error_values_named() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_formula("A1", '="甘"&"棠"', value="甘棠")
        sheet.write_formula("B1", "=1/0", value="#DIV/0!")
        sheet.write("C1", "丙")

    grid = read(made(fill))
    assert grid.rows == (("甘棠", "", "丙"),)
    assert list(grid.broken) == [(0, 1)]
    assert "错误值" in grid.broken[0, 1]


def test_a_formula_may_come_to_an_empty_text() -> None:
    empty = b'<c r="D1" t="str"><f>IF(1,"","x")</f><v></v></c></row>'
    assert not read(changed(SHEET, lambda xml: xml.replace(b"</row>", empty))).broken


def test_only_the_first_visible_sheet_is_read_and_others_with_content_are_named() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        hidden, first = book.add_worksheet("参数"), book.add_worksheet("清单")
        book.add_worksheet("空表")
        hidden.write(0, 0, "不读")
        book.add_worksheet("附表").write(5, 5, "也不读")
        first.write(0, 0, "读")
        first.activate()
        first.set_first_sheet()
        hidden.hide()

    grid = read(made(fill))
    assert (grid.name, grid.rows) == ("清单", (("读",),))
    assert grid.notes == ("只读第一张表“清单”，没有读：参数、附表",)


def test_print_headers_come_along() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet().set_header("&R机密")

    assert read(made(fill)).printed == ("&R机密",)


def test_an_empty_workbook_is_an_empty_grid() -> None:
    assert read(made(lambda book: book.add_worksheet() and None)).rows == ()


def test_formatted_rows_far_below_do_not_count() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "甲")
        sheet.write_blank(60000, 3, None, book.add_format({"bold": True}))

    assert read(made(fill)).rows == (("甲",),)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "不是 .xlsx"),
        ("编号,问题".encode("gb18030"), "不是 .xlsx"),
        (b"<html><table></table></html>", "不是 .xlsx"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "不是 .xlsx"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (b"PK\3\4" + bytes(80), "打不开"),
        (zipped({"word/document.xml": b"<w/>"}), "不是 .xlsx"),
        (made(plain)[:-40], "打不开"),
        (zipped({"xl/workbook.xml": b"<workbook/>"}, ZIP_BZIP2), "打不开"),
        (changed(SHEET, lambda xml: xml[:-30]), "打不开"),
        (changed(SHEET, lambda xml: xml.replace(b'r="A1"', b'r="1A"')), "打不开"),
        (changed(SHEET, lambda xml: xml.replace(b'r="A1"', b'r="A0"')), "打不开"),
        (changed(SHEET, lambda xml: xml.replace(b"<v>0</v>", b"<v>99</v>")), "打不开"),
        (changed("xl/_rels/workbook.xml.rels", lambda xml: xml.replace(b"sheet1", b"sheet9")), "打不开"),
    ],
)
def test_what_is_no_readable_xlsx_is_refused_in_a_plain_sentence(data: bytes, words: str) -> None:
    assert words in refused(data)


def test_an_encrypted_zip_entry_is_refused() -> None:
    data = bytearray(made(plain))
    flags = data.index(b"PK\1\2") + 8
    data[flags] |= 1
    assert "密码" in refused(bytes(data))


def test_a_zip_bomb_is_refused_by_its_size_and_by_its_ratio() -> None:
    megabytes = changed(SHEET, lambda _: bytes(5 * 1024 * 1024))
    assert "展开后太大" in refused(megabytes)
    assert "展开后太大" in refused(megabytes, ratio=100_000, unpacked=5 * 1024 * 1024)
    assert "打不开" in refused(megabytes, ratio=100_000)


def test_a_bomb_that_understates_its_size_is_not_unpacked_further() -> None:
    data = bytearray(changed(SHEET, lambda xml: xml + b" " * 5_000_000))
    with ZipFile(BytesIO(data)) as archive:
        real = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    entry = data.index(b"PK\1\2")
    while data[entry + 24 : entry + 28] != real:
        entry = data.index(b"PK\1\2", entry + 4)
    data[entry + 24 : entry + 28] = (900).to_bytes(4, "little")
    assert "打不开" in refused(bytes(data))


def test_too_many_entries_and_too_large_a_file_are_refused() -> None:
    crowd = zipped({f"xl/media/{n}.png": b"" for n in range(201)})
    assert "图片" in refused(crowd)
    assert "MB" in refused(made(plain), file=100)


def test_two_entries_of_one_name_are_refused() -> None:
    stream = BytesIO(made(plain))
    with ZipFile(stream, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, b"<worksheet/>")
    assert "打不开" in refused(stream.getvalue())


@pytest.mark.parametrize(
    "far",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b'<row r="1048576"><c><v>1</v></c></row>',
        b'<row r="3"><c r="XFD3"><v>1</v></c></row>',
        b"<row/>" * 2100 + b"<row><c><v>1</v></c></row>",
        b'<row r="3">' + b"<c/>" * 200 + b"<c><v>1</v></c></row>",
    ],
)
def test_one_far_cell_does_not_make_a_rectangle_of_millions(far: bytes) -> None:
    data = changed(SHEET, lambda xml: xml.replace(b"</sheetData>", far + b"</sheetData>"))
    assert "最多导入 2000 行、100 列" in refused(data)


def test_two_thousand_rows_are_read_and_one_more_is_not() -> None:
    def rows(count: int) -> bytes:
        return made(lambda book: book.add_worksheet().write_column(0, 0, range(count)) and None)

    assert len(read(rows(2000)).rows) == 2000
    assert "A2001 有内容" in refused(rows(2001))


def test_one_long_string_shown_in_many_cells_is_weighed() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        for row in range(200):
            sheet.write(row, 0, "问" * 30_000)

    assert "文字太多" in refused(made(fill))


def test_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa">]>'
    assert "打不开" in refused(changed(STRINGS, lambda xml: xml.replace(b"<sst", bomb + b"<sst")))
    assert "打不开" in refused(changed(SHEET, lambda xml: xml.replace(b"<worksheet", bomb + b"<worksheet")))


def test_overlapping_merges_are_limited() -> None:
    many = b'<mergeCells count="1">' + b'<mergeCell ref="A1:A2000"/>' * 2001 + b"</mergeCells>"
    data = changed(SHEET, lambda xml: xml.replace(b"</sheetData>", b"</sheetData>" + many))
    assert "合并" in refused(data)
