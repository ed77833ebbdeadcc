"""Two people change one plan: the second sees both versions, and takes nothing back without knowing."""

from typing import Any

import pytest

from tests.pages import Fields, changed, fields_of
from tests.story import Story
from tests.visits.test_plans import save, wish_for


@pytest.fixture
def plan(story: Story) -> str:
    """A plan that clerk and head know of."""
    head = story.viewer("head").person_id
    return save(story, wish_for(story, knowers=(head,))).id


def opened(client: Any, plan: str) -> Fields:
    address = f"/plans/{plan}/edit"
    return fields_of(client.get(address).text, address)


def sent(client: Any, plan: str, fields: Fields, story: Story, **values: str) -> Any:
    page = client.get(f"/plans/{plan}/edit").text
    problem = page.split('name="problem_ids" value="')[1].split('"')[0]
    people = [str(story.viewer(name).person_id) for name in ("inspector1", "inspector2")]
    data = changed(fields, **{"problem_ids": problem, "people": people, **values})
    return client.post(f"/plans/{plan}/edit", data=data)


def test_the_second_editor_sees_both_and_overwrites_nothing(story: Story, as_: Any, plan: str) -> None:
    clerk, head = as_("clerk"), as_("head")
    before_clerk, before_head = opened(clerk, plan), opened(head, plan)
    assert sent(head, plan, before_head, story, approval="文号甲").status_code == 303

    answer = sent(clerk, plan, before_clerk, story, short_name="名乙")
    assert answer.status_code == 409
    for word in ("名乙", "文号甲", "领个证", "回访方案〔2026〕8 号", "回访员甲", "综合窗口"):
        assert word in answer.text
    page = clerk.get(f"/plans/{plan}").text
    assert "文号甲" in page
    assert "名乙" not in page

    assert sent(clerk, plan, opened(clerk, plan), story, short_name="名乙").status_code == 303
    page = clerk.get(f"/plans/{plan}").text
    assert "文号甲" in page
    assert "名乙" in page


@pytest.mark.parametrize("version", ["", "0", "x", "999999999999"])
def test_a_form_that_does_not_say_what_it_was_shown_with_is_stale(
    story: Story, as_: Any, plan: str, version: str
) -> None:
    clerk = as_("clerk")
    assert sent(clerk, plan, opened(clerk, plan), story, version=version).status_code == 409


def test_a_refused_form_stays_as_stale_as_it_was(story: Story, as_: Any, plan: str) -> None:
    clerk, head = as_("clerk"), as_("head")
    before = opened(clerk, plan)
    assert sent(head, plan, opened(head, plan), story, approval="文号甲").status_code == 303
    refused = sent(clerk, plan, before, story, short_name="")
    assert refused.status_code == 422
    again = fields_of(refused.text, f"/plans/{plan}/edit")
    assert sent(clerk, plan, again, story, short_name="名乙").status_code == 409
