"""Every form: what is written has an end, and what WTForms itself says is said in the reader's words."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import (
    DateField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import DataRequired, Length

from fieldapp.web.forms import Form, offered

# Read elsewhere, by a rule that says so: a sheet, a limit, stages and items as they fit on a phone, a search.
BY_A_RULE = {
    "FilterForm.q", "ImportForm.pasted", "ItemForm.text", "NewForm.limit_text", "ReviseForm.limit_text",
    "StageForm.discreet", "StageForm.label", "StageForm.phase_label",
}  # fmt: skip


def written() -> Iterator[tuple[str, StringField]]:
    """Each field of text, of each form."""
    for of in Form.__subclasses__():
        for each in (of, *of.__subclasses__()):
            for name, made in vars(each).items() if each.__module__.startswith("fieldapp.") else ():
                if hasattr(made, "field_class") and issubclass(made.field_class, StringField):
                    yield f"{each.__name__}.{name}", made.bind(Form(), name, _meta=Form.Meta)


def test_what_is_written_has_an_end(app: Flask) -> None:  # making the app imports every form
    endless = {
        name
        for name, field in written()
        if field.type in ("StringField", "TextAreaField")
        and not any(isinstance(each, Length) and each.max > 0 for each in field.validators)
    }
    assert endless == BY_A_RULE


class Everything(Form):
    one = SelectField(choices=offered([("a", "甲")]))
    many = SelectMultipleField(choices=offered([("a", "甲")]))
    day = DateField()
    number = IntegerField()
    text = StringField(validators=[DataRequired()])


@pytest.mark.parametrize("name", ["one", "many", "day", "number", "text"])
def test_what_wtforms_itself_says_is_said_in_chinese(name: str) -> None:
    typed = {"one": "x", "many": "x", "day": "2026-02-30", "number": "viel", "text": ""}
    form = Everything(MultiDict(typed))
    assert not form.validate()
    (sentence,) = form[name].errors
    assert not re.search(r"[A-Za-z%]", sentence)


def test_a_sign_that_no_database_can_hold_is_left_out(as_: Any) -> None:
    clerk = as_("clerk")
    assert clerk.post("/people", data={"name": "借调\0员甲"}).status_code == 303
    assert "借调员甲" in clerk.get("/people").text
