"""What people type is read in time that grows with its length: nobody holds the server with one form.

Each text made to be slow is read beside a harmless one of the same length, in the same run; the ratio of this thread's
own time is what counts. The square of the length would be hundreds of times as much."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from fieldapp.deadlines.county_rules import read_days
from fieldapp.deadlines.limits import parse_limit
from fieldapp.errors import RuleBroken
from fieldapp.problems.cells import READERS, read_limit
from fieldapp.problems.columns import field_of
from fieldapp.problems.grid import Limits, read_pasted
from fieldapp.problems.marking import marking_in, marking_named, marking_printed
from fieldapp.web.forms import bound

SIZE = 100_000
GENEROUS = 40
READ: dict[str, Callable[[str], Any]] = {
    "marking_in": marking_in,
    "marking_named": marking_named,
    "marking_printed": marking_printed,
    "parse_limit": parse_limit,
    "read_days": read_days,
    "read_pasted": lambda text: read_pasted(text, Limits(text=2 * SIZE)),
    "heading": field_of,
    "criteria": READERS["criteria"],
    "number": READERS["number"],
    "limit": read_limit,
}
SLOW = {
    "spaces after 密级": ("密级", " ", "x"),
    "spaces after a word": ("机密", " ", "x"),
    "spaces in a word": ("秘", " ", "密x"),
    "wide spaces": ("密级：", "\u3000", "x"),
    "brackets": ("", "【(", "密"),
    "words": ("", "秘密", "x"),
    "words with spaces": ("", "密级 ", "x"),
    "combining marks": ("密e", "\u0301\u0316", ""),
    "digits": ("机密", "9", "x"),
    "limit": ("1", " ", "1 密"),
    "print codes": ("密", '&"', ""),
    "quotes": ("密", '"\t"""', ""),
    "items": ("①密", "②", ""),
    "numbered": ("1.密", " 2.", ""),
    "short lines": ("", "密\n", ""),
}


def taken(read: Callable[[str], Any], text: str) -> float:
    before = time.thread_time()
    with suppress(RuleBroken):
        read(text)
    return time.thread_time() - before


def filled(start: str, middle: str, end: str) -> str:
    return start + middle * (SIZE // len(middle)) + end


@pytest.mark.parametrize("name", READ)
def test_no_text_takes_much_longer_than_a_harmless_one(name: str) -> None:
    harmless = max(taken(READ[name], filled("密", each, "")) for each in ("字", "字的 \n", "a\t"))
    for kind, parts in SLOW.items():
        assert taken(READ[name], filled(*parts)) < GENEROUS * harmless, kind


def test_too_long_a_text_is_not_read_any_further(app: Any) -> None:
    from fieldapp.problems.forms import ProgressForm

    said = "字" * 1001 + "\n秘密★1年"
    with app.test_request_context(method="POST", data={"progress": said}):
        form = bound(ProgressForm)
        assert not form.validate()
    assert form.progress.errors == ["最多 1000 个字"]
