"""Inspections: added by the office, days in order, nothing overwritten."""

import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from fieldapp.inspections.models import Inspection
from fieldapp.organisations.models import Team, Unit
from fieldapp.web.ui import dated_text
from tests.pages import changed, fields_of
from tests.story import Story

IN_ORDER = {"entered_on": "2026-03-02", "left_on": "2026-04-20", "feedback_on": "2026-05-10"}  # a Sunday


@pytest.fixture
def home(story: Story) -> UUID:
    return story.viewer("clerk").county_id


@pytest.fixture
def edit(story: Story, home: UUID) -> str:
    return f"/inspections/{story.row(Inspection, Inspection.county_id == home)}/edit"


@pytest.fixture
def pair(story: Story, home: UUID) -> dict[str, str]:
    """A team and a unit without an inspection."""
    team = story.row(Team, Team.county_id == home, Team.name == "第一巡察组")
    unit = story.row(Unit, Unit.county_id == home, Unit.name.contains("甘棠"))
    return {"team_id": str(team), "unit_id": str(unit)}


def test_an_inspection_is_added_once_even_with_feedback_on_a_rest_day(as_: Any, pair: dict[str, str]) -> None:
    clerk = as_("clerk")
    assert clerk.post("/inspections/new", data={**pair, **IN_ORDER}).status_code == 303
    shown = clerk.get("/inspections").text
    assert "第一巡察组" in shown
    assert "5月10日" in shown
    again = clerk.post("/inspections/new", data={**pair, **IN_ORDER})
    assert again.status_code == 422
    assert "已经有这个单位" in again.text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"left_on": "2026-03-01"}, "撤离：不能早于进驻的"),
        ({"left_on": "", "feedback_on": "2026-03-01"}, "反馈：不能早于进驻的"),
        ({"team_id": ""}, "哪个组：选一个组"),
        ({"unit_id": ""}, "哪个单位：选一个单位"),
    ],
)
def test_days_out_of_order_are_told_and_stay(
    as_: Any, pair: dict[str, str], wrong: dict[str, str], sentence: str
) -> None:
    clerk = as_("clerk")
    sent = {**pair, **IN_ORDER, **wrong}
    answer = clerk.post("/inspections/new", data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert changed(fields_of(answer.text, "/inspections/new")) == {
        "version": [""],
        **{name: [value] for name, value in sent.items()},
    }


def test_nothing_is_chosen_beforehand_and_days_are_said_in_the_offices_words(
    as_: Any, pair: dict[str, str]
) -> None:
    clerk = as_("clerk")
    empty = changed(fields_of(clerk.get("/inspections/new").text, "/inspections/new"))
    assert (empty["team_id"], empty["unit_id"]) == ([""], [""])
    again = clerk.post("/inspections/new", data={**pair, **IN_ORDER, "unit_id": ""}).text
    assert re.findall(r"data-said-day>([^<]*)<", again) == [
        dated_text(date.fromisoformat(day)) for day in IN_ORDER.values()
    ]


def test_its_days_are_changed(as_: Any, edit: str) -> None:
    clerk = as_("clerk")
    sent = changed(fields_of(clerk.get(edit).text, edit), **IN_ORDER)
    assert clerk.post(edit, data=sent).status_code == 303
    assert ("left_on", "2026-04-20") in fields_of(clerk.get(edit).text, edit)


def test_days_out_of_order_are_not_saved(as_: Any, edit: str) -> None:
    clerk = as_("clerk")
    before = fields_of(clerk.get(edit).text, edit)
    answer = clerk.post(edit, data=changed(before, **{**IN_ORDER, "left_on": "2026-03-01"}))
    assert answer.status_code == 422
    assert ("left_on", "2026-03-01") in fields_of(answer.text, edit)
    assert fields_of(clerk.get(edit).text, edit) == before


def test_team_and_unit_are_told_and_not_offered_again(
    story: Story, as_: Any, edit: str, pair: dict[str, str]
) -> None:
    clerk = as_("clerk")
    page = clerk.get(edit).text
    assert {name for name, _value in fields_of(page, edit)} == {*IN_ORDER, "version"}
    assert "第三巡察组</dd>" in page
    assert "甘棠镇</dd>" in page
    sent = changed(fields_of(page, edit), team_id=pair["team_id"])
    assert clerk.post(edit, data=sent).status_code == 303
    assert "第三巡察组</dd>" in clerk.get(edit).text  # a field sent all the same changes nothing


def test_two_editors_see_both_versions(as_: Any, edit: str) -> None:
    clerk, head = as_("clerk"), as_("head")
    mine, theirs = (fields_of(each.get(edit).text, edit) for each in (clerk, head))
    head.post(edit, data=changed(theirs, **IN_ORDER))
    answer = clerk.post(edit, data=changed(mine, **{**IN_ORDER, "left_on": "2026-04-21"}))
    assert answer.status_code == 409
    assert "2026-04-20" in answer.text
    assert "2026-04-21" in answer.text
    assert ("left_on", "2026-04-20") in fields_of(clerk.get(edit).text, edit)


def test_another_countys_team_and_unit_cannot_be_chosen(story: Story, as_: Any, home: UUID) -> None:
    stranger = str(story.row(Unit, Unit.county_id != home))
    team = str(story.row(Team, Team.county_id == home))
    answer = as_("clerk").post("/inspections/new", data={"team_id": team, "unit_id": stranger})
    assert answer.status_code == 422


def test_another_countys_inspection_does_not_exist(as_: Any, edit: str) -> None:
    clerk = as_("clerk2")
    assert clerk.get(edit).status_code == 404
    assert clerk.post(edit, data=IN_ORDER).status_code == 404
    assert "甘棠" not in clerk.get("/inspections").text


def test_a_unit_has_none_of_these_pages(as_: Any, edit: str) -> None:
    unit = as_("unit")
    for address in ("/inspections", "/inspections/new", edit):
        assert unit.get(address).status_code == 404
    assert unit.post("/inspections/new", data=IN_ORDER).status_code == 404


def test_a_reader_is_offered_no_change(as_: Any, edit: str) -> None:
    leadership = as_("leadership")
    shown = leadership.get("/inspections")
    assert shown.status_code == 200
    assert "甘棠" in shown.text
    assert edit not in shown.text
    assert leadership.get(edit).status_code == 404
