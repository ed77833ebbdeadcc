"""The inspector's pages as they come from a visit under way: what each shows, and what it sends on."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from fieldapp import ids
from fieldapp.clock import now
from fieldapp.db import apart
from fieldapp.visits import library, plans, vault
from fieldapp.visits.models import Plan
from tests.clients import LintingClient
from tests.story import Story

Visiting = tuple[LintingClient, str]
PAGES = (
    "",
    "all",
    "stuck",
    "stuck?full=1",
    "after",
    "skip",
    "late",
    "log",
    "note",
    "talk",
    "found",
    "checks",
    "handin",
    "pictures",
)
HTMX = {"HX-Request": "true"}


def press(
    client: LintingClient, visit: str, kind: str, choice: str = "", to: str = "memo", **fields: Any
) -> str:
    """One tap as htmx sends it; the fragment that comes back."""
    button = {"kind": kind, "press": f"{ids.new_id()}:{choice}", "to": to}
    answer = client.post(f"/n/{visit}/taps", data={**button, **fields}, headers=HTMX)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.fixture
def visiting(story: Story, as_: Callable[[str], LintingClient]) -> Visiting:
    """inspector1 has begun today's visit as the one who does the business."""
    client, plan = as_("inspector1"), story.plan_of_today()
    press(client, plan.visit_id, "begin", "办事", plan=plan.id, briefing="1")
    return client, plan.visit_id


def plan_of(story: Story, visit: str) -> plans.PlannedVisit:
    """The plan of a visit that has begun."""
    with story.app.app_context(), apart() as session:
        rows = [plans.PlannedVisit(**vault.unseal(blob)) for blob in session.scalars(sa.select(Plan.blob))]
    return next(plan for plan in rows if plan.visit_id == visit)


