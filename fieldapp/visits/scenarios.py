"""Scenarios and items: the first versions from the library, later ones by the office. None ever changes."""

from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from fieldapp.db import db, system_reads
from fieldapp.errors import Conflict, RuleBroken
from fieldapp.visits import library
from fieldapp.visits.scenario_content import Content, check_content, check_item_text
from fieldapp.visits.scenario_models import Item, ItemVersion, Scenario, ScenarioVersion

_FROZEN = (
    "sample",
    "name",
    "sim_depth",
    "how_far",
    "ask",
    "legal_limit",
    "promised_limit",
    "certainty",
    "source_note",
    "materials",
    "process",
    "complaints",
)


def load_library(county_id: UUID, at: int) -> None:
    """Give a county version 1 of whatever sample scenario and item it lacks; what it has is left alone."""
    items, scenarios = _codes_of(Item, county_id), _codes_of(Scenario, county_id)
    for code, entry in library.items().items():
        if code not in items:
            item = Item(county_id=county_id, code=code, group=entry["group"])
            db.session.add(ItemVersion(item=item, n=1, text=entry["text"], tags=[*entry["tags"]], made_at=at))
    for code, content in library.scenarios().items():
        if code not in scenarios:
            scenario = Scenario(county_id=county_id, code=code, name=content["name"])
            db.session.add(ScenarioVersion(scenario=scenario, n=1, content=deepcopy(content), made_at=at))
    db.session.flush()


def _codes_of(model: type[Item] | type[Scenario], county_id: UUID) -> set[str]:
    with system_reads() as session:
        return set(session.scalars(sa.select(model.code).where(model.county_id == county_id)))


def newest_version(scenario: Scenario) -> ScenarioVersion:
    """The version a new plan takes."""
    query = sa.select(ScenarioVersion).where(ScenarioVersion.scenario_id == scenario.id)
    return db.session.scalars(query.order_by(ScenarioVersion.n.desc()).limit(1)).one()


def newest_item_versions(county_id: UUID) -> dict[str, ItemVersion]:
    """The words in force of every item in use, by code."""
    query = (
        sa.select(ItemVersion)
        .join(ItemVersion.item)
        .options(contains_eager(ItemVersion.item))
        .where(Item.county_id == county_id, Item.retired.is_(False))
        .order_by(ItemVersion.n)
    )
    return {row.item.code: row for row in db.session.scalars(query)}


def revise_scenario(
    scenario: Scenario, content: Content, *, by: Any, at: int, based_on: int | None = None
) -> ScenarioVersion:
    """Make the next version. Items are named by code and shown or not; their words are frozen as of now.

    `based_on` is the number the form was filled in from; if somebody made another meanwhile, Conflict."""
    db.session.refresh(scenario, with_for_update=True)
    last = newest_version(scenario)
    if based_on is not None and based_on != last.n:
        raise Conflict("别人刚改过这个场景，对照后再存", _summary(content), _summary(last.content))
    items = newest_item_versions(scenario.county_id)
    check_content(content, items)
    version = ScenarioVersion(
        scenario=scenario,
        n=last.n + 1,
        content=_frozen(scenario.code, content, items),
        made_by=by.person_id,
        made_at=at,
    )
    scenario.name = content["name"].strip()
    db.session.add(version)
    db.session.flush()
    return version


def _frozen(code: str, content: Content, items: Mapping[str, ItemVersion]) -> dict[str, Any]:
    stage_fields = ("code", "label", "discreet", "phase_label")
    depth = content["sim_depth"]
    return {
        "code": code,
        **{field: content.get(field) for field in _FROZEN},
        "sample": bool(content.get("sample")),
        "source_note": content.get("source_note") or "",
        "roles": library.roles([role["code"] for role in content["roles"]], depth),
        "stages": [{field: stage[field] for field in stage_fields} for stage in content["stages"]],
        "items": [_frozen_item(items[item["code"]], bool(item.get("shown"))) for item in content["items"]],
    }


def _frozen_item(version: ItemVersion, shown: bool) -> dict[str, Any]:
    return {
        "code": version.item.code,
        "n": version.n,
        "group": version.item.group,
        "tags": version.tags,
        "text": version.text,
        "shown": shown,
    }


def _summary(content: Content) -> dict[str, str]:
    return {
        "名称": str(content.get("name", "")),
        "怎么问": str(content.get("ask", "")),
        "能做到哪一步": str(content.get("how_far", "")),
        "材料": "、".join(map(str, content.get("materials") or ())),
        "阶段": "、".join(str(stage.get("label", "")) for stage in content.get("stages") or ()),
    }


def revise_item(item: Item, text: str, *, tags: Collection[str], at: int) -> ItemVersion:
    """New words for an item; scenario versions that froze the old ones keep them."""
    wording = text.strip()
    check_item_text(wording)
    if not set(tags) <= set(library.labels("criterion_tags")):
        raise RuleBroken("选清单里有的标准类别", "tags")
    db.session.refresh(item, with_for_update=True)
    query = sa.select(sa.func.max(ItemVersion.n)).where(ItemVersion.item_id == item.id)
    last = db.session.scalars(query).one()
    version = ItemVersion(item=item, n=(last or 0) + 1, text=wording, tags=sorted(set(tags)), made_at=at)
    db.session.add(version)
    db.session.flush()
    return version
