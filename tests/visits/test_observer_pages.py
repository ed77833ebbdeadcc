"""Whoever watches: a memo at a glance, plain words behind it, and numbers instead of presses."""

import re
from collections.abc import Callable

import pytest

from fieldapp.visits import library
from tests.clients import LintingClient
from tests.story import Story
from tests.visits.test_phone_pages import press, text_of
from tests.visits.visiting import begin_both

Visiting = tuple[LintingClient, str]


@pytest.fixture
def watching(story: Story, as_: Callable[[str], LintingClient]) -> Visiting:
    """inspector2 has begun to watch."""
    _, client, visit = begin_both(story, as_)
    return client, visit


def said_in(page: str) -> str:
    return re.sub(r"<[^>]*>", " ", page)


def test_the_memo_of_whoever_watches_is_a_memo(watching: Visiting) -> None:
    client, visit = watching
    press(client, visit, "count", "3", what="等候人数")
    memo = press(client, visit, "watch", "start", what="离岗")
    words = library.words()
    plain = [each["label"] for each in words["watch_kinds"] + words["count_kinds"]]
    shown = said_in(memo) + " ".join(re.findall(r'aria-label="([^"]*)"', memo))
    assert not [word for word in (*words["official_words"], *plain, "计时", "起", "止") if word in shown]
    assert "data-since" not in memo  # no clock runs where others can see it
    assert re.search(r':stop" aria-pressed="true"><i[^>]*></i>散步', memo)


def test_the_open_view_keeps_the_plain_words_and_says_what_the_memo_calls_them(watching: Visiting) -> None:
    client, visit = watching
    full = said_in(text_of(client, f"/n/{visit}/all"))
    assert "离岗写成散步" in full
    assert "等候人数写成鸡蛋" in full


def test_twelve_are_entered_in_four_presses_and_stand_as_one_number(watching: Visiting) -> None:
    client, visit = watching
    for n in (5, 10, 11, 12):
        page = text_of(client, f"/n/{visit}")
        buttons = re.findall(r'name="press" value="[0-9a-f-]{36}:(\d+)" aria-label="鸡蛋加 \d"', page)
        assert str(n) in buttons
        press(client, visit, "count", str(n), what="等候人数")
    log = text_of(client, f"/n/{visit}/log")
    assert "等候人数 12" in log
    assert "等候人数 11" not in log
    assert "数着：5、10、11" in log
    assert "2 条" in log


def test_whoever_has_left_goes_on_to_judge(watching: Visiting) -> None:
    client, visit = watching
    assert "接着记" in text_of(client, "/n/")
    press(client, visit, "stage", "leave")
    assert f'href="/n/{visit}/checks"' in text_of(client, "/n/")


def test_today_says_when_a_running_visit_was_begun(watching: Visiting) -> None:
    client, _ = watching
    assert re.search(r"\d{1,2}:\d\d 开始的，还没交", text_of(client, "/n/"))
