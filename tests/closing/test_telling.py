"""发布: what waits is chosen, read as the unit will read it, and sent; photos one by one, without metadata."""

import hashlib
import io
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from PIL import Image

from fieldapp import clock
from fieldapp.closing import actions
from fieldapp.db import apart
from fieldapp.organisations.models import Unit
from fieldapp.publishing.models import Edition, EditionPhoto
from tests.clients import LintingClient
from tests.closing import steps
from tests.closing.pages import ENOUGH, in_june
from tests.closing.steps import CHECKED, asks, does, problem_id, signs, to_signing
from tests.pages import Sent, changed, fields_of
from tests.story import Story


def closed(story: Story) -> None:
    to_signing(story)
    signs(story, "head", "office")
    signs(story, "origin3", "origin_team")


def turned_down(story: Story, number: str = "示例-01") -> None:
    asks(story, number=number, at=clock.now())
    where = problem_id(story, number)
    does(
        story,
        "clerk",
        lambda by: actions.turn_down(where, ENOUGH, "10 个工作日", by=by, at=clock.now()),
        clock.now(),
    )


def address(story: Story, unit: str = "甘棠镇") -> str:
    return f"/editions/new?{urlencode({'unit': str(story.row(Unit, Unit.name == unit))})}"


def fields(client: LintingClient, page: str, **typed: Any) -> Sent:
    return changed(fields_of(client.get(page).text, page), **typed)


def editions(story: Story) -> list[Edition]:
    with story.app.app_context(), apart() as session:
        found = list(session.scalars(sa.select(Edition).order_by(Edition.n)))
        session.expunge_all()
        return found


def waits(text: str) -> bool:
    """Whether the list of what waits says that a decision has not been told."""
    return "等发的反馈" in text


def sheet(text: str) -> str:
    """The edition on a page, as it stands there; only the addresses of its photos differ."""
    found = re.search(
        r'<div class="sheet" id="sheet">.*?</table>\s*</div>\s*(<div class="figures.*?</div>)?\s*</div>',
        text,
        re.S,
    )
    assert found is not None
    return re.sub(r'(href|src)="[^"]*"', "", found[0])


def test_what_was_shown_is_what_goes_word_for_word(story: Story, as_: Any) -> None:
    closed(story)
    clerk, unit, page = as_("clerk"), as_("unit"), address(story)
    with in_june():
        listed = clerk.get("/editions/new").text
        assert "甘棠-07 已销号" in listed
        assert page.replace("&", "&amp;") in listed
        assert waits(clerk.get("/todo").text), "what can be told is on the office's list"
        shown = clerk.get(page).text
        assert "给甘棠镇的第 1 期" in shown
        assert "现在单位看到的是“审核中”" in shown
        answer = clerk.post(page, data=fields(clerk, page))
        assert answer.status_code == 303
        sent = clerk.get(answer.location).text
        assert "发出了" in sent
        assert sheet(shown) == sheet(sent) == sheet(unit.get(answer.location).text)
        assert "6月21日公布" in unit.get("/problems").text
        assert not waits(clerk.get("/todo").text)
    (edition,) = editions(story)
    assert hashlib.sha256(edition.content.encode()).hexdigest() == edition.sha256
    assert steps.state(story) == "closed"


def test_the_desk_says_what_goes_and_what_stays(story: Story, as_: Any) -> None:
    closed(story)
    with in_june():
        text = as_("clerk").get(address(story)).text
    rows = re.findall(r'<td class="row-name">.*?</span> ?(.*?)</td>.*?</svg>([^<]*)</span>', text, re.S)
    assert dict(rows) == {
        "结果：甘棠-07 已销号": "发",
        "核查的日子：6月20日": "发，只到日",
        "各阶段时间 9:08:10–9:24:25": "不发",
        "叫号单号码": "不发",
        "谁去的、哪个组": "不发",
        "现场听到的话、看到的": "不发",
        "核实方式": "不发",
        "谁签的": "不发",
    }
    read = sheet(text)
    for secret in ("9:08", "9:24", "第一巡察组", "回访员", "体验式", "组长", "主任", "告知单"):
        assert secret not in read, secret


