"""What counts as a secrecy marking, and what is only a word in a problem's text."""

import pytest

from fieldapp.problems.marking import marking_in, marking_named, marking_printed

MARKINGS = [
    "秘密",
    "机密",
    "绝密",
    " 秘　密 ",
    "机密级",
    "秘密★",
    "秘密★1年",
    "机密★10年",
    "绝密 ★ 长期",
    "机密10年",
    "【秘密】",
    "［机密］",
    "〔绝密★20年〕",
    "密级：秘密",
    "密级: 机密★1年",
    "机密 甘棠镇问题清单",
    "机密：甘棠镇问题清单",
    "秘密文件",
    "甘棠镇问题清单（机密）",
    "甘棠镇问题清单 机密★1年",
    "甘棠镇问题清单\n秘密★1年",
]
WORDS = [
    "",
    "干部保守秘密的意识不强",
    "秘密文件管理不严，没有登记",
    "机密、秘密级文件混放",
    "文件没有定密（应当定为秘密）",
    "工作秘密",
    "商业秘密保护不到位",
    "把绝密文件带回家",
    "密级",
    "秘书密切联系群众不够",
]


@pytest.mark.parametrize("text", MARKINGS)
def test_a_marking_is_seen_however_it_is_written(text: str) -> None:
    assert marking_in(text) in {"秘密", "机密", "绝密"}


@pytest.mark.parametrize("text", WORDS)
def test_the_word_inside_a_sentence_is_no_marking(text: str) -> None:
    assert marking_in(text) == ""


@pytest.mark.parametrize(
    ("entry", "marking"),
    [
        ("定为秘密级", "秘密"),
        ("国家机密", "机密"),
        ("绝 密", "绝密"),
        ("工作秘密", ""),
        ("非秘密", ""),
        ("内部", ""),
        ("", ""),
    ],
)
def test_under_the_secrecy_heading_the_word_counts_anywhere(entry: str, marking: str) -> None:
    assert marking_named(entry) == marking


def test_a_print_header_is_read_without_its_codes() -> None:
    assert marking_printed('&L甘棠镇&R&"宋体,加粗"&14机密') == "机密"
    assert marking_printed("&C第 &P 页") == ""
