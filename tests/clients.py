"""A test client that reads every page it fetches as a careful reviewer would."""

import gzip
import re
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_UNLABELLED = {"hidden", "submit", "button", "image"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.headings = 0
        self.titles = 0
        self.fields: list[tuple[str, dict[str, str | None], bool]] = []
        self.labels: set[str] = set()
        self.ids: list[str] = []
        self.inside_label = 0
        self.inside_template = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.headings += tag == "h1"
        self.titles += tag == "title"
        self.inside_label += tag == "label"
        self.inside_template += tag == "template"
        if said.get("id") and not self.inside_template:
            self.ids.append(str(said["id"]))
        if tag == "style" or "style" in said or any(name.startswith(("on", "hx-on")) for name in said):
            self.faults.append(f"inline style or script on <{tag}>")
        if tag == "script" and not said.get("src"):
            self.faults.append("inline script")
        if tag == "form" and not (said.get("action") or said.get("method") == "get"):
            self.faults.append("form without action")
        if tag == "img" and "alt" not in said:
            self.faults.append("img without alt")
        if tag == "label" and said.get("for"):
            self.labels.add(str(said["for"]))
        if tag in ("input", "select", "textarea") and said.get("type") not in _UNLABELLED:
            self.fields.append((tag, said, self.inside_label > 0))
        for name in ("src", "href", "action", "hx-get", "hx-post"):
            if re.match(r"(https?:)?//", said.get(name) or ""):
                self.faults.append(f"foreign host in {name} of <{tag}>")

    def handle_endtag(self, tag: str) -> None:
        self.inside_label -= tag == "label"
        self.inside_template -= tag == "template"


def lint(html: str, is_page: bool) -> list[str]:
    """What is wrong with a page or a fragment; empty when nothing is."""
    page = _Page()
    page.feed(html)
    faults = list(page.faults)
    if is_page and page.headings != 1:
        faults.append(f"{page.headings} h1")
    if is_page and (page.titles != 1 or 'lang="zh-CN"' not in html):
        faults.append("title or lang missing")
    if is_page and " hx-" in html and "/htmx.min.js" not in html:
        faults.append("asks for htmx, and does not load it")
    for tag, said, inside in page.fields:
        named = said.get("aria-label") or said.get("aria-labelledby") or said.get("id") in page.labels
        if not (inside or named):
            faults.append(f"<{tag} name={said.get('name')}> without label")
    doubled = {each for each in page.ids if page.ids.count(each) > 1}
    return faults + [f"id {each} twice" for each in sorted(doubled)]


class LintingClient(FlaskClient):
    """Flask's client as our own pages send: same origin. Lints every HTML answer."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        headers = dict(kwargs.pop("headers", None) or {})
        headers.setdefault("Sec-Fetch-Site", "same-origin")
        kwargs.setdefault("buffered", True)  # a file that is sent is read and closed
        response = super().open(*args, headers=headers, **kwargs)
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303) and response.data:
            is_packed = response.headers.get("Content-Encoding") == "gzip"
            html = (gzip.decompress(response.data) if is_packed else response.data).decode()
            faults = lint(html, html.lstrip().lower().startswith("<!doctype"))
            assert not faults, (response.request.path, faults)
        return response
