"""From a sheet to drafts through the preview: all or nothing, errors by cell, nothing kept in between."""

import html
import re
from datetime import date
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
import sqlalchemy as sa

from fieldapp import db as database
from fieldapp.db import db
from fieldapp.inspections.models import Inspection
from fieldapp.office.check import faults
from fieldapp.problems.models import Problem
from tests import databases
from tests.pages import changed, fields_of
from tests.story import Story

HEADINGS = ("编号", "问题", "程度", "销号标准", "核实方式", "责任部门", "责任人", "整改措施", "期限")
FIRST = (
    "表-01",
    "窗口没人",
    "微小",
    "开门时间有人",
    "体验式回访",
    "党政办",
    "负责人",
    "排好班",
    "10 个工作日",
)
SECOND = ("表-02", "指南没上墙", "一般", "指南上墙", "实地核查", "服务中心", "", "", "1 个月")
CONFIRM = "/problems/import/confirmation"


@pytest.fixture
def inspection(story: Story) -> str:
    return str(story.row(Inspection, Inspection.county_id == story.viewer("clerk").county_id))


def pasted(*rows: tuple[str, ...]) -> str:
    return "\n".join("\t".join(row) for row in (HEADINGS, *rows))


def workbook(*rows: tuple[Any, ...]) -> BytesIO:
    book, stream = openpyxl.Workbook(), BytesIO()
    for row in (HEADINGS, *rows):
        book.active.append(row)
    book.save(stream)
    stream.seek(0)
    return stream


def preview(client: Any, inspection: str, *rows: tuple[str, ...]) -> Any:
    return client.post("/problems/import", data={"inspection_id": inspection, "pasted": pasted(*rows)})


def cells(text: str) -> list[list[str]]:
    """The cells to mend: where, and what is wrong."""
    found = re.findall(
        r'for="fix-[^"]*">([^<]*)</label>\s*<p class="field-error"[^>]*>.*?</svg>([^<]*)</p>', text, re.S
    )
    return [[part.strip() for part in each] for each in found]


def typed_again(text: str, **cells: str) -> dict[str, list[str]]:
    """The page's form as a browser sends it, some of its wrong cells typed again: fix_3_D is row 3, column D."""
    new = {name.replace("_", "-"): value for name, value in cells.items()}
    return changed(fields_of(text, "/problems/import"), **new)


def test_pasted_rows_become_drafts_after_the_preview(story: Story, as_: Any, inspection: str) -> None:
    clerk = as_("clerk")
    shown = preview(clerk, inspection, FIRST, SECOND)
    assert shown.status_code == 200
    assert "导入这 2 行" in shown.text
    assert "表-01" not in clerk.get("/problems").text  # a preview keeps nothing
    done = clerk.post(CONFIRM, data=dict(fields_of(shown.text, CONFIRM)))
    assert done.status_code == 303
    assert all(number in clerk.get(done.location).text for number in ("表-01", "表-02"))
    page = clerk.get(f"/problems/{story.row(Problem, Problem.number == '表-01')}").text
    for text in ("窗口没人", "微小", "开门时间有人", "体验式回访", "党政办", "负责人", "排好班", "草稿"):
        assert text in page, text


def test_a_file_is_read_as_pasted_rows_are(as_: Any, inspection: str) -> None:
    clerk = as_("clerk")
    sent = {"inspection_id": inspection, "file": (workbook(FIRST), "清单.xlsx")}
    shown = clerk.post("/problems/import", data=sent, content_type="multipart/form-data")
    assert shown.status_code == 200
    assert "导入这 1 行" in shown.text


def test_errors_stand_by_row_column_and_value_and_nothing_can_be_taken_over(
    as_: Any, inspection: str
) -> None:
    wrong = ("表-03", "某事", "严重", "标准", "去看看", "党政办", "", "", "尽快")
    shown = preview(as_("clerk"), inspection, FIRST, wrong)
    assert shown.status_code == 422
    assert CONFIRM not in shown.text
    found = cells(shown.text)
    assert [row[0] for row in found] == ["第 3 行，C 列 程度", "第 3 行，E 列 核实方式", "第 3 行，I 列 期限"]
    assert found[0][1] == "写的是“严重”。只能填：重大、一般、微小"


