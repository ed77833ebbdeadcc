"""Whose phone is bound."""

from wtforms import SelectField
from wtforms.validators import DataRequired

from fieldapp.web.forms import Form


class BindForm(Form):
    """One of those who are in a team today."""

    person_id = SelectField("谁的手机", [DataRequired("选一个人")])
