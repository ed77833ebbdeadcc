"""The scenario editor: what it shows is what it saves, a version never changes, nothing typed is lost."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from fieldapp.db import apart
from fieldapp.visits import library
from fieldapp.visits.scenario_lines import content_of, typed_from
from fieldapp.visits.scenario_models import Item, Scenario, ScenarioVersion
from tests.pages import changed, fields_of
from tests.story import Story

SAMPLE = "城乡居民养老保险参保登记"


@pytest.fixture
def edit(story: Story) -> str:
    county = story.viewer("clerk").county_id
    return f"/scenarios/{story.row(Scenario, Scenario.code == 'pension-join', Scenario.county_id == county)}/edit"


def shown(client: FlaskClient, address: str) -> list[tuple[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    return fields_of(answer.text, address)


def versions(story: Story) -> list[dict[str, Any]]:
    query = (
        sa.select(ScenarioVersion.content)
        .join(ScenarioVersion.scenario)
        .where(Scenario.code == "pension-join")
    )
    county = story.viewer("clerk").county_id
    with story.app.app_context(), apart() as session:
        return list(session.scalars(query.where(Scenario.county_id == county).order_by(ScenarioVersion.n)))


@pytest.mark.parametrize("code", library.scenarios())
def test_what_the_form_shows_is_what_it_saves(code: str) -> None:
    before = library.scenarios()[code]
    typed = typed_from(before, 1)
    typed["stages"] = [
        {"place": "", "label": "", "discreet": "", "phase_label": "", **row} for row in typed["stages"]
    ]
    after = content_of(typed, before)
    same = ("sample", "name", "ask", "sim_depth", "how_far", "legal_limit", "promised_limit", "certainty")
    for name in (*same, "source_note", "materials", "process", "complaints", "stages"):
        assert after[name] == before[name], name
    assert [(row["code"], row["shown"]) for row in after["items"]] == [
        (row["code"], row["shown"]) for row in before["items"]
    ]
    assert [row["code"] for row in after["roles"]] == [row["code"] for row in before["roles"]]


def test_saving_it_as_shown_makes_an_equal_version(story: Story, as_: Any, edit: str) -> None:
    clerk = as_("clerk")
    assert clerk.post(edit, data=changed(shown(clerk, edit))).status_code == 303
    first, second = versions(story)
    assert second == first


def test_a_new_version_leaves_the_old_one_and_what_was_planned(story: Story, as_: Any, edit: str) -> None:
    clerk, plan = as_("clerk"), story.plan_of_today()
    sent = changed(shown(clerk, edit), ask="想问问参保要带什么？", materials="身份证\r\n\r\n 户口簿 \r\n")
    assert clerk.post(edit, data=sent).status_code == 303
    page = edit.removesuffix("/edit")
    newest, older = clerk.get(page).text, clerk.get(f"{page}?n=1").text
    assert "想问问参保要带什么？" in newest
    assert "身份证、户口簿" in newest
    assert "想问问参保要带什么？" not in older
    assert "这是旧版" in older
    assert "想问问参保要带什么？" not in clerk.get(f"/plans/{plan.id}").text
    assert "（第 2 版）" in clerk.get(f"/plans/{plan.id}/edit").text


def test_limits_say_their_unit(as_: Any, edit: str) -> None:
    clerk = as_("clerk")
    sent = changed(
        shown(clerk, edit), legal_limit="15", legal_unit="day", promised_limit="3", promised_unit="instant"
    )
    clerk.post(edit, data=sent)
    page = clerk.get(edit.removesuffix("/edit")).text
    assert "15 个自然日" in page
    assert "当场办" in page
    bare = changed(shown(clerk, edit), legal_limit="15", legal_unit="")
    assert "时限写几个工作日或自然日" in clerk.post(edit, data=bare).text


def test_stages_go_in_the_order_of_their_numbers(story: Story, as_: Any, edit: str) -> None:
    clerk = as_("clerk")
    fields = shown(clerk, edit)
    row = {value: name.rsplit("-", 1)[0] for name, value in fields if name.endswith("-code")}
    moved = {
        f"{row['leave']}-place": "7",
        f"{row['examine']}-place": "6",
        f"{row['examine']}-label": "看完材料",
    }
    assert clerk.post(edit, data=changed(fields, **moved)).status_code == 303
    codes = [stage["code"] for stage in versions(story)[-1]["stages"]]
    assert codes == ["arrive", "ticket", "call", "accept", "settle", "examine", "leave"]
    assert versions(story)[-1]["stages"][5]["label"] == "看完材料"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("how_far", "随便问", "绝不编造情况"),
        ("sim_depth", "C", "不办到底的，不能有受理、办结、取件"),
        ("stages-1-discreet", "取号机", "不能有“取号”"),
        ("stages-1-label", "在大厅里取号排队", "最多 6 个字"),
        ("roles", None, "至少选一种身份"),
        ("legal_limit", "十天", "整数"),
    ],
)
def test_a_broken_rule_keeps_what_was_typed(
    story: Story, as_: Any, edit: str, field: str, value: str | None, sentence: str
) -> None:
    clerk = as_("clerk")
    sent = changed(shown(clerk, edit), **{field: value, "ask": "刚打的一句话？"})
    answer = clerk.post(edit, data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "刚打的一句话？" in answer.text
    assert len(versions(story)) == 1


def test_nine_items_at_first_are_too_many(story: Story, as_: Any, edit: str) -> None:
    clerk = as_("clerk")
    fields = shown(clerk, edit)
    first = [value for name, value in fields if name == "items"]
    answer = clerk.post(edit, data=changed(fields, items=[*first, "badge"]))
    assert "先显示的最多 8 条" in answer.text
    swapped = changed(fields, items=[*first[1:], "badge"])
    assert clerk.post(edit, data=swapped).status_code == 303
    before = [row["code"] for row in versions(story)[0]["items"] if row["shown"]]
    after = [row["code"] for row in versions(story)[1]["items"] if row["shown"]]
    assert after == [code for code in before if code != first[0]] + ["badge"]


def test_two_editors_do_not_overwrite_each_other(story: Story, as_: Any, edit: str) -> None:
    clerk, head = as_("clerk"), as_("head")
    mine, theirs = shown(clerk, edit), shown(head, edit)
    head.post(edit, data=changed(theirs, name="主任改的名称"))
    answer = clerk.post(edit, data=changed(mine, name="经办改的名称"))
    assert answer.status_code == 409
    assert "主任改的名称" in answer.text
    assert "经办改的名称" in answer.text
    assert [content["name"] for content in versions(story)] == [SAMPLE, "主任改的名称"]


def test_new_words_of_an_item_leave_saved_versions_alone(story: Story, as_: Any, edit: str) -> None:
    clerk, county = as_("clerk"), story.viewer("clerk").county_id
    item = story.row(Item, Item.code == "greeting", Item.county_id == county)
    address = f"/scenarios/items/{item}/edit"
    refused = clerk.post(address, data=changed(shown(clerk, address), text="没有不理人"))
    assert refused.status_code == 422
    assert "没有不理人" in refused.text
    assert clerk.post(address, data=changed(shown(clerk, address), text="先打招呼")).status_code == 303
    assert "先打招呼" in clerk.get("/scenarios/items").text
    page = edit.removesuffix("/edit")
    assert "先打招呼" not in clerk.get(page).text
    clerk.post(edit, data=changed(shown(clerk, edit)))
    assert "先打招呼" in clerk.get(page).text
    assert "主动问候" in clerk.get(f"{page}?n=1").text


def test_samples_are_marked_until_somebody_checked_them(as_: Any, edit: str) -> None:
    clerk = as_("clerk")
    page = edit.removesuffix("/edit")
    assert "示例：时限、材料和说法是演示用的" in clerk.get(page).text
    clerk.post(edit, data=changed(shown(clerk, edit), sample=None))
    assert "示例：时限、材料和说法是演示用的" not in clerk.get(page).text


def test_inspectors_read_and_only_the_office_writes(as_: Any, edit: str) -> None:
    page, inspector, clerk = edit.removesuffix("/edit"), as_("inspector1"), as_("clerk")
    read = inspector.get(page).text
    assert SAMPLE in read
    assert "要复印件" in clerk.get(page).text
    assert "要复印件" not in read  # complaints heard would lead the judge
    assert inspector.get(edit).status_code == 404
    assert inspector.post(edit, data={}).status_code == 404


@pytest.mark.parametrize("username", ["unit", "city", "clerk2"])
def test_nobody_else_learns_what_is_tried(as_: Any, edit: str, username: str) -> None:
    client = as_(username)
    assert client.get(edit.removesuffix("/edit")).status_code == 404
    assert client.get("/scenarios").status_code == (200 if username == "clerk2" else 404)