def test_after_an_error_what_was_pasted_and_chosen_stays_and_one_cell_is_typed_again(
    story: Story, as_: Any, inspection: str
) -> None:
    clerk = as_("clerk")
    wrong = ("表-03", "某事", "严重", "甲标准\n乙标准", "体验式回访", "党政办", "", "", "1 个月")
    lines = ("表-03", "某事", "严重", '"甲标准\n乙标准"', *wrong[4:])
    shown = preview(clerk, inspection, FIRST, lines)
    sent = typed_again(shown.text)
    assert sent["inspection_id"] == [inspection]
    assert "窗口没人" in sent["pasted"][0]
    assert cells(clerk.post("/problems/import", data=sent).text) == cells(shown.text)  # nothing was mended
    done = clerk.post("/problems/import", data=typed_again(shown.text, fix_3_C="一般"))
    assert done.status_code == 200
    clerk.post(CONFIRM, data=dict(fields_of(done.text, CONFIRM)))
    page = clerk.get(f"/problems/{story.row(Problem, Problem.number == '表-03')}").text
    assert "<li>甲标准</li><li>乙标准</li>" in page


def test_a_files_rows_are_carried_so_that_only_its_wrong_cells_are_typed_again(
    story: Story, as_: Any, inspection: str
) -> None:
    clerk = as_("clerk")
    quoted = ("表-04", '"一窗通办"没落实', *SECOND[2:8], date(2099, 6, 1))
    dated = (date(2099, 7, 1), "编号成了日子", "较轻", *SECOND[3:])
    sent = {"inspection_id": inspection, "file": (workbook(FIRST, quoted, dated), "清单.xlsx")}
    shown = clerk.post("/problems/import", data=sent, content_type="multipart/form-data")
    assert shown.status_code == 422
    assert "“清单.xlsx”里的行都带着" in shown.text
    assert [row[0] for row in cells(shown.text)] == ["第 4 行，A 列 编号", "第 4 行，C 列 程度"]
    half = clerk.post("/problems/import", data=typed_again(shown.text, fix_4_C="微小"))
    assert [row[0] for row in cells(half.text)] == [
        "第 4 行，A 列 编号"
    ]  # it does not pass as a date in text
    done = clerk.post("/problems/import", data=typed_again(half.text, fix_4_A="表-05"))
    assert "导入这 3 行" in done.text
    assert "“一窗通办”没落实" not in done.text
    assert "&#34;一窗通办&#34;没落实" in done.text
    assert "2099-06-01" in done.text


def test_a_file_with_nothing_chosen_beside_it_is_not_asked_for_again(as_: Any, inspection: str) -> None:
    clerk = as_("clerk")
    sent = {"inspection_id": "", "file": (workbook(FIRST), "清单.xlsx")}
    shown = clerk.post("/problems/import", data=sent, content_type="multipart/form-data")
    assert shown.status_code == 422
    assert "选一次巡察" in shown.text
    assert "“清单.xlsx”里的行都带着" in shown.text
    again = changed(fields_of(shown.text, "/problems/import"), inspection_id=inspection)
    assert "导入这 1 行" in clerk.post("/problems/import", data=again).text


def test_a_row_that_was_moved_by_hand_is_not_mended_by_its_old_place(as_: Any, inspection: str) -> None:
    clerk = as_("clerk")
    wrong = ("表-03", "某事", "严重", *FIRST[3:])
    shown = preview(clerk, inspection, wrong)
    sent = typed_again(shown.text, fix_2_C="微小")
    sent["pasted"] = [pasted(SECOND, wrong)]
    after = clerk.post("/problems/import", data=sent)
    assert [row[0] for row in cells(after.text)] == ["第 3 行，C 列 程度"]


def test_a_sheet_too_big_for_a_form_says_that_the_file_is_chosen_again(as_: Any, inspection: str) -> None:
    rows = [(f"大-{n}", "字" * 900, *SECOND[2:]) for n in range(500)]
    sent = {"inspection_id": inspection, "file": (workbook(*rows, ("大-0", *SECOND[1:])), "清单.xlsx")}
    shown = as_("clerk").post("/problems/import", data=sent, content_type="multipart/form-data")
    assert "行带不过来：在文件里改好，再选一次" in shown.text
    assert "编号 大-0 在第 2 行已经有了" in shown.text