def text_of(client: LintingClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def test_today_shows_the_next_visit_by_its_neutral_name_and_then_how_to_go_on(
    story: Story, as_: Callable[[str], LintingClient]
) -> None:
    client, plan = as_("inspector1"), story.plan_of_today()
    before = text_of(client, "/n/")
    assert plan.short_name in before
    assert f"/n/p/{plan.id}" in before
    assert "社会保障" not in before
    press(client, plan.visit_id, "begin", "办事", plan=plan.id, briefing="1")
    assert f"/n/p/{plan.id}" not in text_of(client, "/n/")
    assert f"/n/{plan.visit_id}" in text_of(client, "/n/")


def test_a_colleague_who_has_not_begun_still_gets_the_briefing(
    visiting: Visiting, story: Story, as_: Callable[[str], LintingClient]
) -> None:
    assert "看一遍再去" in text_of(as_("inspector2"), "/n/")


def test_the_briefing_tells_no_limit(story: Story, as_: Callable[[str], LintingClient]) -> None:
    plan = story.plan_of_today()
    page = text_of(as_("inspector1"), f"/n/p/{plan.id}")
    assert plan.briefing["content"]["problems"][0]["criteria"][0] in page
    assert "工作日" not in page
    assert "法定" not in page


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_before_and_after_the_taps_it_is_about(visiting: Visiting, page: str) -> None:
    client, visit = visiting
    text_of(client, f"/n/{visit}/{page}".rstrip("/"))
    for kind, choice in (
        ("stage", "arrive"),
        ("skip", "ticket"),
        ("stuck", "退回补材料"),
        ("overall", "督办"),
    ):
        press(client, visit, kind, choice)
    press(client, visit, "note", text="雨")
    press(client, visit, "finding", "微小", text="意见箱锁着")
    press(client, visit, "interview", **{"answers.who": "村民"})
    press(client, visit, "answer", "yes", item="greeting")
    text_of(client, f"/n/{visit}/{page}".rstrip("/"))


def test_what_a_running_visit_shows_says_nothing_official(visiting: Visiting) -> None:
    client, visit = visiting
    press(client, visit, "stage", "arrive")
    for page in ("", "/stuck", "/note"):
        shown = re.sub(r"<[^>]*>", "", text_of(client, f"/n/{visit}{page}"))
        found = [word for word in library.words()["official_words"] if word in shown]
        assert not found, (page, found)


def test_the_memo_crosses_off_what_was_done_and_goes_on(visiting: Visiting) -> None:
    client, visit = visiting
    fragment = press(client, visit, "stage", "arrive")
    assert fragment.lstrip().startswith('<div id="visit"')
    assert '<li class="done" data-stage="arrive"><i aria-hidden="true"></i><span>到了</span>' in fragment
    assert re.search(r'id="next"[^>]*value="[0-9a-f-]{36}:ticket"', fragment)


def test_undo_takes_back_the_last_thing_done_a_correction_too(visiting: Visiting) -> None:
    client, visit = visiting
    press(client, visit, "stage", "arrive")
    after = press(client, visit, "stuck", "退回补材料", to="stuck_after")
    tap = re.search(r'name="tap" value="([0-9a-f-]{36})"', after)
    assert tap
    after = press(
        client, visit, "correct", to="stuck_after", tap=tap[1], reason="补全", **{"to.text": "清单上没有的"}
    )
    assert "已记“更正‘没办成：退回补材料’”" in after
    undo = re.search(r'name="kind" value="undo">.*?name="tap" value="([0-9a-f-]{36})"', after, re.S)
    assert undo
    assert undo[1] != tap[1]
    after = press(client, visit, "undo", to="stuck_after", tap=undo[1])
    assert '<p class="h1 strong">退回补材料</p>' in after
    assert "撤销了“更正”" in after
    assert '<p class="strong">清单上没有的</p>' not in after


def test_a_conclusion_without_its_criterion_is_kept_and_asked_for(visiting: Visiting, story: Story) -> None:
    client, visit = visiting
    problem = plan_of(story, visit).briefing["content"]["problems"][0]
    going_on = {"to": "judged", "to_subject": problem["id"], "problem": problem["id"]}
    asked = press(client, visit, "conclude", conclusion="部分整改", **going_on)
    assert "还差 1 样" in asked
    assert 'href="#unmet-1"' in asked
    assert 'id="unmet-1"' in asked
    done = press(client, visit, "conclude", conclusion="部分整改", unmet=problem["criteria"][0], **going_on)
    assert "还差 1 样" not in done
    assert re.search(r"你判的是.*?部分整改", done, re.S)  # back on the list, one tap less


def test_a_correction_moves_an_instant_and_keeps_the_first(visiting: Visiting) -> None:
    client, visit = visiting
    full = press(client, visit, "stage", "arrive", to="full")
    link = re.search(rf"/n/{visit}/log/([0-9a-f-]{{36}})", full)
    assert link
    assert "早 1 分钟" in text_of(client, f"/n/{visit}/log/{link[1]}")
    log = press(client, visit, "correct", to="log", tap=link[1], reason="按晚了", instant=str(now() - 60_000))
    assert '<span class="struck">' in log
    assert "更正“到达”" in log


def test_a_judgement_is_marked_and_of_two_the_log_says_which_counts(visiting: Visiting) -> None:
    client, visit = visiting
    question = r'aria-label="主动问候">.*?</div>'
    for value in ("no", "yes"):
        full = press(client, visit, "answer", value, item="greeting", to="more")
    asked = re.search(question, full, re.S)
    assert asked
    assert re.findall(r'"true"><i aria-hidden="true"></i>(\w+)<', asked[0]) == [
        "是"
    ]  # a tick, seen in sunlight
    assert asked[0].count("<i ") == 1
    log = text_of(client, f"/n/{visit}/log")
    first, _, second = log.partition("主动问候：否")[2].partition("主动问候：是")
    assert "后来又判过，照后来的" in first
    assert "后来又判过" not in second


def test_a_correction_offers_what_is_not_said_already(visiting: Visiting) -> None:
    client, visit = visiting
    full = press(client, visit, "answer", "yes", item="greeting", to="more")
    assert full
    log = text_of(client, f"/n/{visit}/log")
    link = re.search(r'href="([^"]*)" aria-label="更正 主动问候：是"', log)
    assert link
    page = text_of(client, link[1])
    assert re.findall(r'name="to\.value" value="(\w+)"', page) == ["no", "unseen", "na"]


def test_after_the_hand_in_judgements_are_only_read(visiting: Visiting) -> None:
    client, visit = visiting
    press(client, visit, "answer", "yes", item="greeting")
    page = text_of(client, f"/n/{visit}/handin")
    fields = dict(re.findall(r'name="(taps|photos|first_seq|last_seq|ids_sha256)" value="([^"]*)"', page))
    assert fields["taps"] == "2"
    assert "已交" in press(client, visit, "handin", to="handin", **fields)
    for address in ("all", "checks"):
        page = text_of(client, f"/n/{visit}/{address}")
        assert 'name="kind" value="answer"' not in page
        assert 'name="kind" value="claim"' not in page
    assert "主动问候" in text_of(client, f"/n/{visit}/all")


def test_whoever_watches_gets_timers_first_in_discreet_words(
    visiting: Visiting, story: Story, as_: Callable[[str], LintingClient]
) -> None:
    _, visit = visiting
    client, plan = as_("inspector2"), plan_of(story, visit)
    discreet = press(client, visit, "begin", "观察", plan=plan.id, briefing="1")
    assert "散步" in discreet
    assert "离岗" not in re.sub(r"<[^>]*>", "", discreet)
    running = press(client, visit, "watch", "start", what="离岗", to="full")
    assert "离岗止" in running
    assert "在旁边看" in running