def test_a_decision_that_is_left_out_waits_on(story: Story, as_: Any) -> None:
    closed(story)
    turned_down(story)
    clerk, page = as_("clerk"), address(story)
    only = str(steps.closing(story, "示例-01").id)
    looked = clerk.post(page, data=fields(clerk, page, decisions=[only], look="1"))
    assert looked.status_code == 200
    assert "示例-01" in sheet(looked.text)
    assert "甘棠-07" not in sheet(looked.text)
    assert ENOUGH in sheet(looked.text)
    assert clerk.post(page, data=changed(fields_of(looked.text, page))).status_code == 303
    (edition,) = editions(story)
    assert [item["number"] for item in json.loads(edition.content)["items"]] == ["示例-01"]
    assert steps.state(story, "示例-01") == "rectifying"
    assert "甘棠-07 已销号" in clerk.get("/editions/new").text
    assert "示例-01" not in clerk.get("/editions/new").text
    assert "审核中" in as_("unit").get(f"/problems/{problem_id(story)}").text


def test_nothing_goes_that_was_not_looked_at(story: Story, as_: Any) -> None:
    closed(story)
    clerk, page = as_("clerk"), address(story)
    sent = fields(clerk, page)
    photo = next(name for name in sent if name.startswith("caption_")).replace("caption", "photo")
    for unseen in ({**sent, "shown": ["0" * 64]}, {**sent, "shown": []}, {**sent, photo: ["y"]}):
        answer = clerk.post(page, data=unseen)
        assert answer.status_code == 422
        assert "和刚才看的不一样" in answer.text
    assert editions(story) == []
    assert steps.state(story) == "closed"


def test_photos_go_one_by_one_as_copies_and_only_to_who_may_read_the_edition(story: Story, as_: Any) -> None:
    closed(story)
    clerk, page = as_("clerk"), address(story)
    sent = fields(clerk, page)
    caption = next(name for name in sent if name.startswith("caption_"))
    assert sent[caption] == ["告知单"]
    ticked = {**sent, caption.replace("caption", "photo"): ["y"], caption: ["窗口贴的告知单"], "look": ["1"]}
    looked = clerk.post(page, data=ticked)
    assert "窗口贴的告知单" in sheet(looked.text)
    answer = clerk.post(page, data=changed(fields_of(looked.text, page)))
    assert answer.status_code == 303
    with story.app.app_context(), apart() as session:
        (photo,) = session.scalars(sa.select(EditionPhoto)).all()
        assert not photo.sha256.startswith(caption.removeprefix("caption_")), (
            "the original stays in the house"
        )
    (edition,) = editions(story)
    assert json.loads(edition.content)["photos"] == [{"sha256": photo.sha256, "caption": "窗口贴的告知单"}]
    shown = f"{answer.location}/photos/1/view"
    assert shown in as_("unit").get(answer.location).text
    for username, status in (
        ("unit", 200), ("clerk", 200), ("head", 200), ("leadership", 200), ("origin3", 200),
        ("leader1", 404), ("inspector1", 404), ("unit2", 404), ("clerk2", 404), ("city", 404), ("admin", 404),
    ):  # fmt: skip
        client = as_(username)
        assert client.get(shown).status_code == status, username
        assert client.get(answer.location).status_code == status, username
    image = Image.open(io.BytesIO(as_("unit").get(shown).data))
    assert not image.getexif()
    assert as_("unit").get(f"{answer.location}/photos/2/view").status_code == 404


def test_a_caption_or_a_photo_nobody_offers_is_no_way_around(story: Story, as_: Any) -> None:
    closed(story)
    clerk, page = as_("clerk"), address(story)
    caption = next(name for name in fields(clerk, page) if name.startswith("caption_"))
    for typed in (
        {caption: "长" * 41},
        {caption: "机密★1年"},
        {"decisions": ["nonsense"]},
        {"decisions": []},
    ):
        answer = clerk.post(page, data=fields(clerk, page, **typed))
        assert answer.status_code == 422, typed
    strange = {**fields(clerk, page), f"photo_{'0' * 16}": ["y"]}
    assert clerk.post(page, data=strange).status_code == 303
    assert json.loads(editions(story)[0].content)["photos"] == []


