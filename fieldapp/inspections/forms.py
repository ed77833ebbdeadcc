"""Forms of an inspection."""

from wtforms import HiddenField, SelectField
from wtforms.validators import InputRequired, Optional

from fieldapp.web.forms import DayField, Form


class DaysForm(Form):
    """When it was; all that may still change once it is there."""

    entered_on = DayField("进驻", [Optional()])
    left_on = DayField("撤离", [Optional()])
    feedback_on = DayField("反馈", [Optional()], description="休息日也可以")
    version = HiddenField()


class InspectionForm(DaysForm):
    """Which team inspected which unit besides."""

    team_id = SelectField("哪个组", [InputRequired("选一个组")])
    unit_id = SelectField("哪个单位", [InputRequired("选一个单位")])
