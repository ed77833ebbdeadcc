"""From a checklist sheet to problems, or to errors that say which cell and why."""

from datetime import date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from fieldapp.deadlines.limits import Unit
from fieldapp.problems import columns, forms, models
from fieldapp.problems.sheet import Grid, Row, Sheet, parse, read_xlsx, template_xlsx

GOOD: dict[str, Any] = {
    "编号": "甘棠-2018-07",
    "问题": "便民服务中心窗口办事不力、效率不高",
    "手机上显示的名字": "镇上办事",
    "程度": "一般",
    "销号标准": "上班时间窗口有人\n等候不超过 15 分钟",
    "核实方式": "体验式回访",
    "责任部门": "便民服务中心",
    "责任人": "窗口负责人",
    "整改措施": "设导办台\n实行 AB 岗",
    "期限": "1 个月",
    "要去几次": "2",
}


def grid(*rows: dict[str, Any]) -> Grid:
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    cells = [tuple(row.get(heading, "") for heading in headings) for row in rows]
    return Grid((tuple(headings), *cells))


def only(**changes: Any) -> Sheet:
    """The sheet of one good row with some cells changed."""
    return parse(grid({**GOOD, **changes}))


def error_of(**changes: Any) -> str:
    sheet = only(**changes)
    assert not sheet.may_be_imported
    assert len(sheet.errors) == 1
    assert (sheet.errors[0].row, sheet.errors[0].column_name) == (2, next(iter(changes)))
    return sheet.errors[0].sentence


def test_a_good_sheet_is_read_whole() -> None:
    sheet = only()
    assert sheet.may_be_imported
    assert sheet.rows == (
        Row(
            place=2,
            number="甘棠-2018-07",
            text="便民服务中心窗口办事不力、效率不高",
            short_name="镇上办事",
            severity="一般",
            criteria=("上班时间窗口有人", "等候不超过 15 分钟"),
            verification="体验式回访",
            department="便民服务中心",
            person="窗口负责人",
            measures=("设导办台", "实行 AB 岗"),
            limit="1 个月",
            visits_needed=2,
        ),
    )


def test_the_words_are_those_that_problems_know() -> None:
    assert tuple(models.SEVERITIES.values()) == columns.SEVERITIES
    assert tuple(models.WAYS.values()) == columns.WAYS


def test_the_downloaded_sheet_comes_back_without_its_example() -> None:
    book = openpyxl.load_workbook(BytesIO(template_xlsx()))
    page = book.active
    assert page is not None
    for column, value in enumerate(GOOD.values(), start=1):
        page.cell(4, column, value)
    stream = BytesIO()
    book.save(stream)
    sheet = parse(read_xlsx(BytesIO(stream.getvalue())))
    assert [row.number for row in sheet.rows] == ["甘棠-2018-07"]
    assert sheet.may_be_imported
    assert not sheet.unrecognised


def test_the_downloaded_sheet_as_it_is_says_that_nothing_is_in_it() -> None:
    sheet = parse(read_xlsx(BytesIO(template_xlsx())))
    assert [error.sentence for error in sheet.errors] == ["表头下面没有问题"]


def test_the_example_itself_would_be_a_good_row() -> None:
    found = read_xlsx(BytesIO(template_xlsx()))
    sheet = parse(Grid((*found.rows[:2], ("1", *found.rows[2][1:]))))
    assert sheet.errors == ()
    assert len(sheet.rows) == 1


def test_the_downloaded_sheet_does_not_tell_when_it_was_made() -> None:
    created = openpyxl.load_workbook(BytesIO(template_xlsx())).properties.created
    assert created
    assert created.year == 2018


def test_headings_are_found_below_a_title_and_by_their_other_names() -> None:
    other = "巡察问题序号|问题表述（反馈原文）|性质|整改 标准|核实方式*|责任单位|办理时限|备注"
    data = (3.0, "窗口没人", "微小", "有人", "资料核验", "便民中心", "10 个工作日", "无")
    sheet = parse(Grid((("甘棠镇问题清单",), (), tuple(other.split("|")), data)))
    assert sheet.rows[0].number == "3"
    assert sheet.rows[0].place == 4
    assert [(column.letter, column.heading) for column in sheet.unrecognised] == [("H", "备注")]
    assert [column.field for column in sheet.recognised][:2] == ["number", "text"]


