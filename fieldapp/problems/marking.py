"""Secrecy markings as people put them on papers. This system may not hold what carries one."""

import re

from fieldapp.writing import folded

# The lines these shapes are tried on hold no two spaces in a row: with more, `\s*` beside `\s*` would try
# every way of parting them, and a long run of spaces would hold the server.
_WORD = r"(?P<word>[秘机绝]\s?密)\s?级?"
_TERM = r"(?:\d+\s?(?:年|个月|月|天|日)|长期|启用前)"
_SHAPES = (
    # alone on its line, with its term, or parted from what follows; a sentence goes on without a space
    re.compile(rf"^(?:密级\s?:?\s?)?{_WORD}\s?(?:$|[★☆*:]|{_TERM}|(?<=\s)|(?:件|文件|资料)$)"),
    re.compile(rf"^[\[【〔(《<「]\s?{_WORD}[^\]】〕)》>」]{{0,12}}[\]】〕)》>」]"),  # 【秘密】
    re.compile(rf"[\[【〔(]\s?{_WORD}\s?[\]】〕)]$"),  # a title that ends with （机密）
    re.compile(rf"{_WORD}\s?[★☆]"),  # the star of GB/T 9704 stands nowhere but in a marking
)
_ANY_WORD = re.compile(r"(?<!工作)(?<!商业)(?<!非)(?P<word>[秘机绝]密)")
_PRINT_CODES = re.compile(r'&(?:"[^"]*"|\d+|[A-Za-z])')


def marking_in(text: str) -> str:
    """The marking that a line of this text is or begins with, else an empty string.

    The word inside a sentence (保守秘密) is none."""
    if "密" not in text:
        return ""
    for line in folded(text).splitlines():
        plain = " ".join(line.split())
        for shape in _SHAPES if "密" in plain else ():
            if found := shape.search(plain):
                return "".join(found["word"].split())
    return ""


def marking_named(text: str) -> str:
    """The marking that an entry under 密级 names: there the word counts wherever it stands."""
    found = _ANY_WORD.search("".join(folded(text).split()))
    return found["word"] if found else ""


def marking_printed(text: str) -> str:
    """The marking in a sheet's print header or footer, whose codes (&R, &"font") part it from the rest."""
    return marking_in(_PRINT_CODES.sub("\n", text))
