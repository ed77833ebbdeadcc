"""Forms of the unit's request to close: as its liaison writes it, and as the office enters it from a letter."""

from typing import Any

from wtforms import FileField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional, ValidationError

from fieldapp import clock
from fieldapp.problems.forms import REQUIRED, OnceForm, unmarked
from fieldapp.web.forms import DayField, at_most, sent_file


class RequestForm(OnceForm):
    """报请销号, by the unit itself: the day is the day it is sent."""

    statement = TextAreaField(
        "改好了什么",
        [REQUIRED, at_most(2000), unmarked],
        description="对着“这样才算改好”写",
        filters=[lambda x: x and x.strip()],
    )
    letter = StringField("文号", [Optional(), at_most(80), unmarked], description="附了正式报告才填")
    page = FileField("盖章页的照片", [Optional()], description="拍一张，或从相册选")


class LetterForm(RequestForm):
    """登记来文: the clock stops on the day when the letter was received."""

    day = DayField("收到日期", [InputRequired("写一个日子")], default=clock.today)
    statement = TextAreaField(
        "来文说改好了什么", [REQUIRED, at_most(2000), unmarked], filters=[lambda x: x and x.strip()]
    )
    letter = StringField("来文字号", [at_most(80), unmarked], description="没有字号的，附盖章页的照片")
    page = FileField("盖章页的照片")

    def validate_letter(self, field: Any) -> None:
        """Nothing is entered that no letter says."""
        if not (field.data or "").strip() and sent_file(self.page) is None:
            raise ValidationError("写来文字号，或者附上盖章页的照片")