def test_headings_merged_over_two_rows_are_no_problem_of_their_own() -> None:
    headings = tuple(GOOD)
    sheet = parse(Grid((headings, headings, tuple(GOOD.values()))))
    assert len(sheet.rows) == 1
    assert sheet.may_be_imported


def test_of_number_and_running_number_the_number_counts() -> None:
    sheet = parse(grid({"序号": 1.0, **GOOD}))
    assert sheet.rows[0].number == "甘棠-2018-07"
    assert [column.heading for column in sheet.unrecognised] == ["序号"]


def test_two_columns_of_one_name_are_an_error() -> None:
    sheet = parse(Grid(((*GOOD, "期限"), (*GOOD.values(), "2 个月"))))
    assert [(error.column_letter, error.sentence) for error in sheet.errors] == [
        ("L", "J 列和 L 列是同一项，只留一列")
    ]


def test_missing_columns_are_one_error_that_says_what_was_found() -> None:
    sheet = parse(grid({"编号": "1", "问题": "窗口没人", "程度": "一般", "备注": ""}))
    assert [error.sentence for error in sheet.errors] == [
        "缺这些列：核实方式、期限。找到的列：编号、问题、程度；不认得的列：备注"
    ]


@pytest.mark.parametrize("rows", [(), (("甲", "乙"), ("丙",))])
def test_a_sheet_without_headings_says_so(rows: tuple[tuple[str, ...], ...]) -> None:
    sheet = parse(Grid(rows))
    assert len(sheet.errors) == 1
    assert "没有找到表头" in sheet.errors[0].sentence


def test_phones_get_a_neutral_name_that_is_not_made_from_the_problem() -> None:
    assert only(手机上显示的名字="").rows[0].short_name == "镇上办事"
    needed = {columns.NAMES[field]: GOOD[columns.NAMES[field]] for field in columns.REQUIRED}
    row = parse(grid(needed)).rows[0]
    assert (row.short_name, row.person, row.measures) == ("镇上办事", "", ())


@pytest.mark.parametrize(
    ("cell", "number"), [(1.0, "1"), (7, "7"), ("１２", "12"), (" 甘棠－０７ ", "甘棠-07"), (1.5, "1.5")]
)
def test_numbers_are_read_as_people_see_them(cell: Any, number: str) -> None:
    assert only(编号=cell).rows[0].number == number


@pytest.mark.parametrize("cell", [date(2018, 7, 1), datetime.fromisoformat("2018-07-01T09:00"), True])
def test_a_number_that_the_program_turned_into_something_else_is_an_error(cell: Any) -> None:
    assert "设成文本" in error_of(编号=cell)


def test_a_number_too_long_is_an_error() -> None:
    assert "最长 60" in error_of(编号="甘" * 61)


def test_a_doubled_number_is_an_error_at_the_second() -> None:
    sheet = parse(grid({**GOOD, "编号": 1.0}, {**GOOD, "编号": "2"}, {**GOOD, "编号": "１"}))
    assert [(error.row, error.column_letter, error.sentence) for error in sheet.errors] == [
        (4, "A", "编号 1 在第 2 行已经有了")
    ]
    assert not sheet.may_be_imported


def test_the_problems_text_stays_as_it_was_fed_back() -> None:
    text = "窗口“Ａ岗”离岗２５分钟，\n群众等候③人；“一窗通办”未落实"
    assert only(问题=text + "\n").rows[0].text == text


@pytest.mark.parametrize(
    ("cell", "criteria"),
    [
        ("有人值守；等候不超过 15 分钟", ("有人值守", "等候不超过 15 分钟")),
        ("有人值守;\n等候不超过 15 分钟;", ("有人值守", "等候不超过 15 分钟")),
        ("①有人值守②等候不超过 15 分钟", ("有人值守", "等候不超过 15 分钟")),
        ("1. 有人值守 2. 等候不超过 1.5 小时", ("有人值守", "等候不超过 1.5 小时")),
        ("1、有人值守\n2、两个窗口都开", ("有人值守", "两个窗口都开")),
        ("（1）有人值守（2）公示", ("有人值守", "公示")),
        ("一、有人值守\n二、公示", ("有人值守", "公示")),
        ("三、四季度各查一次", ("三、四季度各查一次",)),
        ("1、2 号窗口有人", ("1、2 号窗口有人",)),
        ("1.5 小时内办完", ("1.5 小时内办完",)),
        ("1. 编到 12. 的窗口有人 2. 公示", ("编到 12. 的窗口有人", "公示")),
        ("见附件②", ("见附件②",)),
        ("当场办结", ("当场办结",)),
    ],
)
def test_several_criteria_are_told_apart(cell: str, criteria: tuple[str, ...]) -> None:
    assert only(销号标准=cell).rows[0].criteria == criteria


