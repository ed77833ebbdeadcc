"""Several drafts of one inspection handed over at once: all or none, each with the deadline that was shown for it."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fieldapp import clock
from fieldapp.db import apart
from fieldapp.inspections.models import Inspection
from fieldapp.office.check import faults
from fieldapp.problems.models import Problem
from tests.pages import Fields, cells_of, changed, fields_of
from tests.problems.test_views import NEW
from tests.story import Story


@pytest.fixture
def page(story: Story) -> str:
    home = story.viewer("clerk").county_id
    return f"/problems/handovers/{story.row(Inspection, Inspection.county_id == home)}"


@pytest.fixture
def clerk(as_: Any, page: str) -> Any:
    """With three drafts of one inspection: two are ready, one lacks its criterion."""
    found = as_("clerk")
    for number, criteria in (("新-01", "有人"), ("新-02", "有人"), ("新-03", "")):
        sent = {**NEW, "inspection_id": page.rpartition("/")[2], "number": number, "criteria": criteria}
        assert found.post("/problems/new", data=sent).status_code == 303
    return found


def today_s(clerk: Any, page: str) -> Fields:
    """The form as it stands for today."""
    return fields_of(clerk.get(f"{page}?on={clock.today()}").text, page)


def issued(story: Story) -> list[str]:
    """The new ones that are handed over."""
    new = sa.select(Problem.number).where(Problem.number.startswith("新-"), Problem.state == "issued")
    with story.app.app_context(), apart() as session:
        return list(session.scalars(new.order_by(Problem.number)))


def test_what_is_ready_goes_together_with_the_deadline_it_showed(story: Story, clerk: Any, page: str) -> None:
    sent = changed(today_s(clerk, page))
    answer = clerk.post(page, data=sent)
    assert answer.status_code == 303
    assert issued(story) == ["新-01", "新-02"]
    assert f"交办了 {len(sent['drafts'])} 个" in clerk.get(answer.location).text
    with story.app.app_context(), apart() as session:
        row = session.scalars(sa.select(Problem).where(Problem.number == "新-01")).one()
        assert f"{row.id} {row.due}" in sent["drafts"]
        assert row.issued_on == clock.today()
        assert list(faults()) == []


def test_what_cannot_go_says_why_and_has_no_box(clerk: Any, page: str) -> None:
    line = next(
        row for row in cells_of(clerk.get(f"{page}?on={clock.today()}").text, "草稿") if row[0] == "新-03"
    )
    assert "还没写销号标准" in line[3]
    late = cells_of(clerk.get(f"{page}?on=2018-05-06").text, "草稿")
    assert all("已经过了" in row[3] or "还没写" in row[3] for row in late if row[0].startswith("新-"))
    assert not [
        value for name, value in fields_of(clerk.get(f"{page}?on=2018-05-06").text, page) if name == "drafts"
    ]


def test_one_that_was_shown_another_deadline_stops_them_all(story: Story, clerk: Any, page: str) -> None:
    sent = changed(today_s(clerk, page))
    keys = sent["drafts"]
    sent["drafts"] = [keys[0], keys[1].partition(" ")[0] + f" {clock.today() + timedelta(days=1)}"]
    answer = clerk.post(page, data=sent)
    assert answer.status_code == 422
    assert "新-02：从" in answer.text
    assert issued(story) == []


def test_one_that_has_gone_meanwhile_is_said(story: Story, clerk: Any, page: str) -> None:
    sent = changed(today_s(clerk, page))
    assert clerk.post(page, data={**sent, "drafts": sent["drafts"][:1]}).status_code == 303
    answer = clerk.post(page, data=sent)
    assert answer.status_code == 422
    assert "有的刚刚已经交办" in answer.text
    assert issued(story) == ["新-01"]


def test_none_chosen_is_said(story: Story, clerk: Any, page: str) -> None:
    answer = clerk.post(page, data=changed(today_s(clerk, page), drafts=None))
    assert answer.status_code == 422
    assert "至少勾一个" in answer.text


def test_a_day_out_of_bounds_is_said(clerk: Any, page: str) -> None:
    answer = clerk.get(f"{page}?on=1900-01-01")
    assert "之间的日子" in answer.text


def test_the_list_leads_there_when_there_are_several(clerk: Any, page: str, as_: Any) -> None:
    assert f'href="{page}"' in clerk.get("/problems").text
    assert f'href="{page}"' not in as_("leadership").get("/problems").text
    assert as_("clerk2").get(page).status_code == 404
    clerk.post(page, data=changed(today_s(clerk, page)))
    assert f'href="{page}"' not in clerk.get("/problems?q=新-03").text
