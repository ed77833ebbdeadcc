"""A unit's checklist as a workbook with its photos, for people who live in Excel and WPS. From plain rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

MOST_PHOTOS = 3  # in one row
_MADE = datetime(2018, 1, 1, tzinfo=UTC)  # XlsxWriter would write the system's clock
_COLUMNS = (
    ("编号", 12),
    ("问题", 40),
    ("程度", 8),
    ("销号标准", 34),
    ("核实方式", 18),
    ("责任部门", 18),
    ("责任人", 14),
    ("整改措施", 34),
    ("期限", 14),
    ("到哪一步", 12),
    ("销号日期", 14),
    ("记录指纹", 18),
    ("证据", 12),
)
_PHOTO_WIDTH, _PHOTO_HEIGHT, _SCALE = 18, 95, 0.5  # characters, points; a thumbnail has at most 240 pixels


@dataclass(frozen=True)
class Row:
    """A problem, in the office's words. `photos` are captions with thumbnails as JPEG. `report` is a file that lies
    beside the workbook: of a link into a folder XlsxWriter would make one that only Windows can follow."""

    number: str
    text: str
    severity: str
    criteria: Sequence[str]
    verification: str
    department: str
    responsible: str
    measures: Sequence[str]
    due: str
    state: str
    closed_on: str = ""
    fingerprint: str = ""
    report: str = ""
    photos: Sequence[tuple[str, bytes]] = ()
    more_photos: int = 0  # that the report has besides

    @property
    def cells(self) -> tuple[str, ...]:
        """Without the last column, which is a link."""
        return (
            self.number,
            self.text,
            self.severity,
            _lines(self.criteria),
            self.verification,
            self.department,
            self.responsible,
            _lines(self.measures),
            self.due,
            self.state,
            self.closed_on,
            self.fingerprint,
        )


def checklist_xlsx(title: str, rows: Sequence[Row]) -> bytes:
    """A title, the headings, one row a problem. Everything is text: nothing that somebody typed is a formula."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"created": _MADE})
    sheet = book.add_worksheet("问题清单")
    photos = max((min(len(row.photos), MOST_PHOTOS) for row in rows), default=0)
    _head(book, sheet, title, photos)
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top", "border": 1})
    link = book.add_format({"font_color": "#1D4F7C", "underline": 1, "valign": "top", "border": 1})
    for at, row in enumerate(rows, 2):
        _row(sheet, at, row, text, link, photos)
    book.close()
    return stream.getvalue()


def _head(book: Any, sheet: Any, title: str, photos: int) -> None:
    heading = book.add_format({"bold": True, "border": 1, "bg_color": "#E7EEF6", "text_wrap": True})
    names = [*_COLUMNS, *((f"照片 {n}", _PHOTO_WIDTH) for n in range(1, photos + 1))]
    for column, (name, width) in enumerate(names):
        sheet.set_column(column, column, width)
        sheet.write_string(1, column, name, heading)
    sheet.merge_range(0, 0, 0, len(_COLUMNS) - 1, "", None)
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    sheet.set_row(0, 28)
    sheet.freeze_panes(2, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)


def _row(sheet: Any, at: int, row: Row, text: Any, link: Any, photos: int) -> None:
    for column, value in enumerate(row.cells):
        sheet.write_string(at, column, value, text)
    last, more = len(row.cells), row.more_photos
    words = f"报告，还有 {more} 张照片" if more else "报告"
    if row.report:
        sheet.write_url(at, last, f"external:{row.report}", link, words)
    else:
        sheet.write_string(at, last, "", text)
    for n in range(photos):
        sheet.write_blank(at, last + 1 + n, None, text)
    if row.photos:
        sheet.set_row(at, _PHOTO_HEIGHT)
    for n, (caption, thumbnail) in enumerate(row.photos[:MOST_PHOTOS]):
        place = {"x_scale": _SCALE, "y_scale": _SCALE, "x_offset": 4, "y_offset": 3, "object_position": 1}
        placed = {"image_data": BytesIO(thumbnail), "description": caption, **place}
        sheet.insert_image(at, last + 1 + n, f"{at}-{n}.jpg", placed)


def _lines(parts: Sequence[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    return "\n".join(f"{n}. {each}" for n, each in enumerate(parts, 1))
