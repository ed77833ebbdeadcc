import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

import fieldapp.problems.models  # noqa: F401  the wall builds every model's condition, so all tables must be known
from fieldapp import ids
from fieldapp.access import visibility
from fieldapp.access.policy import Role, permissions_of
from fieldapp.access.viewers import Viewer
from fieldapp.db import SYSTEM, Base, bind_viewer, db
from fieldapp.errors import Conflict, RuleBroken
from fieldapp.keys import Keys
from fieldapp.organisations.models import County, Person
from fieldapp.visits import kinds, library
from fieldapp.visits.scenario_content import (
    ITEM_LENGTH,
    SHOWN_AT_MOST,
    check_content,
    check_item_text,
    chosen_items,
    limit_text,
)
from fieldapp.visits.scenario_models import Item, ItemVersion, Scenario, ScenarioVersion
from fieldapp.visits.scenarios import (
    load_library,
    newest_item_versions,
    newest_version,
    revise_item,
    revise_scenario,
)

ALL = library.scenarios()
STORY = ALL["pension-join"]
TABLES = ("counties", "people", "scenarios", "scenario_versions", "items", "item_versions", "heads")


class TestLibrary:
    def test_holds_all_25_marked_as_samples(self) -> None:
        assert len(ALL) == 25
        assert all(content["sample"] for content in ALL.values())
        assert "示例" in library.words()["sample_note"]

    @pytest.mark.parametrize("code", ALL)
    def test_every_scenario_may_become_a_version(self, code: str) -> None:
        check_content(ALL[code], library.items())
        assert json.loads(json.dumps(ALL[code])) == ALL[code]

    def test_the_story_has_its_six_stages(self) -> None:
        said = [stage["label"] for stage in STORY["stages"]]
        assert said == ["到达", "取号", "叫号", "受理", "办结", "离开"]
        phases = {stage["code"]: stage["phase_label"] for stage in STORY["stages"]}
        assert (phases["ticket"], phases["accept"], phases["leave"]) == ("等候", "办理", "")
        assert (limit_text(STORY["legal_limit"]), limit_text(STORY["promised_limit"])) == (
            "10 个工作日",
            "当场办",
        )

    def test_the_memo_says_nothing_official(self) -> None:
        memo = [stage["discreet"] for stage in STORY["stages"]]
        assert memo == ["到了", "拿号", "轮到我", "交东西", "办好", "回去"]
        lists = ("stages", "stuck_reasons", "watch_kinds", "count_kinds")
        said = [entry["discreet"] for name in lists for entry in library.words()[name]]
        said += library.words()["memo_lines"]
        assert not [text for text in said for word in library.words()["official_words"] if word in text]

    def test_consulting_only_submits_nothing(self) -> None:
        for content in ALL.values():
            roles = [role["label"] for role in content["roles"]]
            assert ("咨询" in roles) == (content["sim_depth"] == "C")
            assert ("陪同办事" in roles) == (content["sim_depth"] != "C")
            receipts = {"receipt", "instant", "delivered"} & {item["code"] for item in content["items"]}
            assert not receipts or content["sim_depth"] == "F"

    def test_items_are_short_and_yes_is_good(self) -> None:
        for item in library.items().values():
            check_item_text(item["text"])
            assert set(item["tags"]) <= set(library.labels("criterion_tags"))
            assert item["group"] in library.labels("item_groups")
            assert "等候" not in item["text"]
            assert "开窗" not in item["text"]

    def test_every_group_and_every_item_is_used(self) -> None:
        used = {item["code"] for content in ALL.values() for item in content["items"]}
        assert used == set(library.items())
        groups = {item["group"] for item in library.items().values()}
        assert groups == set(library.labels("item_groups"))

    def test_lists_hold_each_code_once_and_entries_of_one_shape(self) -> None:
        for name, entries in library.words().items():
            if isinstance(entries, list) and isinstance(entries[0], dict):
                assert all(entry["label"] for entry in entries), name
                assert len({tuple(entry) for entry in entries}) == 1, name
                assert len({entry["label"] for entry in entries}) == len(entries), name
                assert name == "ago" or len(library.entries(name)) == len(entries), name

    def test_the_fold_knows_every_choice_that_a_page_offers(self) -> None:
        assert set(kinds.STAGE_LABELS.items()) <= set(library.labels("stages").items())
        assert tuple(library.labels("roles")) == kinds.ROLES
        assert tuple(library.labels("stuck_reasons")) == kinds.REASONS
        assert set(kinds.WATCHES) <= set(library.labels("watch_kinds"))
        assert tuple(library.labels("count_kinds")) == kinds.COUNTS
        assert library.labels("answers") == kinds.ANSWERS
        assert library.labels("claims") == kinds.CLAIMS
        assert tuple(library.labels("conclusions")) == kinds.CONCLUSIONS
        assert tuple(library.labels("suggestions")) == kinds.SUGGESTIONS
        assert tuple(entry["seconds"] for entry in library.words()["ago"]) == kinds.AGO


