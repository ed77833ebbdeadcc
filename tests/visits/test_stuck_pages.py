"""没办成 and what comes after it, on the phone: the end, another try, and nothing that makes no sense."""

import re
from collections.abc import Callable

import pytest

from fieldapp import ids
from fieldapp.visits import library
from tests.clients import LintingClient
from tests.pages import without_templates
from tests.story import Story
from tests.visits.test_phone_pages import press, text_of
from tests.visits.visiting import begin_both, hand_in

Visiting = tuple[LintingClient, str]
TO_ACCEPT = ("arrive", "ticket", "call", "accept")


@pytest.fixture
def visiting(story: Story, as_: Callable[[str], LintingClient]) -> Visiting:
    """inspector1 stands at the counter, accepted."""
    client, _, visit = begin_both(story, as_)
    for stage in TO_ACCEPT:
        press(client, visit, "stage", stage)
    return client, visit


def words_of(page: str) -> str:
    return re.sub(r"<[^>]*>", " ", page)


def next_of(page: str) -> str:
    """The word on the big button."""
    found = re.search(r'id="next"[^>]*>(?:<i[^>]*></i>)?([^<]*)', page)
    return found[1] if found else ""


def test_a_reason_in_the_memo_leads_to_a_page_worded_as_a_memo(visiting: Visiting) -> None:
    client, visit = visiting
    assert 'name="to" value="memo_after"' in text_of(client, f"/n/{visit}/stuck")
    after = press(client, visit, "stuck", "退回补材料", to="memo_after")
    said = words_of(after)
    assert not [word for word in library.words()["official_words"] if word in said]
    assert next_of(after) == "到此为止"
    for word in ("要补东西", "单子上没有的", "接着", "再来，拿号"):
        assert word in said
    press(client, visit, "undo", tap=last_of(after))
    other = press(client, visit, "stuck", "没人", to="memo_after")
    assert "单子上" not in words_of(other)
    assert "到此为止" in text_of(client, f"/n/{visit}/then")


def last_of(page: str) -> str:
    found = re.search(r'name="kind" value="undo">.*?name="tap" value="([^"]+)"', page, re.S)
    assert found
    return found[1]


def test_the_strip_keeps_a_trace(visiting: Visiting) -> None:
    client, visit = visiting
    full = press(client, visit, "stuck", "今天不办", to="full")
    assert re.search(r'<li class="now stopped".*?受理.*?没办成', full)
    assert f'href="/n/{visit}/after"' in full


def test_to_end_here_stops_the_clock_and_leads_on(visiting: Visiting) -> None:
    client, visit = visiting
    after = press(client, visit, "stuck", "今天不办", to="stuck_after")
    assert next_of(after) == "到此结束"
    assert re.search(r'id="next"[^>]*value="[0-9a-f-]{36}:leave"', after)
    full = press(client, visit, "stage", "leave", to="full")
    assert re.search(r"没办成，到此结束 \d+:\d\d", full)
    assert "已记“到此结束”" in full
    assert 'role="timer"' not in full
    assert next_of(full) == "去核对"
    today = text_of(client, "/n/")
    assert "没办成，到此结束，还没交" in today
    assert "接着记" not in without_templates(today)
    assert f'href="/n/{visit}/checks"' in today


def test_another_try_begins_at_the_queue_and_the_button_follows(visiting: Visiting) -> None:
    client, visit = visiting
    after = press(client, visit, "stuck", "退回补材料", to="stuck_after")
    assert re.search(r'value="[0-9a-f-]{36}:ticket">再办一次，取号', after)
    full = press(client, visit, "stage", "ticket", to="full")
    assert next_of(full) == "叫号"
    assert "第 1 次没办成：退回补材料" in full
    assert next_of(press(client, visit, "stage", "call")) == "交东西"


def test_before_the_queue_there_is_nothing_to_try_again(
    story: Story, as_: Callable[[str], LintingClient]
) -> None:
    client, _, visit = begin_both(story, as_)
    press(client, visit, "stage", "arrive")
    assert "再办一次" not in press(client, visit, "stuck", "没开门", to="stuck_after")


def test_after_leaving_only_what_still_makes_sense_is_offered(visiting: Visiting) -> None:
    client, visit = visiting
    full = press(client, visit, "stage", "leave", to="full")  # 办结 was left out
    assert {"没办成", "跳过", "刚才忘按"} <= set(words_of(full).split())
    full = press(client, visit, "skip", "settle", to="full")
    assert not {"没办成", "跳过", "刚才忘按", "再办一次，取号"} & set(words_of(full).split())
    answer = client.get(f"/n/{visit}/skip")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/n/{visit}/all")


def test_after_an_end_without_success_only_another_try_is_offered(visiting: Visiting) -> None:
    client, visit = visiting
    press(client, visit, "stuck", "系统坏")
    full = press(client, visit, "stage", "leave", to="full")
    assert ">再办一次，取号</button>" in full
    assert not [word for word in ("没办成", "跳过", "刚才忘按") if f">{word}</a>" in full]


def test_an_undo_says_what_it_took_back(visiting: Visiting) -> None:
    client, visit = visiting
    full = press(client, visit, "undo", to="full", tap=last_of(text_of(client, f"/n/{visit}/all")))
    assert "撤销了“受理”" in full
    memo = text_of(client, f"/n/{visit}")
    assert "撤销了“交东西”" in memo
    assert "撤销了" not in press(client, visit, "stage", "accept", to="full")


def test_another_page_opens_at_its_top_and_the_same_one_stays(visiting: Visiting) -> None:
    client, visit = visiting
    for page, swap in (("/late", "outerHTML show:window:top"), ("/all", None)):
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://localhost/n/{visit}{page}"}
        data = {"kind": "note", "text": page, "press": f"{ids.new_id()}:", "to": "full"}
        answer = client.post(f"/n/{visit}/taps", data=data, headers=headers)
        assert answer.headers.get("HX-Reswap") == swap


def test_the_record_tells_both_tries(story: Story, as_: Callable[[str], LintingClient]) -> None:
    first, second, visit = begin_both(story, as_)
    for stage in TO_ACCEPT:
        press(first, visit, "stage", stage)
    press(first, visit, "stuck", "退回补材料")
    for stage in ("ticket", "call", "accept", "settle", "leave"):
        press(first, visit, "stage", stage)
    press(second, visit, "stage", "leave")
    for client in (first, second):
        hand_in(client, visit)
    merged, desk = text_of(first, f"/n/{visit}/merged"), text_of(as_("leader1"), f"/visits/{visit}")
    for page in (merged, desk):
        assert "第 1 次 没办成：退回补材料" in page
        assert "第 2 次办理" in page
        times = page.partition('id="record-log"')[0]  # the whole log stands below, in the same words
        assert times.count("叫号</td>") == 2 or times.count("叫号<br>") == 2
