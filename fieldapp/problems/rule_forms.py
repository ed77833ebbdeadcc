"""Forms of a county's rules."""

from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, NumberRange, Optional

from fieldapp.deadlines.county_rules import BARE_DAYS, BODIES, read_days
from fieldapp.errors import RuleBroken
from fieldapp.web.forms import Form, Length, at_most, offered

REQUIRED = DataRequired("这一项要填")
REASON = (REQUIRED, Length(min=5, message="至少 5 个字"), at_most(200))


def readable_days(_form: Form, field: Any) -> None:
    """Every line names a day and whether people work on it."""
    try:
        read_days(field.data or "")
    except RuleBroken as broken:
        raise ValidationError(broken.sentence) from None


class CountingForm(Form):
    """How days are counted from now on."""

    first_day_counts = BooleanField("起算的那天算第一天")
    roll_forward = BooleanField("最后一天是休息日，顺延到下一个工作日")
    bare_day = SelectField("期限只写“十天”“15 日”时", choices=offered(BARE_DAYS.items()))
    basis = StringField("依据", [REQUIRED, at_most(30)], description="写文件名或文号")
    reason = StringField("为什么改", REASON)
    version = HiddenField()


class DaysForm(Form):
    """Days that differ from the calendar, or are not in it yet."""

    lines = TextAreaField(
        "哪些日子",
        [Optional(), at_most(4000), readable_days],
        description="一行一天，写日期、休息或上班、说明，例如 2027-01-01 休息 元旦",
    )
    year = IntegerField(
        "哪一年写全了",
        [Optional(), NumberRange(2000, 2099, "写 2000 到 2099 之间的年份")],
        description="那一年的放假通知全部写进来了才填；填了以后，没写的日子按星期算，不再是估算",
    )
    reason = StringField("依据或原因", REASON)
    version = HiddenField()


class RemoveForm(Form):
    """A day that is to go by the calendar again, or a year that is not complete."""

    item = HiddenField()
    version = HiddenField()


class ListsForm(Form):
    """What the county calls its lists."""

    problems = StringField("办公室的清单", [REQUIRED, at_most(12)])
    unit = StringField("单位的清单", [REQUIRED, at_most(12)])
    version = HiddenField()


class BodiesForm(Form):
    """Who has to sign a closing."""

    bodies = SelectMultipleField(
        "哪几方",
        [DataRequired("至少选两方")],
        choices=offered(BODIES.items()),
        description="至少两方；重大问题另加领导小组。纪委监委、组织部由谁签，在“谁能签认”里定",
    )
    reason = StringField("依据或原因", REASON)
    version = HiddenField()