class TestChosenItems:
    def test_without_criteria_what_the_scenario_shows(self) -> None:
        shown, more = chosen_items(STORY, [])
        assert [item["code"] for item in shown] == [i["code"] for i in STORY["items"] if i["shown"]]
        assert len(shown) + len(more) == len(STORY["items"])

    def test_those_tied_to_a_criterion_come_first(self) -> None:
        shown, more = chosen_items(STORY, ["discipline"])
        assert [item["code"] for item in shown[:5]] == ["on-time", "cover", "attentive", "badge", "dress"]
        assert [item["code"] for item in shown[5:]] == ["greeting", "told-once", "takes-here"]
        assert more[0]["code"] == "receipt"

    def test_among_the_tied_those_the_office_shows_come_first(self) -> None:
        content = {**STORY, "items": list(reversed(STORY["items"]))}
        shown, _ = chosen_items(content, ["manner"])
        codes = [item["code"] for item in shown]
        assert codes[:2] == ["greeting", "again"]
        assert codes[-3:] == ["instant", "limit-told", "pay-tiers"]

    def test_never_more_than_eight_and_none_lost(self) -> None:
        shown, more = chosen_items(STORY, library.labels("criterion_tags"))
        assert len(shown) == SHOWN_AT_MOST
        assert sorted(i["code"] for i in shown + more) == sorted(i["code"] for i in STORY["items"])


def _stage(code: str) -> dict[str, Any]:
    return library.stage(code)


def _steps(*codes: str) -> list[dict[str, Any]]:
    return [_stage(code) for code in codes]


BAD: list[tuple[str, Any]] = [
    ("name", " "),
    ("ask", None),
    ("how_far", "想办法办成"),
    ("sim_depth", "X"),
    ("certainty", "sure"),
    ("materials", ["身份证", ""]),
    ("legal_limit", {"amount": 10}),
    ("legal_limit", {"amount": 0, "unit": "workday"}),
    ("legal_limit", {"amount": True, "unit": "day"}),
    ("promised_limit", {"amount": 3, "unit": "instant"}),
    ("promised_limit", "10 个工作日"),
    ("roles", []),
    ("roles", [{"code": "路人"}]),
    ("stages", []),
    ("stages", _steps("arrive")),
    ("stages", _steps("arrive", "leave", "settle")),
    ("stages", _steps("ticket", "arrive", "leave")),
    ("stages", _steps("arrive", "ticket", "ticket", "leave")),
    ("stages", [_stage("arrive"), {**_stage("call"), "code": "dance"}, _stage("leave")]),
    ("stages", [_stage("arrive"), {**_stage("call"), "label": ""}, _stage("leave")]),
    ("stages", [_stage("arrive"), {**_stage("call"), "discreet": "叫号"}, _stage("leave")]),
    ("stages", "arrive"),
    ("items", [{"code": "unheard", "shown": True}]),
    ("items", [{"code": "greeting", "shown": True}] * 2),
    ("items", [{"code": code, "shown": True} for code in list(library.items())[:9]]),
]


@pytest.mark.parametrize(("field", "value"), BAD)
def test_bad_content_names_its_field(field: str, value: Any) -> None:
    with pytest.raises(RuleBroken) as refused:
        check_content({**STORY, field: value}, library.items())
    assert refused.value.field == field


def test_only_full_depth_may_submit() -> None:
    consulting = {**ALL["basic-allowance"], "stages": STORY["stages"]}
    with pytest.raises(RuleBroken, match="不办到底"):
        check_content(consulting, library.items())


@pytest.mark.parametrize("text", ["", "无离岗", "不推诿", "窗口从不说不", "长" * (ITEM_LENGTH + 1)])
def test_an_item_reads_so_that_yes_is_good(text: str) -> None:
    with pytest.raises(RuleBroken):
        check_item_text(text)


@pytest.mark.parametrize("text", ["无障碍通道能用", "设了“办不成事”窗口", "不动产登记能一窗办"])
def test_names_with_a_negation_in_them_are_let_through(text: str) -> None:
    check_item_text(text)


