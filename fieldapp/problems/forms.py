"""Forms of a problem, its measures, and the import."""

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    FileField,
    Form,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from fieldapp.deadlines.limits import parse_limit
from fieldapp.errors import RuleBroken
from fieldapp.problems.marking import marking_in
from fieldapp.problems.models import SEVERITIES, WAYS

REQUIRED = InputRequired("这一项要填")
# The codes are those of visits/library/words.json (a test holds them equal): what an item on the phone speaks to.
CRITERION_TAGS = (
    ("display", "公示和指引"),
    ("access", "方便老人和行动不便的人"),
    ("queue", "排队秩序"),
    ("discipline", "在岗和纪律"),
    ("manner", "态度"),
    ("passing-on", "推来推去"),
    ("told-once", "一次说清"),
    ("papers", "多要材料"),
    ("speed", "办得快、按时办"),
    ("fees", "收费"),
    ("progress", "进度和结果"),
    ("fairness", "公开公平"),
    ("rating", "评价和投诉"),
)


def lines(text: str | None) -> list[str]:
    """The non-empty lines of a text area."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def unmarked(_form: Form, field: Any) -> None:
    """A secrecy marking stops the form: this system may not hold it."""
    if marking_in(field.data or ""):
        raise ValidationError("带密级标志的内容不能放进本系统")


def a_limit(_form: Form, field: Any) -> None:
    """A deadline that can be counted."""
    try:
        parse_limit(field.data or "")
    except RuleBroken as broken:
        raise ValidationError(broken.sentence) from None


class ProblemForm(Form):
    """A draft: everything may still change."""

    inspection_id = SelectField("哪次巡察", [REQUIRED])
    number = StringField("编号", [REQUIRED, Length(max=60)], description="例如 示例-01")
    text = TextAreaField("问题", [REQUIRED, Length(max=2000), unmarked])
    short_name = StringField(
        "手机上显示的名字", [REQUIRED, Length(max=12, message="最多 12 个字")], description="看不出去查什么"
    )
    severity = SelectField("程度", choices=list(SEVERITIES.items()))
    criteria = TextAreaField("销号标准", [Optional(), unmarked], description="一行一条，交办以后就定住")
    criterion_tags = SelectMultipleField("标准说的是", [Optional()], choices=list(CRITERION_TAGS))
    verification = SelectField(
        "核实方式", choices=list(WAYS.items()), description="单位看不到；交办以后就定住"
    )
    department = StringField("责任部门", [Optional(), Length(max=80)])
    responsible = StringField("责任人", [Optional(), Length(max=40)])
    limit_text = StringField(
        "期限", [REQUIRED, a_limit], description="1 个月、10 个工作日，或者写日子 2018-06-06"
    )
    measures = TextAreaField("整改措施", [Optional(), unmarked], description="单位说要做的，一行一条")
    version = HiddenField()


class AmendForm(Form):
    """The head's change of what was fixed by issuing."""

    criteria = TextAreaField("销号标准", [REQUIRED, unmarked], description="一行一条")
    verification = SelectField("核实方式", choices=list(WAYS.items()))
    reason = TextAreaField("为什么改", [REQUIRED, Length(min=10, message="至少 10 个字")])


class IssueForm(Form):
    """The day from which the deadline counts."""

    issued_on = DateField(
        "反馈的日子", [InputRequired("写一个日子")], description="期限从这天起算，休息日也可以"
    )


class MeasureForm(Form):
    """What the unit reports of one measure."""

    progress = TextAreaField("做到哪一步", [REQUIRED, Length(max=1000), unmarked])
    done = BooleanField("已经做完")


class ImportForm(Form):
    """One plain sheet: a file, or rows pasted from WPS."""

    inspection_id = SelectField("哪次巡察", [REQUIRED])
    file = FileField("表格文件（.xlsx）")
    pasted = TextAreaField("或者从 WPS 里复制，贴在这里")


class FilterForm(Form):
    """The ledger's filters; all by GET."""

    unit = SelectField("单位", validate_choice=False)
    state = SelectField("状态", validate_choice=False)
    severity = SelectField("程度", validate_choice=False)
    due = SelectField("期限", validate_choice=False)
    q = StringField("查找")
