"""Verbs that put right what the base says. Each locks its row; a form shown before another's change raises Conflict
with both. What a visit froze keeps the words of its day."""

from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy as sa

from fieldapp.db import db, system_reads
from fieldapp.errors import Conflict, RuleBroken
from fieldapp.organisations.actions import check_counter_name, check_point_name
from fieldapp.organisations.models import Counter, Person, ServicePoint, Unit
from fieldapp.organisations.opening import opening_text, read_opening

Said = dict[str, str]


def _hold(row: Any, version: int, yours: Said, now: Callable[[], Said]) -> None:
    db.session.flush()
    db.session.refresh(row, with_for_update=True)
    if version != row.version:
        raise Conflict("别人刚改过，对照后再存", yours, now())


def edit_unit(unit: Unit, name: str, party_org: str, phone_name: str, *, version: int) -> None:
    """Its names; the first is unique in the county."""

    def said(*values: str) -> Said:
        return dict(zip(("单位", "党组织", "手机上显示的名字"), values, strict=True))

    values = (name.strip(), party_org.strip(), phone_name.strip())
    _hold(unit, version, said(*values), lambda: said(unit.name, unit.party_org, unit.phone_name))
    with system_reads() as session:
        same = sa.select(Unit.id).where(
            Unit.county_id == unit.county_id, Unit.name == values[0], Unit.id != unit.id
        )
        if session.scalar(same):
            raise RuleBroken("已经有这个单位", "name")
    unit.name, unit.party_org, unit.phone_name = values
    db.session.flush()


def edit_point(point: ServicePoint, name: str, address: str, hours: str, *, version: int) -> None:
    """Its name, address and hours. Hours left empty are unknown; old words that were never times go with any others."""

    def said(*values: str) -> Said:
        return dict(zip(("服务点", "地址", "开放时间"), values, strict=True))

    opening = read_opening(hours)
    values = (name.strip(), address.strip(), opening_text(opening))
    _hold(point, version, said(*values), lambda: said(point.name, point.address, point.hours))
    check_point_name(point.unit_id, name, point.id)
    point.name, point.address = values[:2]
    point.opening, point.hours_said = opening, ""
    db.session.flush()


def edit_counter(counter: Counter, name: str, *, version: int) -> None:
    """Its name."""
    _hold(counter, version, {"窗口": name.strip()}, lambda: {"窗口": counter.name})
    check_counter_name(counter.point_id, name, counter.id)
    counter.name = name.strip()
    db.session.flush()


def edit_person(person: Person, name: str, home: str, *, version: int) -> None:
    """Name and where from. Whoever reads a record of before still finds the old name in it."""

    def said(*values: str) -> Said:
        return dict(zip(("姓名", "原单位"), values, strict=True))

    values = (name.strip(), home.strip())
    _hold(person, version, said(*values), lambda: said(person.name, person.home))
    person.name, person.home = values
    db.session.flush()


def close_place(place: ServicePoint | Counter, on: date | None, *, version: int) -> None:
    """Out of use from this day on; None takes it into use again. Plans already made are the planner's to change."""

    def said(day: date | None) -> Said:
        return {"停用": f"从 {day.isoformat()} 起" if day else "没有停用"}

    _hold(place, version, said(on), lambda: said(place.closed_on))
    place.closed_on = on
    db.session.flush()
