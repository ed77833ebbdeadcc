"""Forms of the closing: the office's opinion, a verification, signatures on screen and on paper, who signs."""

from typing import Any

from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    IntegerField,
    MultipleFileField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from fieldapp import clock
from fieldapp.access.actions import password_refusal
from fieldapp.closing.states import SHORTEST_REASON
from fieldapp.deadlines.county_rules import BODIES
from fieldapp.problems.forms import LIMIT_HINT, OnceForm, a_limit, unmarked
from fieldapp.web.forms import DayField, Form, Length, at_most, offered

OPINIONS = {"approve": "同意", "send_back": "退回回访组", "turn_down": "打回单位"}
TOO_SHORT = f"至少 {SHORTEST_REASON} 个字"
REASON = (DataRequired("这一项要填"), Length(min=SHORTEST_REASON, message=TOO_SHORT), at_most(1000), unmarked)


def _stripped(text: str | None) -> str | None:
    return text and text.strip()


class StepForm(Form):
    """A step that has nothing to fill in."""


class LimitedForm(Form):
    """A form that sets a new limit: the day it comes to is shown before it is carried out."""

    bare_day: Any = None
    is_ahead = False  # it comes back to show that day, not because something is wrong
    shown = HiddenField()


class OpinionForm(LimitedForm):
    """你的意见, on what was shown."""

    opinion = RadioField("怎么定", [InputRequired("选一个")], choices=offered(OPINIONS.items()))
    reason = TextAreaField(
        "理由", [at_most(1000), unmarked], description=f"退回、打回要写，{TOO_SHORT}", filters=[_stripped]
    )
    limit_text = StringField("新期限", [at_most(40)], description=f"打回单位才填：{LIMIT_HINT}")
    seen = HiddenField()
    visit = HiddenField()

    def validate_reason(self, field: Any) -> None:
        if self.opinion.data in ("send_back", "turn_down") and len(field.data or "") < SHORTEST_REASON:
            what = "缺什么" if self.opinion.data == "send_back" else "还要做什么"
            raise ValidationError(f"写清{what}，{TOO_SHORT}")

    def validate_limit_text(self, field: Any) -> None:
        if self.opinion.data == "turn_down":
            a_limit(self, field)


class ReopenForm(LimitedForm):
    """重启: what is to be done again, until when, and on what it rests."""

    still = TextAreaField("还要做什么", REASON, description=f"单位看得到，{TOO_SHORT}", filters=[_stripped])
    limit_text = StringField(
        "新期限", [DataRequired("这一项要填"), at_most(40), a_limit], description=LIMIT_HINT
    )
    basis = TextAreaField(
        "依据", REASON, description=f"谁、哪天、怎么发现的，{TOO_SHORT}；单位看不到", filters=[_stripped]
    )


class VerifyForm(OnceForm):
    """资料核验 or 电话回访: counts, words, whether the criterion is met."""

    day = DayField("哪天核的", [InputRequired("写一个日子")])
    looked = IntegerField(
        "查了几份或打了几次", [InputRequired("写一个整数"), NumberRange(1, 9999, "写 1 以上的整数")]
    )
    good = IntegerField(
        "合格几份或几次", [InputRequired("写一个整数"), NumberRange(0, 9999, "写 0 以上的整数")]
    )
    text = TextAreaField(
        "查了什么、看到什么",
        [DataRequired("写一句看到什么"), at_most(2000), unmarked],
        filters=[_stripped],
    )
    fixed = RadioField(
        "对照标准", [InputRequired("选一个")], choices=offered([("yes", "已整改"), ("no", "没有改好")])
    )
    photos = MultipleFileField("照片", [Optional()])


class SignForm(Form):
    """One password for what is ticked. It is asked before the request's first statement (access.actions)."""

    who: Any = None
    ticked = SelectMultipleField("要签的", [DataRequired("至少勾一项")], validate_choice=False)
    password = PasswordField("你的密码", [DataRequired("写上密码才算签")])

    def validate_password(self, field: Any) -> None:
        if not self.ticked.errors and (refusal := password_refusal(self.who, field.data, at=clock.now())):
            raise ValidationError(refusal)


class ObjectionForm(Form):
    """One body's no."""

    body = SelectField("替哪一方", validate_choice=False)
    fingerprint = HiddenField()
    reason = TextAreaField(
        "为什么不同意", REASON, description=f"退回办公室重审，{TOO_SHORT}", filters=[_stripped]
    )


class PaperForm(Form):
    """纸质签批 as it is entered."""

    signed = SelectField("谁签的", [InputRequired("选一个")])
    day = DayField("签批的日子", [InputRequired("写一个日子")], description="写在签名旁边的那天")
    page = FileField("签字盖章的那一页")
    same = BooleanField("页上的记录指纹和上面的一样")

    def validate_same(self, field: Any) -> None:
        if not field.data:
            raise ValidationError("先对页上印的指纹；不一样的，是另一份记录，不能登记")


class CompareForm(Form):
    """The second person's word."""

    stands = RadioField(
        "页和录入", [InputRequired("选一个")], choices=offered([("yes", "一致"), ("no", "不一致")])
    )


class SignerForm(OnceForm):
    """Who signs for a body in a round."""

    round_id = SelectField("哪一轮", [InputRequired("选一轮")])
    body = SelectField(
        "替哪一方", [InputRequired("选一方")], choices=offered([("", "选一个"), *BODIES.items()])
    )
    team_id = SelectField("哪个组", [Optional()], description="替原巡察组签的才选")
    person_id = SelectField("谁签", [InputRequired("选一个人")])
    instead_of = SelectField("接替谁", [Optional()], description="选了，他就不再签")
    starts = DayField("从", [InputRequired("写一个日子")])
    ends = DayField("到", [InputRequired("写一个日子")])
    reason = TextAreaField("为什么", REASON, description=TOO_SHORT, filters=[_stripped])
