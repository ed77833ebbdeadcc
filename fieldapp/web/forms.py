"""How a view uses a WTForms form: the typed values stay, a broken rule lands beside its field."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar, cast

import wtforms
from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import validators
from wtforms.fields import SelectChoice

from fieldapp import clock
from fieldapp.db import db
from fieldapp.errors import RuleBroken
from fieldapp.writing import cleaned

AnyForm = TypeVar("AnyForm")
_SENTENCES = {  # WTForms' own, in our words; what a form of ours can say
    "This field is required.": "这一项要填",
    "Not a valid choice.": "选列出来的一项",
    "'%(value)s' is not a valid choice for this field.": "只能选列出来的",
    "Not a valid date value.": "日子写成 2018-06-20 这样",
    "Not a valid integer value.": "写一个整数",
}
FIRST_DAY, YEARS_AHEAD = date(2000, 1, 1), 5


class _Words:
    """WTForms asks it for each sentence."""

    def gettext(self, sentence: str) -> str:
        return _SENTENCES.get(sentence, sentence)

    def ngettext(self, one: str, _many: str, _n: int) -> str:
        return self.gettext(one)


class Form(wtforms.Form):
    """What every form of ours is; also those inside another."""

    class Meta:
        def get_translations(self, _form: Any) -> _Words:
            return _Words()


def asked(name: str) -> str:
    """One parameter of the address; empty when it is not there."""
    return cleaned(request.args.get(name, ""))


def from_query(form_class: type[AnyForm]) -> AnyForm:
    """A form that is sent by GET."""
    make: Any = form_class
    form: AnyForm = make(_cleaned(request.args))
    return form


def _cleaned(sent: Any) -> MultiDict[str, str]:
    return MultiDict((name, cleaned(value)) for name, value in sent.items(multi=True))


class Length(validators.Length):
    """WTForms' own, but too long a text ends the chain: what comes after it may be costly."""

    def __call__(self, form: Any, field: Any) -> None:
        try:
            super().__call__(form, field)
        except validators.ValidationError as error:
            raise validators.StopValidation(*error.args) from None


def last_day() -> date:
    """The last day that anybody may name."""
    today = clock.today()
    return date(today.year + YEARS_AHEAD, today.month, min(today.day, 28))


def is_sane(day: date) -> bool:
    """Whether a day lies where the office works: days far off overflow what is counted from them."""
    return FIRST_DAY <= day <= last_day()


class DayField(wtforms.DateField):
    """A day of the office's work; every form's date is one."""

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and not is_sane(self.data):
            raise validators.StopValidation(f"写 {FIRST_DAY:%Y-%m-%d} 到 {last_day():%Y-%m-%d} 之间的日子")


def bound(form_class: type[AnyForm], **kwargs: Any) -> AnyForm:
    """The form with what was sent; a GET gives the defaults of `obj` or `data`."""
    make: Any = form_class
    sent = _cleaned(request.form) if request.method == "POST" else None
    form: AnyForm = make(sent, **kwargs)
    return form


def with_ids(form: AnyForm, start: str) -> AnyForm:
    """The form with ids that begin so, for a page that holds several; the names sent stay as they are."""
    for field in cast(Any, form):
        field.id = field.label.field_id = start + field.id
    return form


def is_again() -> bool:
    """Whether this post only shows what an expired login kept. Nothing of it is written (app.py)."""
    return "_again" in request.form


def is_sent(form: Form) -> bool:
    """Whether to carry the form out: posted, not to be shown again, and valid. Every post that reads a field asks."""
    return request.method == "POST" and not is_again() and bool(form.validate())


@contextmanager
def rules_beside(form: Form) -> Iterator[None]:
    """Turn a broken rule inside the block into an error of its field (or of the form), undoing the work."""
    try:
        with db.session.begin_nested():
            yield
    except RuleBroken as broken:
        field = form._fields.get(broken.field)
        if field is None:
            form.form_errors.append(broken.sentence)
        else:
            field.errors = [*field.errors, broken.sentence]


def offered(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """(value, words) pairs as what a select offers; WTForms takes bare pairs no more from 3.4 on."""
    return [SelectChoice(value, words) for value, words in pairs]


def carry_out(form: Form, act: Callable[[], Any]) -> bool:
    """Do it if the form is sent and sound; whether it was done. A broken rule lands in the form."""
    if not is_sent(form):
        return False
    with rules_beside(form):
        act()
    return not has_errors(form)


def at_most(count: int) -> Length:
    """A length with its sentence."""
    return Length(max=count, message=f"最多 {count} 个字")


def rows_offered(rows: Iterable[Any], empty: str = "") -> list[SelectChoice]:
    """Rows by their names, with a first line that chooses none if it has words."""
    return offered([*([("", empty)] if empty else []), *((str(row.id), row.name) for row in rows)])


def to_choose(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """The same with nothing chosen: what comes first in a list must not be what gets saved unread."""
    return offered([("", "选一个"), *pairs])


def version_of(form: Any) -> int:
    """The row's version that the form was shown with; 0, which fits no row, when it cannot be read."""
    text = (form.version.raw_data or [""])[
        0
    ]  # not .data: WTForms puts the row's own there when none was sent
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def sent_file(field: Any) -> Any:
    """The file that was chosen for a field, to be read; None when none was."""
    upload = request.files.get(field.name)
    return upload.stream if upload is not None and upload.filename else None


def has_errors(form: Form) -> bool:
    """Whether the page must be shown again, with status 422."""
    return bool(form.errors)


def sentences(errors: Iterable[Any]) -> list[str]:
    """The errors of a field; those of a form inside it too, which WTForms gives by name."""
    found: list[str] = []
    for each in errors:
        parts = (
            [each] if isinstance(each, str) else [said for own in each.values() for said in sentences(own)]
        )
        found += [said for said in parts if said not in found]
    return found
