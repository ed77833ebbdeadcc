"""刚才忘按 and 更正 keep the order of the stages; who goes along has been allowed to."""

import re
from collections.abc import Callable
from uuid import uuid4

from fieldapp import clock
from tests.clients import LintingClient
from tests.story import Story
from tests.visits.test_phone_pages import press, text_of
from tests.visits.visiting import begin_both, send

LogIn = Callable[[str], LintingClient]


def choices(page: str, name: str) -> dict[str, str]:
    """What each choice of a field says beside it; only of those that can be chosen."""
    found = re.findall(rf'name="{name}" value="(-?\d+)"([^>]*)>.*?option-hint">([^<]*)<', page)
    return {value: hint for value, attributes, hint in found if "disabled" not in attributes}


def test_what_would_fall_before_the_stage_before_is_not_offered(story: Story, as_: LogIn) -> None:
    client, _, visit = begin_both(story, as_)
    start = clock.now()
    with clock.moved_to(start):
        press(client, visit, "stage", "arrive")
    with clock.moved_to(start + 10_000):
        assert "“到达”还不到半分钟" in text_of(client, f"/n/{visit}/late")
    with clock.moved_to(start + 100_000):
        late = text_of(client, f"/n/{visit}/late")
        assert set(choices(late, "ago_s")) == {"30", "60"}
        assert "早于“到达”" in late
        log = press(client, visit, "stage", "ticket", ago_s="60", to="log")
        assert re.search(r"取号（1 分钟前）.*?按的", log, re.S)
        shown = re.search(r"取号（1 分钟前）.*?(\d+:\d\d:\d\d)，(\d+:\d\d:\d\d) 按的", log, re.S)
        assert shown
        assert shown[1] != shown[2]


def test_a_stage_that_was_left_out_is_measured_by_its_own_neighbours(story: Story, as_: LogIn) -> None:
    client, _, visit = begin_both(story, as_)
    start = clock.now()
    for seconds, stage in ((0, "arrive"), (50, "call")):
        with clock.moved_to(start + seconds * 1000):
            press(client, visit, "stage", stage)
    with clock.moved_to(start + 70_000):
        late = text_of(client, f"/n/{visit}/late?stage=ticket")
        assert choices(late, "ago_s").keys() == {"30", "60"}
        assert "到达" not in re.findall(r">([^<]*)</a>", late)  # it is recorded: 更正 is for that


def test_a_correction_keeps_the_order_too(story: Story, as_: LogIn) -> None:
    client, _, visit = begin_both(story, as_)
    start = clock.now()
    with clock.moved_to(start):
        press(client, visit, "stage", "arrive")
    with clock.moved_to(start + 40_000):
        full = press(client, visit, "stage", "ticket", to="full")
        tap = re.findall(rf"/n/{visit}/log/([0-9a-f-]{{36}})", full)[-1]
        offered = choices(text_of(client, f"/n/{visit}/log/{tap}"), "instant")
    assert set(offered) == {str(start + 10_000)}  # earlier is before 到达, later has not come


def test_going_along_is_a_form_that_is_not_sent_without_consent(as_: LogIn) -> None:
    client = as_("inspector1")
    assert "陪同办事" not in text_of(client, "/n/new")
    page = text_of(client, "/n/new?beside=1")
    assert re.search(r'type="checkbox" name="consent" value="yes" required', page)
    assert re.search(r'value="[0-9a-f-]{36}:陪同办事"', page)
    assert re.findall(r'value="[0-9a-f-]{36}:(办事|观察)"', page) == []
    assert "由组长确认" not in page
    assert "组长会在“临时回访的人”里说谁去了" in page


def test_a_begin_without_consent_is_told_and_can_be_put_right(story: Story, as_: LogIn) -> None:
    client, plan = as_("inspector1"), story.plan_of_today()
    tap = uuid4()
    send(client, plan.visit_id, "begin", "陪同办事", plan=plan.id, briefing="1", tap=tap)
    assert "陪同办事，没记对方同意" in text_of(client, f"/n/{plan.visit_id}/log")
    page = text_of(client, f"/n/{plan.visit_id}/log/{tap}")
    assert re.search(r'type="checkbox" name="to.consent" value="yes" required', page)
    assert not re.search(r'type="radio" name="to.role" value="陪同办事"', page)
    assert '<input type="hidden" name="to.role" value="陪同办事">' in page
    log = press(
        client, plan.visit_id, "correct", to="log", tap=str(tap), reason="补全",
        **{"to.role": "陪同办事", "to.consent": "yes"},
    )  # fmt: skip
    assert "没记对方同意" not in log