@pytest.fixture
def county() -> Iterator[UUID]:
    """A county with the library loaded; the session reads as the system until a test says otherwise."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    app.extensions["keys"] = Keys(**{**{each.name: b"" for each in fields(Keys)}, "heads": b"heads"})
    db.init_app(app)
    visibility.install()
    with app.app_context():
        bind_viewer(SYSTEM)
        Base.metadata.create_all(db.engine, [Base.metadata.tables[name] for name in TABLES])
        row = County(name="示例县", city="示例市")
        db.session.add(row)
        db.session.flush()
        load_library(row.id, at=1000)
        yield row.id
        db.session.rollback()


def _viewer(county_id: UUID, role: Role) -> Viewer:
    person = Person(county_id=county_id, name="示例人员")
    db.session.add(person)
    db.session.flush()
    roles = frozenset({role})
    return Viewer(
        person.id, county_id, person.name, "示例县", roles, permissions_of(roles), county_ids=(county_id,)
    )


def _scenario(county_id: UUID, code: str = "pension-join") -> Scenario:
    query = sa.select(Scenario).where(Scenario.code == code, Scenario.county_id == county_id)
    return db.session.scalars(query).one()


def _count(model: type[Base]) -> int:
    return db.session.scalars(sa.select(sa.func.count()).select_from(model)).one()


def test_loading_twice_adds_nothing_and_keeps_what_the_office_wrote(county: UUID) -> None:
    clerk = _viewer(county, Role.CLERK)
    revise_scenario(_scenario(county), {**STORY, "ask": "怎么参保？"}, by=clerk, at=2000)
    load_library(county, at=3000)
    assert (_count(Scenario), _count(Item)) == (25, len(library.items()))
    assert _count(ScenarioVersion) == 26
    assert newest_version(_scenario(county)).content["ask"] == "怎么参保？"


def test_loading_needs_no_sight_of_the_rows(county: UUID) -> None:
    bind_viewer(_viewer(county, Role.CITY))
    load_library(county, at=3000)
    bind_viewer(SYSTEM)
    assert _count(Scenario) == 25


def test_a_revision_leaves_the_earlier_version_as_it_was(county: UUID) -> None:
    scenario, clerk = _scenario(county), _viewer(county, Role.CLERK)
    first = newest_version(scenario)
    before = deepcopy(first.content)
    second = revise_scenario(scenario, {**STORY, "name": " 养老参保 "}, by=clerk, at=2000)
    db.session.expire_all()
    assert (second.n, second.made_by, second.made_at) == (2, clerk.person_id, 2000)
    assert scenario.name == "养老参保"
    assert (first.n, first.content, first.made_by) == (1, before, None)
    assert newest_version(scenario) is second


def test_a_version_cannot_be_rewritten(county: UUID) -> None:
    version = newest_version(_scenario(county))
    version.content = {**version.content, "ask": "改口"}
    with pytest.raises(RuntimeError, match="never changes"):
        db.session.flush()


def test_new_words_reach_the_next_version_only(county: UUID) -> None:
    scenario, clerk = _scenario(county), _viewer(county, Role.CLERK)
    old = newest_version(scenario)
    item = newest_item_versions(county)["greeting"].item
    revise_item(item, " 先开口问好 ", tags=["manner"], at=1500)
    new = revise_scenario(scenario, old.content, by=clerk, at=2000)
    assert old.content["items"][0]["text"] == "主动问候"
    assert new.content["items"][0] | {"shown": True} == {
        "code": "greeting",
        "n": 2,
        "group": "manner",
        "tags": ["manner"],
        "text": "先开口问好",
        "shown": True,
    }


def test_words_sent_with_a_revision_are_not_trusted(county: UUID) -> None:
    content = deepcopy(STORY)
    content["items"][0]["text"] = "别的话"
    content["stages"][0]["planted"] = content["planted"] = "x"
    made = revise_scenario(_scenario(county), content, by=_viewer(county, Role.CLERK), at=2000)
    assert made.content == STORY


def test_a_retired_item_is_not_taken_up_again(county: UUID) -> None:
    newest_item_versions(county)["greeting"].item.retired = True
    with pytest.raises(RuleBroken, match="已停用") as refused:
        revise_scenario(_scenario(county), STORY, by=_viewer(county, Role.CLERK), at=2000)
    assert refused.value.field == "items"


def test_two_who_edit_at_once_see_each_other(county: UUID) -> None:
    scenario, clerk = _scenario(county), _viewer(county, Role.CLERK)
    revise_scenario(scenario, {**STORY, "ask": "先到的"}, by=clerk, at=2000, based_on=1)
    with pytest.raises(Conflict) as met:
        revise_scenario(scenario, {**STORY, "ask": "后到的"}, by=clerk, at=2001, based_on=1)
    assert (met.value.yours["怎么问"], met.value.theirs["怎么问"]) == ("后到的", "先到的")


def test_item_words_are_checked(county: UUID) -> None:
    item = newest_item_versions(county)["greeting"].item
    with pytest.raises(RuleBroken):
        revise_item(item, "无人不问候", tags=[], at=1)
    with pytest.raises(RuleBroken) as refused:
        revise_item(item, "主动问好", tags=["weather"], at=1)
    assert refused.value.field == "tags"


MODELS = (Scenario, ScenarioVersion, Item, ItemVersion)


@pytest.mark.parametrize("role", Role)
def test_only_the_countys_own_people_see_them(county: UUID, role: Role) -> None:
    bind_viewer(_viewer(county, role))
    seen = [_count(model) > 0 for model in MODELS]
    assert seen == [role not in (Role.UNIT, Role.CITY)] * 4


@pytest.mark.parametrize("role", [Role.CLERK, Role.CITY, Role.ADMIN])
def test_another_county_sees_none(county: UUID, role: Role) -> None:
    other = County(id=ids.new_id(), name="示例二县", city="示例市")
    db.session.add(other)
    db.session.flush()
    bind_viewer(_viewer(other.id, role))
    assert [_count(model) for model in MODELS] == [0, 0, 0, 0]
