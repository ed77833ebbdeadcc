"""The form of an edition: which decisions, which photos, with which words under them."""

from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, HiddenField, SelectMultipleField, StringField
from wtforms.validators import DataRequired

from fieldapp.closing.composing import Picture
from fieldapp.problems.forms import unmarked
from fieldapp.web.forms import Form, at_most


class SendForm(Form):
    """`shown` is the sum of what was read before it was sent."""

    decisions = SelectMultipleField("发哪些", [DataRequired("至少选一项")])
    shown = HiddenField()


def send_form(pictures: Iterable[Picture]) -> type[SendForm]:
    """The form for these photos; each is named by its sum, so that none can stand for another."""
    fields: dict[str, Any] = {}
    for each in pictures:
        fields[each.name] = BooleanField(f"发这张{each.slot}")
        caption = StringField("图下的话", [at_most(40), unmarked], default=each.slot)
        fields[each.caption_name] = caption
    return type("SendFormOf", (SendForm,), fields)
