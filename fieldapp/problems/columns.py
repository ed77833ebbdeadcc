"""The columns of the plain checklist sheet: what people call them, and the words that two of them allow."""

import re

from fieldapp.writing import folded

SEVERITIES = ("重大", "一般", "微小")
WAYS = ("体验式回访", "实地核查", "资料核验", "电话回访与台账倒查")

# The first name is the template's, and the form's label. Of two names for one field (序号 beside 编号) the earlier
# here counts.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "number": ("编号", "问题编号", "巡察问题序号", "问题序号", "序号"),
    "text": (
        "问题",
        "问题表述",
        "问题描述",
        "存在的问题",
        "存在问题",
        "反馈的问题",
        "发现的问题",
        "反馈问题",
        "具体问题",
        "主要问题",
        "问题内容",
    ),
    "short_name": ("手机上显示的名字", "短名", "手机短名", "手机显示名"),
    "severity": ("程度", "严重程度", "性质", "问题性质", "问题程度"),
    "criteria": ("销号标准", "整改标准", "完成标准"),
    "verification": ("核实方式", "核验方式", "核查方式"),
    "visits_needed": ("要去几次", "核查次数", "去几次"),
    "department": ("责任部门", "责任单位", "责任部门(单位)", "整改责任部门"),
    "person": ("责任人", "整改责任人", "具体责任人"),
    "measures": ("整改措施", "具体措施", "措施"),
    "limit": ("期限", "整改期限", "办理时限", "整改时限", "完成时限", "完成期限"),
    "marking": ("密级", "定密"),
}
REQUIRED = ("number", "text", "severity", "verification", "limit")  # as in the form of one problem
NAMES = {field: names[0] for field, names in SYNONYMS.items()}

_BRACKETED = re.compile(r"\([^()]*\)$")


def _bare(heading: str) -> str:
    return "".join(folded(heading).split()).strip("*:")


_RANKS = {_bare(name): (field, rank) for field, names in SYNONYMS.items() for rank, name in enumerate(names)}


def field_of(heading: str) -> tuple[str, int] | None:
    """The field that a heading names and how near the name is (0 is nearest); a remark in brackets at its end
    may differ: 问题表述(反馈原文)."""
    bare = _bare(heading)
    return _RANKS.get(bare) or _RANKS.get(_BRACKETED.sub("", bare))


def letter(column: int) -> str:
    """The letters a spreadsheet gives a column; 0 is A."""
    before, last = divmod(column, 26)
    return (letter(before - 1) if before else "") + chr(ord("A") + last)
