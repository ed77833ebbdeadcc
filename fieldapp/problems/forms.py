"""Forms of a problem, its measures, and the import."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional, ValidationError

from fieldapp import ids
from fieldapp.deadlines.limits import Unit, parse_limit
from fieldapp.errors import RuleBroken
from fieldapp.problems.cells import NEUTRAL_NAME
from fieldapp.problems.marking import marking_in
from fieldapp.problems.models import CRITERION_TAGS, SEVERITIES, WAYS
from fieldapp.web.forms import DayField, Form, Length, at_most, offered, to_choose

REQUIRED = DataRequired("这一项要填")
LIMIT_HINT = "1 个月、10 个工作日、15 个自然日，或者写日子 2018-06-06"


def lines(text: str | None) -> list[str]:
    """The non-empty lines of a text area."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def unmarked(_form: Form, field: Any) -> None:
    """A secrecy marking stops the form: this system may not hold it."""
    if marking_in(field.data or ""):
        raise ValidationError("带密级标志的内容不能放进本系统")


def a_limit(form: Any, field: Any) -> None:
    """A deadline that can be counted; a view tells the form what its county has settled of bare days."""
    try:
        parse_limit(field.data or "", form.bare_day)
    except RuleBroken as broken:
        raise ValidationError(broken.sentence) from None


def tags_field() -> SelectMultipleField:
    """What the criterion speaks of."""
    return SelectMultipleField(
        "主要看什么",
        [Optional()],
        choices=offered(CRITERION_TAGS.items()),
        description="选上的，核的时候排在前面",
    )


def times_field() -> IntegerField:
    """How many visits, on different days, belong to the criterion."""
    return IntegerField(
        "要去几次",
        [Optional(), NumberRange(1, 5, "写 1 到 5 的整数")],
        default=1,
        description="要在不同的日子；不用去人的写 1",
    )


def reason_field() -> TextAreaField:
    """Why the head changes what stood."""
    return TextAreaField(
        "为什么改",
        [REQUIRED, Length(min=10, message="至少 10 个字"), at_most(1000), unmarked],
        filters=[lambda x: x and x.strip()],
    )


class IssuedForm(Form):
    """What issuing did not fix. Not one word of the criterion or the way."""

    short_name = StringField(
        "手机上显示的名字", [REQUIRED, at_most(12), unmarked], description="看不出去查什么"
    )
    criterion_tags = tags_field()
    department = StringField("责任部门", [Optional(), at_most(80), unmarked])
    responsible = StringField("责任人", [Optional(), at_most(40), unmarked])
    version = HiddenField()


class NewForm(Form):
    """A new draft."""

    bare_day: Unit | None = None
    inspection_id = SelectField("哪次巡察", [InputRequired("选一次巡察")])
    number = StringField("编号", [REQUIRED, at_most(60)], description="例如 示例-01")
    text = TextAreaField("问题", [REQUIRED, at_most(2000), unmarked])
    short_name = StringField(
        "手机上显示的名字",
        [Optional(), at_most(12), unmarked],
        description=f"看不出去查什么；不填就叫“{NEUTRAL_NAME}”",
    )
    severity = SelectField("程度", [InputRequired("选一个程度")], choices=to_choose(SEVERITIES.items()))
    criteria = TextAreaField(
        "销号标准",
        [Optional(), at_most(2000), unmarked],
        description="一行一条，交办前要写好，交办以后就定住",
    )
    criterion_tags = tags_field()
    verification = SelectField(
        "核实方式",
        [InputRequired("选一个核实方式")],
        choices=to_choose(WAYS.items()),
        description="单位看不到；交办以后就定住",
    )
    visits_needed = times_field()
    department = StringField("责任部门", [Optional(), at_most(80), unmarked])
    responsible = StringField("责任人", [Optional(), at_most(40), unmarked])
    limit_text = StringField("期限", [REQUIRED, a_limit], description=LIMIT_HINT)
    measures = TextAreaField(
        "整改措施", [Optional(), at_most(4000), unmarked], description="单位说要做的，一行一条"
    )


