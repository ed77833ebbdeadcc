"""Forms of units, rounds, teams, people and recusals."""

from datetime import date
from typing import Any

from wtforms import BooleanField, DateField, Form, HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

REQUIRED = DataRequired("这一项要填")
DAY = InputRequired("写一个日子")
NAME = Length(max=60, message="最多 60 个字")


def of_this_century(_form: Form, field: Any) -> None:
    """A slip of the pen must not close a place in the year 203."""
    if field.data and not date(2000, 1, 1) <= field.data <= date(2099, 12, 31):
        raise ValidationError("写 2000 到 2099 年之间的日子")


class UnitForm(Form):
    """A unit; `version` is the row's when the form was shown."""

    name = StringField("单位", [REQUIRED, NAME])
    party_org = StringField("党组织", [Optional(), NAME])
    phone_name = StringField(
        "手机上显示的名字",
        [REQUIRED, Length(max=12, message="最多 12 个字")],
        default="镇上办事",
        description="看不出去查什么",
    )
    version = HiddenField()


class PointForm(Form):
    """A service point. The hours are what people write; opening.py reads them."""

    name = StringField("服务点", [REQUIRED, NAME])
    address = StringField("地址", [Optional(), Length(max=120, message="最多 120 个字")])
    hours = StringField(
        "开放时间",
        [Optional(), Length(max=200, message="最多 200 个字")],
        description="例如 9-17点；周六 9-12点。没写星期的是周一到周五",
    )
    version = HiddenField()


class CounterForm(Form):
    """One more counter; never a clerk's name."""

    name = StringField("添一个窗口", [REQUIRED, NAME], description="写窗口名，不写人名")


class CounterNameForm(Form):
    """What a counter is called."""

    name = StringField("窗口", [REQUIRED, NAME], description="写窗口名，不写人名")
    version = HiddenField()


class ClosureForm(Form):
    """From which day on a place is out of use; none takes it into use again."""

    closed_on = DateField("从哪天起停用", [Optional(), of_this_century])
    version = HiddenField()


class RoundForm(Form):
    """A round of inspection."""

    name = StringField("轮次", [REQUIRED, NAME])
    starts = DateField("从", [DAY])
    ends = DateField("到", [DAY])


class TeamForm(Form):
    """A team of a round."""

    name = StringField("组", [REQUIRED, NAME], description="例如 第一巡察组")


class MemberForm(Form):
    """Who belongs to a team, from when to when."""

    person_id = SelectField("谁", [REQUIRED])
    starts = DateField("从", [DAY])
    ends = DateField("到", [DAY])
    leads = BooleanField("是组长")


class PersonForm(Form):
    """Somebody without an account yet."""

    name = StringField("姓名", [REQUIRED, Length(max=40, message="最多 40 个字")])
    home = StringField("原单位", [Optional(), NAME])
    version = HiddenField()


class RecusalForm(Form):
    """Who must not deal with a unit."""

    person = SelectField("谁", [REQUIRED])
    unit = SelectField("回避哪个单位", [REQUIRED])
    reason = StringField("为什么", [REQUIRED, Length(max=200)])
