"""The page inside the package: it opens by itself, shows what the record says, and leads only to files beside it."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from fieldapp import clock
from fieldapp.packages import report
from fieldapp.packages.photos import Picture
from tests.packages import dossiers


class Reader(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.alts: list[str | None] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        said = dict(attrs)
        self.links += [value for name in ("href", "src") if (value := said.get(name)) is not None]
        if tag == "img":
            self.alts.append(said.get("alt"))
        assert not [name for name in said if name.startswith("on")], said


def html(record: dict[str, Any] | None = None, **named: Any) -> str:
    content = record or dossiers.record()
    return report.report_html(content, "ab" * 32, **{"pictures": {}, **named}).decode()


@pytest.mark.parametrize("originals", [True, False])
def test_pages_stand_alone_in_the_unpacked_folder(originals: bool, tmp_path: Path) -> None:
    data = dossiers.unpack(dossiers.of_unit(tmp_path / "store", originals), tmp_path / "out") / "data"
    pages = sorted(data.glob("*.html"))
    assert len(pages) == 3
    for page in pages:
        read = Reader(page.read_text("utf-8"))
        assert not {"script", "link", "iframe", "form", "object"} & set(read.tags)
        assert read.tags.count("h1") == 1
        assert all(read.alts)
        assert all((data / link).is_file() for link in read.links), read.links
    assert sum(Reader(page.read_text("utf-8")).tags.count("img") for page in pages) == 4
    assert "http" not in "".join(page.read_text("utf-8") for page in pages)


def test_every_class_is_styled(tmp_path: Path) -> None:
    data = dossiers.unpack(dossiers.of_unit(tmp_path / "store"), tmp_path / "out") / "data"
    for page in data.glob("*.html"):
        text = page.read_text("utf-8")
        assert text.startswith("<!doctype html>")
        style, body = text.split("</style>")
        used = {name for names in re.findall(r'class="([^"]+)"', body) for name in names.split()}
        assert used <= set(re.findall(r"\.([a-z]+)", style))


def test_it_says_what_the_record_says() -> None:
    text = html(signatures=dossiers.SIGNATURES, editions=dossiers.EDITIONS)
    for said in (
        "甘棠-07", "开江县", "甘棠镇党委", "第三巡察组", "等候不超过 15 分钟", "设好了",  # the problem
        "甘委〔2018〕9号", "第一巡察组", "示例甲、示例乙", "9:17:10", "4分36秒", "比以前快", "没做到",  # the visit
        "abab abab abab", "示例主任", "纸质签批，示例经办登记", "第 1 期反馈，2018年7月3日：已销号",  # afterwards
    ):  # fmt: skip
        assert said in text, said


def test_codes_are_words() -> None:
    text = html()
    assert "<td>是</td>" in text
    assert "本人说的是“没见到”" in text


def test_days_have_their_year_whenever_it_is_made() -> None:
    with clock.moved_to(clock.at(2018, 6, 20)):
        assert "2018年6月20日" in html()


def test_what_somebody_typed_stays_text() -> None:
    record = dossiers.record(text='<script>alert("1")</script>')
    record["visits"][0]["photos"] = [{"sha256": "x", "slot": '"><img src=x onerror=alert(1)>'}]
    text = html(record, pictures={"x": Picture("photos/x.jpg", "photos/x.jpg")})
    assert "<script>" not in text
    assert Reader(text).tags.count("img") == 1


def test_an_older_record_that_lacks_parts_can_still_be_read() -> None:
    bare = {
        "problem": {"number": "甘棠-07", "text": "x"},
        "unit": {"name": "甘棠镇"},
        "visits": [{"day": "2018-06-20"}],
    }
    assert "甘棠-07" in html(bare)


def test_a_photo_that_is_not_in_the_package_says_so() -> None:
    record = dossiers.record()
    record["visits"][0]["photos"] = [
        {"sha256": "1" * 64, "slot": "大厅"},
        {"sha256": "2" * 64, "slot": "窗口"},
    ]
    text = html(record, pictures={"1" * 64: Picture(note="打不开，做不出副本")})
    assert ("打不开，做不出副本" in text, "不在这个包里" in text) == (True, True)


def test_a_signature_under_another_record_is_shown_as_such() -> None:
    other = {**dossiers.SIGNATURES[0], "fingerprint": "cd" * 32}
    assert "签的是另一份记录：cdcd cdcd cdcd" in html(signatures=[other])
    assert "另一份记录" not in html(signatures=[{**other, "fingerprint": "ab" * 32}])


def test_the_record_itself_lies_beside_it_as_it_was_frozen(tmp_path: Path) -> None:
    photos = dossiers.shots(tmp_path / "store")
    folder = dossiers.unpack(dossiers.of_problem(tmp_path / "store"), tmp_path / "out")
    frozen = dossiers.dossier(photos=photos).record
    assert (folder / "data" / "record.json").read_text("utf-8") == frozen
    assert json.loads(frozen)["problem"]["number"] == "甘棠-07"
