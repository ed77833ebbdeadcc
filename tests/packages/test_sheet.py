"""The workbook, read by another library: text is text, photos stand in their rows, links lead beside it."""

import re
import zipfile
from io import BytesIO

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from fieldapp import clock
from fieldapp.packages.sheet import Row, checklist_xlsx
from tests.evidence import pictures
from tests.packages.dossiers import row


def thumb(width: int = 240, height: int = 180) -> bytes:
    return pictures.saved(pictures.scene(width, height), "JPEG")


def opened(*rows: Row) -> Worksheet:
    sheet = openpyxl.load_workbook(BytesIO(checklist_xlsx("甘棠镇 问题清单", rows))).active
    assert isinstance(sheet, Worksheet)
    return sheet


def test_a_problem_is_a_row_under_its_headings() -> None:
    sheet = opened(row("甘棠-07", closed_on="2018年7月2日", fingerprint="abab abab abab"), row("甘棠-08"))
    assert sheet["A1"].value == "甘棠镇 问题清单"
    said = dict(zip([cell.value for cell in sheet[2]], [cell.value for cell in sheet[3]], strict=True))
    assert (said["编号"], said["销号标准"]) == ("甘棠-07", "1. 窗口有人\n2. 等候不超过 15 分钟")
    assert (said["整改措施"], said["期限"], said["销号日期"]) == ("设导办台", "2018年6月6日", "2018年7月2日")
    assert (said["到哪一步"], said["记录指纹"]) == ("已销号", "abab abab abab")
    assert sheet["A4"].value == "甘棠-08"


def test_nothing_that_somebody_typed_is_a_formula_or_a_date() -> None:
    sheet = opened(row("2018-07", text="=1+1", department="@SUM(A1)", responsible="+86", due="-1"))
    assert {cell.data_type for cell in sheet[3] if cell.value} == {"s"}
    assert (sheet["A3"].value, sheet["B3"].value) == ("2018-07", "=1+1")


def test_photos_stand_in_the_row_of_their_problem_and_fit() -> None:
    photos = [("大厅", thumb()), ("窗口", thumb(180, 240))]
    sheet = opened(row("甘棠-07", photos=()), row("甘棠-08", photos=photos))
    images = sheet._images
    assert [(image.anchor._from.row, image.anchor._from.col) for image in images] == [(3, 13), (3, 14)]
    assert [sheet.cell(2, column).value for column in (14, 15)] == ["照片 1", "照片 2"]
    assert all(image.anchor.to.row == 3 for image in images), "it ends in its own row"
    assert all(image.anchor.to.col == image.anchor._from.col for image in images)
    assert float(sheet.row_dimensions[4].height or 0) >= 90


def test_more_photos_than_fit_are_spoken_of() -> None:
    photos = [(str(n), thumb()) for n in range(3)]
    sheet = opened(row("甘棠-07", photos=photos, more_photos=2, report="report-001.html"))
    assert len(sheet._images) == 3
    assert sheet["M3"].value == "报告，还有 2 张照片"


def test_a_link_leads_to_the_report_beside_it() -> None:
    sheet = opened(row("甘棠-07", report="report-001.html"), row("甘棠-08"))
    assert (sheet["M3"].hyperlink.target, sheet["M4"].hyperlink) == ("report-001.html", None)


def test_a_checklist_without_problems_opens() -> None:
    assert opened()["A2"].value == "编号"


def test_the_same_rows_give_the_same_bytes() -> None:
    rows = [row("甘棠-07", photos=[("大厅", thumb())])]
    with clock.moved_to(clock.at(2026, 1, 1)):
        assert checklist_xlsx("x", rows) == checklist_xlsx("x", rows)
    with zipfile.ZipFile(BytesIO(checklist_xlsx("x", rows))) as archive:
        core = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT", core)) == {"2018-01-01T"}