@pytest.mark.parametrize(("cell", "times"), [("", 1), ("3", 3), (2.0, 2), ("２ 次", 2)])
def test_how_often_one_has_to_go(cell: Any, times: int) -> None:
    assert only(要去几次=cell).rows[0].visits_needed == times


@pytest.mark.parametrize("cell", ["0", "6", "两三次", 1.5])
def test_how_often_is_a_number_from_1_to_5(cell: Any) -> None:
    assert error_of(要去几次=cell) == "写 1 到 5 的整数"


def test_measures_stand_one_a_line() -> None:
    row = only(整改措施="1. 设导办台；公示\r\n2. 实行 AB 岗\n").rows[0]
    assert row.measures == ("设导办台；公示", "实行 AB 岗")


def test_columns_are_called_and_needed_as_in_the_form_of_one_problem() -> None:
    made = forms.NewForm()
    fields = {"person": "responsible", "limit": "limit_text"}
    for name, heading in columns.NAMES.items():
        if name != "marking":
            field = made[fields.get(name, name)]
            assert field.label.text == heading
            assert bool(field.flags.required) is (name in columns.REQUIRED), heading


@pytest.mark.parametrize(
    "heading", ["销号标准", "要去几次", "责任部门", "责任人", "整改措施", "手机上显示的名字"]
)
def test_what_the_form_lets_stay_empty_may_be_empty_or_missing_here(heading: str) -> None:
    assert only(**{heading: ""}).may_be_imported
    without = parse(grid({name: value for name, value in GOOD.items() if name != heading}))
    assert without.may_be_imported
    assert without.lacking == (heading,)


def test_a_name_for_the_phone_is_as_short_as_in_the_form() -> None:
    assert error_of(手机上显示的名字="十三个字的名字放不下放不下放") == "最多 12 个字"


def test_bare_days_are_asked_back_unless_the_county_has_settled_them() -> None:
    assert "没说是工作日还是自然日" in error_of(期限="十天")
    assert parse(grid({**GOOD, "期限": "十天"}), Unit.WORKDAY).rows[0].limit == "十天"


@pytest.mark.parametrize("heading", ["编号", "问题", "期限"])
def test_an_empty_cell_that_is_needed_is_an_error(heading: str) -> None:
    assert "没" in error_of(**{heading: "  "})


@pytest.mark.parametrize("cell", ["严重", "", 1.0])
def test_an_unknown_severity_lists_the_words(cell: Any) -> None:
    assert error_of(程度=cell) == "只能填：重大、一般、微小"


def test_an_unknown_way_lists_the_words() -> None:
    assert error_of(核实方式="电话") == "只能填：体验式回访、实地核查、资料核验、电话回访与台账倒查"


def test_words_may_carry_spaces() -> None:
    row = only(程度=" 重 大 ", 核实方式="电话回访与\n台账倒查").rows[0]
    assert (row.severity, row.verification) == ("重大", "电话回访与台账倒查")


@pytest.mark.parametrize(
    ("cell", "limit"),
    [
        (date(2026, 11, 20), "2026-11-20"),
        (datetime.fromisoformat("2026-11-20T18:30"), "2026-11-20"),
        (46346.0, "2026-11-20"),
        ("２０２６．１１．２０", "2026.11.20"),
        ("2026年11月20日", "2026年11月20日"),
        ("１０个工作日", "10个工作日"),
    ],
)
def test_limits_are_read_in_every_way_people_write_them(cell: Any, limit: str) -> None:
    assert only(期限=cell).rows[0].limit == limit


