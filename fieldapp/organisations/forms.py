"""Forms of units, rounds, teams, people and recusals."""

from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Optional

from fieldapp.web.forms import DayField, Form, at_most

REQUIRED = DataRequired("这一项要填")
DAY = InputRequired("写一个日子")
NAME = at_most(60)


class UnitForm(Form):
    """A unit; `version` is the row's when the form was shown."""

    name = StringField("单位", [REQUIRED, NAME])
    party_org = StringField("党组织", [Optional(), NAME])
    phone_name = StringField(
        "手机上显示的名字",
        [REQUIRED, at_most(12)],
        default="镇上办事",
        description="看不出去查什么",
    )
    version = HiddenField()


class PointForm(Form):
    """A service point. The hours are what people write; opening.py reads them."""

    name = StringField("服务点", [REQUIRED, NAME])
    address = StringField("地址", [Optional(), at_most(120)])
    hours = StringField(
        "开放时间",
        [Optional(), at_most(200)],
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


class VersionForm(Form):
    """A step that has nothing to fill in, on a row as it was shown."""

    version = HiddenField()


class ClosureForm(VersionForm):
    """From which day on a place is out of use."""

    closed_on = DayField("从哪天起停用", [DAY])


class RoundForm(Form):
    """A round of inspection."""

    name = StringField("轮次", [REQUIRED, NAME])
    starts = DayField("从", [DAY])
    ends = DayField("到", [DAY])


class TeamForm(Form):
    """A team of a round."""

    name = StringField("组", [REQUIRED, NAME], description="例如 第一巡察组")


class MemberForm(Form):
    """Who belongs to a team, from when to when."""

    person_id = SelectField("谁", [DataRequired("选一个人")])
    starts = DayField("从", [DAY])
    ends = DayField("到", [DAY])
    leads = BooleanField("是组长")


class PersonForm(Form):
    """Somebody without an account yet."""

    name = StringField("姓名", [REQUIRED, at_most(40)])
    home = StringField("原单位", [Optional(), NAME])
    version = HiddenField()


class RecusalForm(Form):
    """Who must not deal with a unit."""

    person = SelectField("谁", [DataRequired("选一个人")])
    unit = SelectField("回避哪个单位", [DataRequired("选一个单位")])
    reason = StringField("为什么", [REQUIRED, at_most(200)])
