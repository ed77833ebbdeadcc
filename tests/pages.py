"""What a browser would send: the fields of a page's form as it stands, without script; and where they stand. And what
a table says."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

Fields = list[tuple[str, str]]
Sent = dict[str, list[str]]
_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
TYPED = {"text", "search", "number", "date", "password", "textarea", "email", "tel"}


@dataclass
class Element:
    """A tag with what stands in it."""

    tag: str
    said: dict[str, str]
    above: "Element | None" = None
    inside: "list[Element | str]" = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(each if isinstance(each, str) else each.text for each in self.inside).strip()

    def all(self) -> "list[Element]":
        """Itself and everything below, in order."""
        found = [self]
        for each in self.inside:
            found += each.all() if isinstance(each, Element) else []
        return found

    def up(self) -> "list[Element]":
        """Itself and everything around it, inside out."""
        return [self, *(self.above.up() if self.above else [])]


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.here = self.root = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.inside.append(made)
        if tag not in _VOID:
            self.here = made

    def handle_endtag(self, tag: str) -> None:
        around = next((each for each in self.here.up() if each.tag == tag), None)
        if around is not None and around.above is not None:
            self.here = around.above

    def handle_data(self, data: str) -> None:
        self.here.inside.append(data)


def tree(html: str) -> Element:
    """The page."""
    parser = _Tree()
    parser.feed(html)
    return parser.root


@dataclass
class Form:
    """A form that posts."""

    page: str
    element: Element

    @property
    def action(self) -> str:
        return self.element.said["action"]

    @property
    def parts(self) -> list[Element]:
        """Its fields, but for those that are switched off."""
        found = [each for each in self.element.all() if each.tag in ("input", "select", "textarea")]
        return [each for each in found if each.said.get("name") and "disabled" not in each.said]

    @property
    def seen(self) -> list[Element]:
        """The fields that a person fills in."""
        return [
            each for each in self.parts if kind(each) not in ("hidden", "file") and "hidden" not in each.said
        ]

    @property
    def fields(self) -> Fields:
        """What it would send as it stands."""
        return [(part.said["name"], value) for part in self.parts for value in values(part)]

    def sent(self) -> Sent:
        """The same by name."""
        return changed(self.fields)


def kind(part: Element) -> str:
    """text, date, checkbox, select, textarea, …"""
    return part.said.get("type", "text") if part.tag == "input" else part.tag


def values(part: Element) -> list[str]:
    """What a field would send."""
    if part.tag == "select":
        options = [each for each in part.all() if each.tag == "option"]
        chosen = [each for each in options if "selected" in each.said]
        if not chosen and "multiple" not in part.said:
            chosen = options[:1]
        return [each.said.get("value", each.text) for each in chosen]
    if kind(part) in ("checkbox", "radio"):
        return [part.said.get("value", "on")] if "checked" in part.said else []
    if part.tag == "textarea":
        written = "".join(each for each in part.inside if isinstance(each, str))
        return [written.removeprefix("\r").removeprefix("\n")]  # the first line break is no text
    return [] if kind(part) == "file" else [part.said.get("value", "")]


def posting(html: str, page: str = "") -> list[Form]:
    """The forms of a page that post."""
    found = [each for each in tree(html).all() if each.tag == "form" and each.said.get("method") == "post"]
    return [Form(page, each) for each in found]


def fields_of(html: str, action: str) -> Fields:
    """The fields of the first form with this action."""
    return next(form for form in posting(html) if form.action == action).fields


def changed(fields: Fields, **values: str | list[str] | None) -> Sent:
    """The fields as a post, some of them with other values; None leaves one out."""
    sent: Sent = {}
    for name, value in fields:
        sent.setdefault(name, []).append(value)
    for name, new in values.items():
        sent.pop(name, None)
        if new is not None:
            sent[name] = [new] if isinstance(new, str) else new
    return sent


def cells_of(html: str, caption: str = "") -> list[list[str]]:
    """The words of each row's cells in the (first) table with this caption, without the labels that cards have."""
    body = html.split(f"{caption}</caption>")[1].split("<tbody>")[1].split("</tbody>")[0]
    body = re.sub(r'<span class="cell-label">.*?</span>', "", body)
    rows = [
        re.findall(r"<td[^>]*>(.*?)</td>", row, flags=re.S) for row in body.split("</tr>") if "<td" in row
    ]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in rows]


def without_templates(page: str) -> str:
    """What of a page is shown: a template is there for script."""
    return re.sub(r"<template\b.*?</template>", "", page, flags=re.DOTALL)
