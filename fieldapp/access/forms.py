"""Forms of accounts and passwords."""

from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError

from fieldapp import clock
from fieldapp.access.policy import BY_COMMAND, LABELS, STANDING
from fieldapp.web.forms import DayField, Form, at_most, to_choose

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
    """An account for somebody on the list of people, or for somebody new."""

    person_id = SelectField("谁", default="", description="人员名单上还没有账号的人")
    name = StringField("姓名", [at_most(40)])
    home = StringField("原单位", [Optional(), at_most(80)], description="借调的人写从哪里来")
    username = StringField("账号", [REQUIRED, at_most(40)], render_kw={"autocapitalize": "none"})
    password = PasswordField(
        "初始密码",
        description="至少 10 位，第一次登录时要改。在组里的人不写，由主任给",
        render_kw={"autocomplete": "new-password"},
    )

    def validate_name(self, field: StringField) -> None:
        if not self.person_id.data and not field.data:
            raise ValidationError("这一项要填")

    def validate_password(self, field: PasswordField) -> None:
        if not self.person_id.data and not field.data:
            raise ValidationError("这一项要填")


class RoleForm(Form):
    """A standing role for a span of days."""

    role = SelectField(
        "角色",
        [DataRequired("选一个角色")],
        choices=to_choose((role.value, LABELS[role]) for role in STANDING if role not in BY_COMMAND),
    )
    unit_id = SelectField("单位", choices=[], description="只有联络员要选", validate_choice=True)
    starts = DayField("从", [InputRequired("写一个日子")], default=clock.today)
    ends = DayField("到", [InputRequired("写一个日子")])