@pytest.mark.parametrize("cell", ["尽快", "11/20", 30.0, True])
def test_a_limit_that_counts_to_no_day_is_an_error_with_its_value(cell: Any) -> None:
    sheet = only(期限=cell)
    assert [(error.row, error.column_letter) for error in sheet.errors] == [(2, "J")]
    assert sheet.errors[0].value in {"尽快", "11/20", "30", "TRUE"}


def test_a_formula_without_value_is_an_error_and_never_a_zero() -> None:
    found = grid(GOOD)
    rows = (found.rows[0], ("", *found.rows[1][1:]))
    sheet = parse(Grid(rows, broken={(1, 0): "公式没有算出的值"}))
    assert [(error.column_letter, error.sentence) for error in sheet.errors] == [("A", "公式没有算出的值")]


def test_a_row_of_nothing_but_such_formulas_is_not_passed_over() -> None:
    sheet = parse(Grid((*grid(GOOD).rows, ("",)), broken={(2, 0): "公式没有算出的值"}))
    assert {error.row for error in sheet.errors} == {3}


def test_all_errors_of_a_sheet_are_told_at_once() -> None:
    sheet = parse(grid({**GOOD, "程度": "大", "期限": "尽快"}, {**GOOD, "编号": "2"}, {**GOOD, "编号": ""}))
    assert [(error.row, error.column_letter) for error in sheet.errors] == [(2, "D"), (2, "J"), (4, "A")]


def test_a_row_with_errors_still_claims_its_number() -> None:
    sheet = parse(grid({**GOOD, "程度": "大"}, GOOD))
    assert [(error.row, error.column_letter) for error in sheet.errors] == [(2, "D"), (3, "A")]


def test_empty_rows_between_are_passed_over() -> None:
    sheet = parse(grid(GOOD, {}, {"编号": " ", "备注": "合计"}, {**GOOD, "编号": "8"}))
    assert [row.place for row in sheet.rows] == [2, 5]


@pytest.mark.parametrize("heading", ["问题", "备注", "密级"])
@pytest.mark.parametrize("marking", ["秘密", "机密★10年", "【绝密】"])
def test_a_marking_anywhere_stops_the_sheet_and_nothing_is_kept(heading: str, marking: str) -> None:
    sheet = parse(grid({**GOOD, "备注": ""}, {**GOOD, "编号": "2", heading: marking}))
    assert "第 3 行" in sheet.stopped
    assert "不能存放涉密内容" in sheet.stopped
    assert sheet == Sheet(stopped=sheet.stopped)
    assert "窗口" not in sheet.stopped
    assert not sheet.may_be_imported


def test_a_marking_stops_a_sheet_whose_headings_are_unknown() -> None:
    assert "第 1 行（B1）" in parse(Grid((("甲", "机密★1年"),))).stopped


def test_under_the_secrecy_heading_the_word_stops_wherever_it_stands() -> None:
    assert "第 2 行（L2）" in only(密级="定为秘密级").stopped
    assert only(密级="工作秘密").may_be_imported


def test_the_word_inside_a_problem_does_not_stop() -> None:
    assert only(问题="干部保守秘密的意识不强，秘密文件管理不严").may_be_imported


def test_sheet_name_and_print_header_are_looked_at_too() -> None:
    rows = grid(GOOD).rows
    assert "表的名字" in parse(Grid(rows, name="机密")).stopped
    assert "页眉" in parse(Grid(rows, printed=("&L清单&R秘密★1年",))).stopped


def test_a_marking_in_a_real_file_stops_it() -> None:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet()
        page.write(0, 0, "秘　密★1年")
        page.write_row(1, 0, list(GOOD))
        page.write_row(2, 0, list(GOOD.values()))
    assert "第 1 行（A1）" in parse(read_xlsx(BytesIO(stream.getvalue()))).stopped


@pytest.mark.parametrize("heading", ["问题描述", "存在问题", "存在的问题", "主要问题"])
def test_what_offices_call_the_problem_is_known(heading: str) -> None:
    row = {"编号": "1", heading: "窗口没人", "程度": "一般", "核实方式": "实地核查", "完成期限": "1 个月"}
    sheet = parse(grid(row))
    assert not sheet.errors
    assert (sheet.rows[0].text, sheet.rows[0].limit) == ("窗口没人", "1 个月")
