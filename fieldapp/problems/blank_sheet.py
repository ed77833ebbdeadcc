"""The empty checklist sheet that people download, fill in with WPS or Excel and upload."""

from datetime import UTC, datetime
from io import BytesIO

import xlsxwriter

from fieldapp.problems.columns import NAMES, REQUIRED, SEVERITIES, WAYS

EXAMPLE = "示例"  # a row with this number is never imported
_NOTE = (
    "一行一个问题。销号标准有几条就写几行（Alt+回车换行），整改措施也一样。"
    "期限写 1 个月、10 个工作日、15 个自然日或日期。"
    f"必填：{'、'.join(NAMES[field] for field in REQUIRED)}。"
    "“手机上显示的名字”不要让旁人看出办什么事，空着就用“镇上办事”。编号是“示例”的行不导入。本系统为非涉密系统，禁止填写涉密内容。"
)
_EXAMPLE_ROW = {
    "number": EXAMPLE,
    "text": "便民服务中心窗口办事不力、效率不高",
    "short_name": "镇上办事",
    "severity": "一般",
    "criteria": "上班时间窗口有人\n即办件当场办完，等候不超过 15 分钟",
    "verification": "体验式回访",
    "department": "便民服务中心",
    "person": "窗口负责人",
    "measures": "设导办台\n实行 AB 岗",
    "limit": "1 个月",
    "visits_needed": "1",
}
_EXAMPLE_LINE = {
    **_EXAMPLE_ROW,
    "criteria": _EXAMPLE_ROW["criteria"].replace("\n", "；"),
    "measures": "设导办台",
}
# the headings and the example, as WPS would put them on the clipboard
EXAMPLE_TEXT = "\t".join(NAMES[field] for field in _EXAMPLE_LINE) + "\n" + "\t".join(_EXAMPLE_LINE.values())
_WIDTHS = {"text": 44, "criteria": 36, "measures": 36, "verification": 20, "department": 18}
_CHOICES = {"severity": SEVERITIES, "verification": WAYS}
_LAST = 2000
_MADE = datetime(2018, 1, 1, tzinfo=UTC)  # XlsxWriter would write the system's clock


def template_xlsx() -> bytes:
    """A note, the headings, and one example row."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"created": _MADE})
    # text format: else Excel makes dates of numbers like 2018-07
    cell = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    heading = book.add_format({"bold": True, "border": 1, "bg_color": "#E7EEF6", "valign": "vcenter"})
    note = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("问题清单")
    for column, (field, example) in enumerate(_EXAMPLE_ROW.items()):
        sheet.set_column(column, column, _WIDTHS.get(field, 14), cell)
        sheet.write_string(1, column, NAMES[field], heading)
        sheet.write_string(2, column, example, cell)
        if field in _CHOICES:
            choice = {"validate": "list", "source": list(_CHOICES[field])}
            sheet.data_validation(2, column, _LAST, column, choice)
    sheet.merge_range(0, 0, 0, len(_EXAMPLE_ROW) - 1, _NOTE, note)
    sheet.set_row(0, 48)
    sheet.freeze_panes(2, 0)
    book.close()
    return stream.getvalue()
