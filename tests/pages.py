"""What a browser would send: the fields of a page's form as it stands, without script. And what a table says."""

import re
from html.parser import HTMLParser

Fields = list[tuple[str, str]]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, Fields]] = []
        self._text: list[str] | None = None
        self._name = ""
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        name, value = said.get("name") or "", said.get("value") or ""
        if tag == "form":
            self.forms.append((said.get("action") or "", []))
        elif tag == "input" and name and self.forms and "disabled" not in said:
            if said.get("type") not in ("checkbox", "radio") or "checked" in said:
                self.forms[-1][1].append((name, value))
        elif tag == "textarea":
            self._name, self._text = name, []
        elif tag == "select":
            self._name, self._options = name, []
        elif tag == "option":
            self._options.append((value, "selected" in said))

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text is not None:
            self.forms[-1][1].append((self._name, "".join(self._text).removeprefix("\r").removeprefix("\n")))
            self._text = None
        elif tag == "select" and self._options:
            chosen = [value for value, selected in self._options if selected] or [self._options[0][0]]
            self.forms[-1][1].append((self._name, chosen[0]))


def fields_of(html: str, action: str) -> Fields:
    """The fields of the first form with this action."""
    parser = _Forms()
    parser.feed(html)
    return next(fields for where, fields in parser.forms if where == action)


def changed(fields: Fields, **values: str | list[str] | None) -> dict[str, list[str]]:
    """The fields as a post, some of them with other values; None leaves one out."""
    sent: dict[str, list[str]] = {}
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
