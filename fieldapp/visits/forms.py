"""Forms of planning and of the scenario editor."""

from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional
from wtforms.widgets import HiddenInput

from fieldapp.web.forms import DayField, Form, Length, at_most, offered

REQUIRED = InputRequired("这一项要填")
DAY = InputRequired("写一个日子")


class WhereForm(Form):
    """First page of planning: which unit, from when to when. What follows depends on it."""

    unit_id = SelectField("单位", [InputRequired("选一个单位")])
    starts = DayField("从", [DAY])
    ends = DayField("到", [DAY])


class PlanForm(Form):
    """The plan itself."""

    counter_id = SelectField("窗口", [InputRequired("选一个窗口")])
    scenario_version_id = SelectField("事项", [InputRequired("选一个事项")])
    short_name = StringField("手机上显示的名字", [REQUIRED, at_most(12)], description="看不出去查什么")
    approval = StringField(
        "批准的回访方案（必填）",
        [InputRequired("写上方案的文号，没有批准的方案不能去"), at_most(60)],
        description="文号，例如 回访方案〔2018〕6 号",
    )
    problem_ids = SelectMultipleField("核哪些问题", [InputRequired("至少选一个问题")])
    team_id = SelectField("派哪个组", [Optional()])  # two people of one team say it too
    people = SelectMultipleField("派谁去", [InputRequired("至少选两个人")])
    knowers = SelectMultipleField(
        "谁还可以知道", [Optional()], description="去的人、他们的组长和你自己总在名单上"
    )
    early_days = IntegerField(
        "提前几天让回访人员看到",
        [NumberRange(0, 3, "0 到 3 天")],
        default=0,
        description="0 是当天，最多 3 天",
    )
    override_reason = TextAreaField(
        "派原来那个组的理由", [Optional(), at_most(500)], description="只有主任能这样派，至少 10 个字"
    )
    again = BooleanField("仍要安排")
    version = HiddenField()


class DrawForm(Form):
    """Candidates of a draw: counters and days."""

    counters = SelectMultipleField("可以抽到的窗口", [InputRequired("至少选一个窗口")])
    starts = DayField("最早的日子", [DAY])
    ends = DayField("最晚的日子", [DAY])
    rest_days = BooleanField("也在休息日去", description="有的服务中心周六开门；不勾只抽工作日")
    reason = TextAreaField(
        "为什么重抽", [Optional(), at_most(500)], description="重抽才写，至少 10 个字；上一次抽的也留着"
    )


class StageForm(Form):
    """One stage of a scenario; without a place it is not part of it."""

    code = HiddenField()
    place = SelectField("第几步", choices=offered([("", "没有"), *((str(n), str(n)) for n in range(1, 10))]))
    label = StringField("名称", [Optional()])
    discreet = StringField("备忘里的说法", [Optional()])
    phase_label = StringField("之后这段叫什么", [Optional()])


class ScenarioForm(Form):
    """A scenario's content; lists are lines of text, so that they can be pasted from a sheet."""

    name = StringField("名称", [REQUIRED, at_most(60)])
    sample = BooleanField("还是示例，没有照本县办事指南核对过")
    ask = TextAreaField("到窗口要问的一句话", [REQUIRED, at_most(400)])
    sim_depth = SelectField("能做到哪一步")
    how_far = TextAreaField("到哪里为止", [REQUIRED, at_most(400)], description="要写明：绝不编造情况")
    roles = SelectMultipleField("可以用什么身份", [InputRequired("至少选一种身份")])
    materials = TextAreaField("要带的材料", [Optional(), at_most(2000)], description="一行写一样")
    steps = TextAreaField("办理过程", [Optional(), at_most(2000)], description="一行写一步")
    complaints = TextAreaField(
        "常听到的意见", [Optional(), at_most(2000)], description="只给办公室看，一行写一样"
    )
    legal_limit = IntegerField("法定时限", [Optional()])
    legal_unit = SelectField("法定时限怎么算")
    promised_limit = IntegerField("承诺时限", [Optional()])
    promised_unit = SelectField("承诺时限怎么算")
    certainty = SelectField("时限有多大把握")
    source_note = StringField("依据", [Optional(), at_most(200)])
    stages = FieldList(
        FormField(StageForm), "阶段", description="写了第几步的才算；头一步是到达，最后一步是离开"
    )
    items = SelectMultipleField("先显示的", [Optional()], description="最多 8 条")
    more = SelectMultipleField("更多里的", [Optional()])
    based_on = IntegerField("版本", widget=HiddenInput())


class ItemForm(Form):
    """New words for one item."""

    text = StringField("看什么", [REQUIRED], description="答“是”就是好；最多 18 个字")
    tags = SelectMultipleField("和哪类标准有关", [Optional()])


class CorrectionForm(Form):
    """A leader's word on a conflict."""

    value = StringField("以哪个为准", [InputRequired("选一个"), at_most(100)])
    reason = TextAreaField("理由", [DataRequired("写一句理由"), at_most(1000)])


class CheckForm(Form):
    """核过, of the record that was shown."""

    seal = HiddenField()


class ReturnForm(Form):
    """退回补充."""

    missing = TextAreaField(
        "缺什么",
        [DataRequired("写清缺什么"), Length(min=10, message="写清缺什么，至少 10 个字"), at_most(1000)],
        description="去的人在手机上看得到，至少 10 个字",
        filters=[lambda x: x and x.strip()],
    )


class AttendanceForm(Form):
    """Whether somebody went."""

    went = RadioField(
        "去了没有", [InputRequired("点一个")], choices=offered([("yes", "去了"), ("no", "没去")])
    )


class ParkedForm(Form):
    """What becomes of taps that fit no visit."""

    decision = RadioField("怎么办", [InputRequired("选一个")])
    reason = TextAreaField("理由", [DataRequired("写一句理由"), at_most(500)], description="写给以后看的人")