def test_two_who_send_at_once_send_it_once(story: Story, as_: Any) -> None:
    closed(story)
    clerk, head, page = as_("clerk"), as_("head"), address(story)
    first, second = fields(clerk, page), fields(head, page)
    assert clerk.post(page, data=first).status_code == 303
    assert head.post(page, data=second).status_code == 422
    assert len(editions(story)) == 1


@pytest.mark.parametrize(
    "username", ["unit", "leadership", "leader1", "origin3", "city", "admin", "inspector1"]
)
def test_only_the_office_tells(story: Story, as_: Any, username: str) -> None:
    closed(story)
    client, page = as_(username), address(story)
    assert client.get(page).status_code == 404
    assert client.post(page, data={}).status_code == 404


def test_another_county_s_unit_is_not_there(story: Story, as_: Any) -> None:
    closed(story)
    assert as_("clerk2").get(address(story)).status_code == 404
    assert "甘棠" not in as_("clerk2").get("/editions/new").text
    assert as_("clerk").get(address(story, "示例单位")).status_code == 404


def test_the_change_of_a_box_shows_the_new_sheet_and_keeps_nothing(story: Story, as_: Any) -> None:
    closed(story)
    clerk, page = as_("clerk"), address(story)
    answer = clerk.post(page, data={**fields(clerk, page), "look": ["1"]}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<form id="edition"')
    assert editions(story) == []


def test_a_unit_without_account_gets_a_letter_with_the_same_words(story: Story, as_: Any) -> None:
    closed(story)
    turned_down(story)
    clerk, page = as_("clerk"), address(story)
    sent = clerk.post(page, data=fields(clerk, page)).location
    assert f"{sent}/letter" in clerk.get(sent).text
    letter = clerk.get(f"{sent}/letter").text
    for item in json.loads(editions(story)[0].content)["items"]:
        assert item["text"] in letter
        assert item["number"] in letter
    assert ENOUGH in letter
    assert "盖章" in letter
    assert as_("unit").get(f"{sent}/letter").status_code == 404


def test_the_page_of_a_problem_leads_to_telling_and_to_what_was_told(story: Story, as_: Any) -> None:
    closed(story)
    clerk, unit, problem, page = as_("clerk"), as_("unit"), f"/problems/{problem_id(story)}", address(story)
    assert "发一期反馈" in clerk.get(problem).text
    sent = clerk.post(page, data=fields(clerk, page)).location
    text = clerk.get(problem).text
    assert "发一期反馈" not in text
    assert "告诉单位已销号" in text
    assert sent in text
    assert sent in unit.get(problem).text
    assert sent in unit.get("/problems").text
    assert sent in unit.get("/editions").text
    for username in ("clerk", "leadership", "origin3"):
        assert sent in as_(username).get("/editions").text
    for username in ("leader1", "clerk2", "unit2"):
        assert sent not in as_(username).get("/editions").text


def test_reopened_the_unit_reads_what_is_to_be_done_and_may_ask_again(story: Story, as_: Any) -> None:
    closed(story)
    steps.publishes(story)
    where, again = problem_id(story), "告知单又没有了，补上并固定在窗口"
    said = (again, "5 个工作日", "群众 7 月 2 日来电反映")
    unit, before = as_("unit"), as_("unit").get(f"/problems/{where}").text
    does(story, "head", lambda by: actions.order_reopening(where, *said, by=by, at=CHECKED))
    assert unit.get(f"/problems/{where}").text.split("<main")[1] == before.split("<main")[1]
    clerk, page = as_("clerk"), address(story)
    text = clerk.get(page).text
    assert "现在单位看到的是“已销号”" in text
    sent = clerk.post(page, data=fields(clerk, page)).location
    assert "群众" not in unit.get(sent).text, "the basis stays in the house"
    text = unit.get(f"/problems/{where}").text
    assert "重启" in text
    assert f"/problems/{where}/requests" in text