def test_the_page_shows_what_to_paste_and_takes_its_own_example(as_: Any, inspection: str) -> None:
    clerk = as_("clerk")
    page = clerk.get("/problems/import").text
    example = html.unescape(re.search(r'id="example"[^>]*>([^<]+)<', page)[1])  # type: ignore[index]
    heading, line = example.split("\n")
    sent = {"inspection_id": inspection, "pasted": f"{heading}\n{line.replace('示例', '照抄-01', 1)}"}
    assert "导入这 1 行" in clerk.post("/problems/import", data=sent).text
    assert changed(fields_of(page, "/problems/import"))["inspection_id"] == [""]


def test_columns_that_were_not_read_or_are_not_there_are_told(as_: Any, inspection: str) -> None:
    text = "编号\t问题\t程度\t核实方式\t期限\t整改目标\n列-01\t窗口没人\t一般\t资料核验\t1 个月\t有人"
    shown = as_("clerk").post("/problems/import", data={"inspection_id": inspection, "pasted": text})
    assert "没有读这些列：整改目标" in shown.text
    assert "销号标准交办前要写好" in shown.text


def test_pasted_rows_stay_to_be_mended_and_marked_ones_do_not(as_: Any, inspection: str) -> None:
    wrong = ("表-03", *FIRST[1:8], "尽快")
    again = preview(as_("clerk"), inspection, wrong)
    assert "尽快" in again.text
    assert dict(fields_of(again.text, "/problems/import"))["inspection_id"] == inspection
    marked = preview(as_("clerk"), inspection, ("表-03", "秘密★某事", *FIRST[2:]))
    assert "整张表停下了" in marked.text
    assert dict(fields_of(marked.text, "/problems/import"))["pasted"] == ""


def test_a_number_the_county_has_used_is_an_error_of_its_cell(as_: Any, inspection: str) -> None:
    shown = preview(as_("clerk"), inspection, FIRST, ("示例-01", *SECOND[1:]))
    assert shown.status_code == 422
    assert cells(shown.text) == [["第 3 行，A 列 编号", "写的是“示例-01”。这个编号已经用过，换一个"]]
    assert CONFIRM not in shown.text


def test_a_number_taken_since_the_preview_stops_every_row(as_: Any, inspection: str) -> None:
    clerk = as_("clerk")
    both = dict(fields_of(preview(clerk, inspection, FIRST, SECOND).text, CONFIRM))
    one = dict(fields_of(preview(clerk, inspection, SECOND).text, CONFIRM))
    assert clerk.post(CONFIRM, data=one).status_code == 303
    answer = clerk.post(CONFIRM, data=both)
    assert answer.status_code == 422
    assert "表-02" in answer.text
    assert "表-01" not in clerk.get("/problems").text


@pytest.mark.parametrize("marking", ["秘密", "机密★10年", "绝密"])
def test_a_marked_sheet_is_stopped_whole_and_its_text_is_not_shown_again(
    as_: Any, inspection: str, marking: str
) -> None:
    marked = ("表-03", f"{marking}\n某项内容", *SECOND[2:])
    sent = {"inspection_id": inspection, "file": (workbook(FIRST, marked), "清单.xlsx")}
    shown = as_("clerk").post("/problems/import", data=sent, content_type="multipart/form-data")
    assert shown.status_code == 422
    assert "整张表停下了" in shown.text
    assert CONFIRM not in shown.text
    assert "某项内容" not in shown.text
    assert "窗口没人" not in shown.text


def test_a_preview_is_its_makers_alone_and_cannot_be_altered(story: Story, as_: Any, inspection: str) -> None:
    clerk = as_("clerk")
    sent = dict(fields_of(preview(clerk, inspection, FIRST).text, CONFIRM))
    assert "窗口没人" not in sent["token"]
    for client, token in (
        (as_("head"), sent["token"]),
        (clerk, sent["token"][:-4] + "AAAA"),
        (clerk, "x"),
        (clerk, ""),
    ):
        answer = client.post(CONFIRM, data={"token": token})
        assert answer.status_code == 422
        assert "重新读一次表" in answer.text
    assert "表-01" not in clerk.get("/problems").text


