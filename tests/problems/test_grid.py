"""Rows pasted from WPS or Excel: what stands on the clipboard is what comes in."""

import csv
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.errors import RuleBroken
from fieldapp.problems import columns
from fieldapp.problems.grid import Limits
from fieldapp.problems.marking import marking_in
from fieldapp.problems.sheet import parse, read_pasted


def to_tsv(rows: list[list[str]]) -> str:
    stream = StringIO(newline="")
    csv.writer(stream, dialect="excel-tab").writerows(rows)
    return stream.getvalue()


PASTED = (
    "编号\t问题\t程度\t销号标准\t核实方式\t责任部门\t期限\r\n"
    '1\t"一窗通办"没有落实\t一般\t"窗口有人\n能办""一件事"""\t体验式回访\t便民中心\t1 个月\r\n'
    '2\t"全文加引号"\t微小\t公示\t资料核验\t党政办\t2018/6/6\r\n'
    "\t\t\t\t\t\t\r\n\r\n"
)


def test_rows_pasted_from_a_spreadsheet_keep_their_quotes_and_line_breaks() -> None:
    pasted = read_pasted(PASTED)
    assert len(pasted.rows) == 3
    first, second = parse(pasted).rows
    assert first.text == '"一窗通办"没有落实'
    assert first.criteria == ("窗口有人", '能办"一件事"')
    assert second.text == '"全文加引号"'
    assert second.limit == "2018/6/6"


def test_pasting_through_a_form_changes_nothing() -> None:
    assert read_pasted(PASTED.replace("\r\n", "\n").replace("\n", "\r\n")) == read_pasted(PASTED)


def test_nothing_pasted_is_an_empty_grid_and_too_much_is_refused() -> None:
    assert read_pasted(" \r\n\t\r\n").rows == ()
    with pytest.raises(RuleBroken, match="2001 行"):
        read_pasted("甲\n" * 2001)
    with pytest.raises(RuleBroken, match="太多"):
        read_pasted("甲" * 11, Limits(text=10))


LETTERS = st.characters(exclude_categories=("Cc", "Cs"))
TEXTS = st.text(LETTERS | st.sampled_from('"\t\n'), min_size=1).map(str.strip)
WORDS = st.text('甘棠窗口有人"，。()（） AB', min_size=1, max_size=20).map(str.strip)
KNOWN = st.tuples(
    TEXTS.filter(lambda text: bool(text) and not marking_in(text)),
    st.sampled_from(columns.SEVERITIES),
    st.lists(WORDS.filter(bool), min_size=1, max_size=4),
    st.sampled_from(columns.WAYS),
    WORDS.filter(bool),
    st.sampled_from(["1 个月", "10 个工作日", "2026-11-20"]),
)


@given(st.dictionaries(st.text("0123456789甘棠-", min_size=1, max_size=12), KNOWN, min_size=1, max_size=6))
def test_what_is_copied_out_comes_back_the_same(problems: dict[str, Any]) -> None:
    headings = ["编号", "问题", "程度", "销号标准", "核实方式", "责任部门", "期限"]
    rows = [
        [number, text, severity, "\n".join(criteria), way, department, limit]
        for number, (text, severity, criteria, way, department, limit) in problems.items()
    ]
    sheet = parse(read_pasted(to_tsv([headings, *rows])))
    assert not sheet.errors
    back = [
        (row.number, row.text, row.severity, "\n".join(row.criteria), row.verification, row.department)
        for row in sheet.rows
    ]
    assert back == [tuple(row[:6]) for row in rows]
    assert [row.limit for row in sheet.rows] == [row[6] for row in rows]
