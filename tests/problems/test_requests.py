"""The unit asks to close, by itself or by a letter that the office enters; its clock stops, and the office's runs."""

import io
import re
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image

from fieldapp import clock
from fieldapp.db import apart
from fieldapp.evidence.models import Original
from fieldapp.problems.models import ClosureRequest, Problem
from tests.closing import steps
from tests.evidence.pictures import jpeg
from tests.pages import changed, fields_of
from tests.story import Story

STATEMENT = "指南上墙了，告知单放在窗口，AB 岗排好了"


def page_of(story: Story, number: str = steps.STORY) -> str:
    return f"/problems/{story.row(Problem, Problem.number == number)}"


def said(**more: Any) -> dict[str, Any]:
    return {"data": {"statement": STATEMENT, **more}, "content_type": "multipart/form-data"}


def photo(content: bytes | None = None) -> tuple[io.BytesIO, str]:
    return io.BytesIO(jpeg() if content is None else content), "IMG_0001.jpg"


def asked(story: Story) -> list[ClosureRequest]:
    with story.app.app_context(), apart() as session:
        found = list(session.scalars(sa.select(ClosureRequest).order_by(ClosureRequest.n)))
        session.expunge_all()
        return found


def test_the_unit_asks_and_reads_that_its_clock_stands(story: Story, as_: Any) -> None:
    unit, page = as_("unit"), page_of(story)
    text = unit.get(page).text
    fields = changed(fields_of(text, f"{page}/requests"), statement=STATEMENT)
    assert "day" not in fields, "a unit's own request is of the day it is sent"
    answer = unit.post(
        f"{page}/requests", data={**fields, "page": photo()}, content_type="multipart/form-data"
    )
    assert answer.status_code == 303
    text, today = unit.get(page).text, clock.today()
    assert "报请销号收下了" in text
    told = f"{today.month}月{today.day}日报的，期限已停"
    for shown in (text, unit.get("/problems").text):
        assert told in shown
        assert "审核中" in shown
    assert STATEMENT in text
    assert 'name="statement"' not in text, "once is enough until it is answered"
    (made,) = asked(story)
    assert (made.day, made.by_office, made.n) == (today, False, 1)


def test_the_same_form_sent_twice_asks_once(story: Story, as_: Any) -> None:
    unit, page = as_("unit"), page_of(story)
    fields = changed(fields_of(unit.get(page).text, f"{page}/requests"), statement=STATEMENT)
    for _ in range(2):
        assert unit.post(f"{page}/requests", data=fields).status_code == 303
    assert len(asked(story)) == 1


def test_the_sealed_page_is_shown_as_a_copy_to_whoever_sees_the_problem(story: Story, as_: Any) -> None:
    unit, page = as_("unit"), page_of(story)
    assert unit.post(f"{page}/requests", **said(page=photo())).status_code == 303
    (made,) = asked(story)
    address = f"/requests/{made.id}/page/view"
    assert address in unit.get(page).text
    for username in ("unit", "clerk", "head", "leadership", "origin3"):
        answer = as_(username).get(address)
        assert answer.status_code == 200, username
        assert answer.mimetype == "image/jpeg"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert not Image.open(io.BytesIO(answer.data)).getexif()
    for username in ("city", "unit2", "clerk2", "inspector1", "admin"):
        assert as_(username).get(address).status_code == 404, username
    with story.app.app_context(), apart() as session:
        assert session.get(Original, made.page_sha256).format == "jpeg"


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "照片是空的"), (b"%PDF-1.7 a letter", "只收照片")], ids=["empty", "pdf"]
)
def test_what_is_no_photo_is_refused_beside_its_field_and_nothing_is_asked(
    story: Story, as_: Any, content: bytes, sentence: str
) -> None:
    unit, page = as_("unit"), page_of(story)
    answer = unit.post(f"{page}/requests", **said(page=photo(content)))
    assert answer.status_code == 422
    assert sentence in re.sub(r"<[^>]+>", " ", answer.text.split('for="request-page"')[1])
    assert STATEMENT in answer.text
    assert asked(story) == []


def test_the_office_enters_a_letter_and_the_clock_stops_on_the_day_it_was_received(
    story: Story, as_: Any
) -> None:
    clerk, page = as_("clerk"), page_of(story)
    with clock.moved_to(clock.at(2018, 6, 21, 9)):
        answer = clerk.post(f"{page}/requests", **said(day="2018-06-05", letter="甘委〔2018〕12 号"))
        assert answer.status_code == 303
        text = clerk.get(page).text
        assert "办内待审 11 个工作日" in text  # 18 June 2018 was a holiday
        assert "办内待审 11 个工作日" in clerk.get("/problems").text
        assert "甘委〔2018〕12 号" in text
        assert "登记单位报请销号" in text
        assert "6月5日报的，期限已停" in as_("unit").get("/problems").text
    (made,) = asked(story)
    assert (made.day, made.by_office) == (date(2018, 6, 5), True)


def test_a_letter_has_a_number_or_a_photo(story: Story, as_: Any) -> None:
    clerk, page = as_("clerk"), page_of(story)
    answer = clerk.post(f"{page}/requests", **said(day="2018-06-05"))
    assert answer.status_code == 422
    assert "写来文字号，或者附上盖章页的照片" in answer.text
    assert clerk.post(f"{page}/requests", **said(day="2018-06-05", page=photo())).status_code == 303


@pytest.mark.parametrize(
    ("day", "sentence"), [("2018-05-01", "早于交办"), ("", "写一个日子"), ("2999-01-01", "之间的日子")]
)
def test_a_day_before_the_problem_was_handed_over_or_to_come_is_refused(
    story: Story, as_: Any, day: str, sentence: str
) -> None:
    answer = as_("clerk").post(f"{page_of(story)}/requests", **said(day=day, letter="1 号"))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert asked(story) == []


def test_a_marking_stops_the_request(story: Story, as_: Any) -> None:
    answer = as_("unit").post(f"{page_of(story)}/requests", **said(letter="机密★1年"))
    assert answer.status_code == 422
    assert "带密级标志" in answer.text


@pytest.mark.parametrize("number", ["示例-04", "示例-05"])
def test_nobody_asks_for_what_is_not_worked_on(story: Story, as_: Any, number: str) -> None:
    page = page_of(story, number)
    for username in ("unit", "clerk"):
        client = as_(username)
        assert f"{page}/requests" not in client.get(page).text
        answer = client.post(f"{page}/requests", **said(day=clock.today().isoformat(), letter="1 号"))
        assert answer.status_code in (404, 422)
    assert asked(story) == []


@pytest.mark.parametrize("username", ["unit2", "clerk2", "leader1", "leadership", "city", "admin"])
def test_nobody_else_asks(story: Story, as_: Any, username: str) -> None:
    answer = as_(username).post(
        f"{page_of(story)}/requests", **said(day="2018-06-05", letter="1 号", page=photo())
    )
    assert answer.status_code == 404
    assert asked(story) == []
    with story.app.app_context(), apart() as session:
        fresh = {row.sha256 for row in session.scalars(sa.select(Original))}
    assert len(fresh) == 2, "nothing of a stranger's photo is kept"
