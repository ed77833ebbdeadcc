"""Forms of 事实确认."""

from typing import Any

from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, ValidationError

from fieldapp.closing.forms import REASON
from fieldapp.closing.neutral import SHORTEST
from fieldapp.closing.states import SHORTEST_REASON
from fieldapp.problems.forms import OnceForm, unmarked
from fieldapp.web.forms import Form, Length, at_most, offered

SAID = {"yes": "属实", "no": "有异议"}


class FactForm(OnceForm):
    """The neutral text that the unit reads."""

    text = TextAreaField(
        "发给单位的话",
        [
            DataRequired("这一项要填"),
            Length(min=SHORTEST, message=f"至少 {SHORTEST} 个字"),
            at_most(500),
            unmarked,
        ],
        description=f"只写事实，至少 {SHORTEST} 个字；不写谁去的、哪天去的、怎么核的",
        filters=[lambda x: x and x.strip()],
    )


class DismissForm(Form):
    """不立为问题, and why."""

    reason = TextAreaField(
        "为什么不立为问题",
        REASON,
        description=f"至少 {SHORTEST_REASON} 个字；只有办公室看得到",
        filters=[lambda x: x and x.strip()],
    )


class AnswerForm(Form):
    """The unit's answer."""

    agrees = RadioField("是不是这样", [InputRequired("选一个")], choices=offered(SAID.items()))
    text = TextAreaField("说明", [at_most(1000), unmarked], description="有异议的，写明哪里不对")

    def validate_text(self, field: Any) -> None:
        if self.agrees.data == "no" and not (field.data or "").strip():
            raise ValidationError("写明哪里不对")


class AnswerLetterForm(AnswerForm):
    """The same, entered by the office from the unit's letter."""

    letter = StringField("来文字号", [DataRequired("写来文字号"), at_most(80), unmarked])