class DraftForm(NewForm):
    """A draft that was there already: everything may still change."""

    version = HiddenField()


class AmendForm(Form):
    """The head's change of what was fixed by issuing."""

    criteria = TextAreaField("销号标准", [REQUIRED, at_most(2000), unmarked], description="一行一条")
    verification = SelectField("核实方式", choices=offered(WAYS.items()))
    visits_needed = times_field()
    reason = reason_field()
    version = HiddenField()


class ReviseForm(Form):
    """The head's correction of deadline or responsibility after issuing."""

    bare_day: Unit | None = None
    limit_text = StringField("期限", [REQUIRED, a_limit], description=LIMIT_HINT)
    department = StringField("责任部门", [Optional(), at_most(80), unmarked])
    responsible = StringField("责任人", [Optional(), at_most(40), unmarked])
    past = BooleanField("仍这样定")
    reason = reason_field()
    version = HiddenField()


class IssueForm(Form):
    """The day from which the deadline counts, and the deadline that was shown for it."""

    issued_on = DayField(
        "反馈的日子",
        [InputRequired("写一个日子")],
        description="期限从这天起算，休息日也可以",
    )
    shown = HiddenField()
    past = BooleanField("仍这样定")


class FromDayForm(Form):
    """From which day several drafts would count; by GET, so that it is shown before it is settled."""

    on = DayField("反馈的日子", description="期限从这天起算，休息日也可以")


class HandOverForm(Form):
    """One day for several drafts; a draft is sent with the deadline that was shown for it."""

    issued_on = DayField("反馈的日子", [InputRequired("写一个日子")])
    drafts = SelectMultipleField("哪几个", [InputRequired("至少勾一个")], choices=[], validate_choice=False)


class OnceForm(Form):
    """A form that makes one thing, however often it is sent."""

    once = HiddenField(default=lambda: str(ids.new_id()))

    @property
    def key(self) -> UUID | None:
        """What it makes is to be called; None when that was tampered with."""
        return ids.read_id(self.once.data or "")


class MeasureForm(OnceForm):
    """What the unit says it does, who sees to it and until when."""

    text = StringField("措施", [REQUIRED, at_most(500), unmarked], description="做什么，一条一件事")
    responsible = StringField("谁负责", [Optional(), at_most(40), unmarked])
    planned_on = DayField("打算哪天做完", [Optional()])


class WordsForm(MeasureForm):
    """A measure that was there already."""

    version = HiddenField()


class ProgressForm(OnceForm):
    """What the unit reports of one measure."""

    progress = TextAreaField("做到哪一步", [REQUIRED, at_most(1000), unmarked])
    done = BooleanField("已经做完")


class ImportForm(Form):
    """One plain sheet: a file, or rows pasted from WPS."""

    inspection_id = SelectField("哪次巡察", [InputRequired("选一次巡察")])
    file = FileField("表格文件（.xlsx）")
    pasted = TextAreaField("或者从 WPS 里复制，贴在这里")


class ConfirmForm(Form):
    """The previewed rows, sealed."""

    token = HiddenField()


class FilterForm(Form):
    """The ledger's filters; all by GET."""

    county = SelectField("县", validate_choice=False)
    unit = SelectField("单位", validate_choice=False)
    state = SelectField("状态", validate_choice=False)
    severity = SelectField("程度", validate_choice=False)
    due = SelectField("期限", validate_choice=False)
    q = StringField("查找")

    def told(self, names: Iterable[str]) -> str:
        """What is asked for, in the words of these fields."""
        return "·".join(word for word in (_asked_for(self[name]) for name in names) if word)


def _asked_for(field: Any) -> str:
    if not field.data or isinstance(field, StringField):
        return f"“{field.data}”" if field.data else ""
    return next((str(each.label) for each in field.choices if each.value == field.data), "")
