"""How a view uses a WTForms form: the typed values stay, a broken rule lands beside its field."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from flask import request
from wtforms import Form
from wtforms.fields import SelectChoice

from fieldapp.db import db
from fieldapp.errors import RuleBroken

AnyForm = TypeVar("AnyForm")


def bound(form_class: type[AnyForm], **kwargs: Any) -> AnyForm:
    """The form with what was sent; a GET gives the defaults of `obj` or `data`."""
    make: Any = form_class
    sent = request.form if request.method == "POST" else None
    form: AnyForm = make(sent, meta={"locales": ["zh"]}, **kwargs)  # WTForms' own sentences
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


def has_errors(form: Form) -> bool:
    """Whether the page must be shown again, with status 422."""
    return bool(form.errors)