def test_a_confirmation_after_an_expired_login_shows_the_preview_again(as_: Any, inspection: str) -> None:
    clerk = as_("clerk")
    sent = fields_of(preview(clerk, inspection, FIRST).text, CONFIRM)
    again = clerk.post(CONFIRM, data={**dict(sent), "_again": "1"})
    assert again.status_code == 200
    assert "表-01" not in clerk.get("/problems").text
    assert clerk.post(CONFIRM, data=changed(fields_of(again.text, CONFIRM))).status_code == 303
    assert "表-01" in clerk.get("/problems").text


def test_a_full_sheet_passes_through_its_preview_and_is_written_at_once(
    story: Story, as_: Any, inspection: str
) -> None:
    clerk = as_("clerk")
    rows = [(f"满-{n:04}", f"第 {n} 个问题" + "字" * 300, *SECOND[2:]) for n in range(600)]
    shown = preview(clerk, inspection, *rows)
    with story.app.app_context():
        ran: list[str] = []
        listen = (db.engine, "before_cursor_execute", lambda *said: ran.append(said[2]))
    sa.event.listen(*listen)
    assert clerk.post(CONFIRM, data=dict(fields_of(shown.text, CONFIRM))).status_code == 303
    sa.event.remove(*listen)
    assert len(ran) < 60  # taps wait for this transaction: its statements do not grow with the sheet
    with story.app.app_context():
        assert list(faults()) == []


@pytest.mark.skipif(databases.KIND != "sqlite", reason="elsewhere nobody waits for a writer")
def test_a_preview_waits_for_nobody_and_nobody_for_it(
    story: Story, as_: Any, inspection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE_MS", 50)
    clerk = as_("clerk")
    with databases.locked(story.app.extensions["settings"].data / "fieldapp.sqlite"):
        assert preview(clerk, inspection, FIRST).status_code == 200


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "选一个表格文件，或者把表格贴进来"),
        ({"pasted": "只有一行话"}, "缺这些列"),
    ],
)
def test_nothing_to_read_is_said(as_: Any, inspection: str, sent: dict[str, str], sentence: str) -> None:
    answer = as_("clerk").post("/problems/import", data={"inspection_id": inspection, **sent})
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_file_that_is_no_workbook_is_refused_beside_the_field(as_: Any, inspection: str) -> None:
    sent = {"inspection_id": inspection, "file": (BytesIO(b"PK no"), "清单.xlsx"), "pasted": "保留"}
    answer = as_("clerk").post("/problems/import", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert 'class="error-summary"' in answer.text
    assert "保留" in answer.text


def test_the_template_comes_back_empty_of_problems(as_: Any, inspection: str) -> None:
    clerk = as_("clerk")
    blank = clerk.get("/problems/import/template.xlsx")
    assert blank.mimetype.endswith("spreadsheetml.sheet")
    named = blank.headers["Content-Disposition"]
    assert named.isascii()
    assert 'filename="checklist-blank.xlsx"' in named
    assert unquote(named.split("filename*=UTF-8''")[1]) == "问题清单-空表.xlsx"
    sent = {"inspection_id": inspection, "file": (BytesIO(blank.data), "清单.xlsx")}
    answer = clerk.post("/problems/import", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "表头下面没有问题" in answer.text


def test_the_notice_stands_beside_the_upload(as_: Any) -> None:
    main = as_("clerk").get("/problems/import").text.split('<main class="wide"')[1]
    assert main.index("本系统为非涉密系统，禁止上传涉密文件") < main.index('type="file"')


def test_another_countys_inspection_cannot_be_chosen(as_: Any, inspection: str) -> None:
    assert preview(as_("clerk2"), inspection, FIRST).status_code == 422
    for username in ("unit", "leadership", "inspector1", "city"):
        assert as_(username).get("/problems/import").status_code == 404
