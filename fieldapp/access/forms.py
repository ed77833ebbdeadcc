"""Forms of accounts and passwords."""

from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Optional

from fieldapp.access.policy import BY_COMMAND, LABELS, STANDING
from fieldapp.web.forms import DayField, Form, at_most, offered

REQUIRED = DataRequired("这一项要填")


class PasswordForm(Form):
    """One's own password."""

    old = PasswordField("现在的密码", [REQUIRED], render_kw={"autocomplete": "current-password"})
    password = PasswordField(
        "新密码", [REQUIRED], description="至少 10 位", render_kw={"autocomplete": "new-password"}
    )


class SightForm(Form):
    """Large letters or not."""

    big_text = BooleanField(false_values=("no", ""))


class AccountForm(Form):
    """A new person with an account."""

    name = StringField("姓名", [REQUIRED, at_most(40)])
    home = StringField("原单位", [Optional(), at_most(80)], description="借调的人写从哪里来")
    username = StringField("账号", [REQUIRED, at_most(40)], render_kw={"autocapitalize": "none"})
    password = PasswordField(
        "初始密码",
        [REQUIRED],
        description="至少 10 位，第一次登录时要改",
        render_kw={"autocomplete": "new-password"},
    )


class RoleForm(Form):
    """A standing role for a span of days."""

    role = SelectField(
        "角色", choices=offered((role.value, LABELS[role]) for role in STANDING if role not in BY_COMMAND)
    )
    unit_id = SelectField("单位", choices=[], description="只有联络员要选", validate_choice=True)
    starts = DayField("从", [InputRequired("写一个日子")])
    ends = DayField("到", [InputRequired("写一个日子")])
