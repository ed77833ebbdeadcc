"""Pages with forms that only a story further on shows, each with who fills it in: test_bad_telling tries them."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from fieldapp.closing.fact_models import Fact
from fieldapp.organisations.models import Unit
from tests.closing import steps
from tests.closing.finding import found_new
from tests.story import Story

TEXT = "服务大厅没有人引导，叫号屏不能用"


def an_edition(story: Story, as_: Any) -> str:
    steps.to_signing(story)
    steps.signs(story, "head", "office")
    steps.signs(story, "origin3", "origin_team")
    return f"/editions/new?unit={story.row(Unit, Unit.name == '甘棠镇')}"


def a_finding(story: Story, as_: Any) -> str:
    visit, tap = found_new(story, as_)
    return f"/findings/{visit}/{tap}"


def a_fact(story: Story, as_: Any) -> str:
    assert as_("clerk").post(a_finding(story, as_), data={"text": TEXT}).status_code == 303
    return f"/facts/{story.row(Fact, sa.true())}"


def an_answered_fact(story: Story, as_: Any) -> str:
    fact = a_fact(story, as_)
    assert as_("unit").post(f"{fact}/reply", data={"agrees": "yes"}).status_code == 303
    return f"{fact}/problem"


FORMS: dict[tuple[str, str], Callable[[Story, Any], str]] = {
    ("closing.new_edition", "clerk"): an_edition,
    ("closing.send_fact", "clerk"): a_finding,
    ("closing.dismiss", "clerk"): a_finding,
    ("closing.answer_fact", "unit"): a_fact,
    ("closing.answer_fact", "clerk"): a_fact,
    ("closing.make_problem", "clerk"): an_answered_fact,
}
TRIED = {endpoint for endpoint, _who in FORMS}
