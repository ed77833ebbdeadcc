"""Loads the demo: the story's rows keep 2018, a round 示例 covers today with the same people."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldapp import clock, ids
from fieldapp.access.models import Account, Login
from fieldapp.access.viewers import Viewer, viewer_of_person
from fieldapp.db import SYSTEM, acting, apart, db
from fieldapp.demo import checklist, people, visit
from fieldapp.errors import RuleBroken
from fieldapp.inspections.models import Inspection
from fieldapp.organisations import actions as organisations
from fieldapp.organisations.models import Counter, County, Person, Team
from fieldapp.problems.models import Measure, Problem
from fieldapp.problems.states import problem_flow
from fieldapp.schema import downgrade, upgrade
from fieldapp.visits import plans
from fieldapp.visits.planning import Wish, save_plan
from fieldapp.visits.scenario_models import Scenario
from fieldapp.visits.scenarios import load_library, newest_version

COUNTY, NEIGHBOUR, CITY = "开江县", "大竹县", "达州市"
SCENARIO = "pension-join"
FEEDBACK = date(2018, 5, 6)


def load_demo(password: str | None, *, if_empty: bool) -> Iterator[str]:
    """Load what is missing and say it line by line. An existing database is refused, or with `if_empty` left as
    it is but for today's plan, when it holds the demo. A load that broke off is begun again."""
    found = _found()
    if found not in ("nothing", "half") and not if_empty:
        raise RuleBroken("数据库不是空的，演示数据只往空库里放")
    if found == "half":
        yield "上次的演示数据没有装完，清空重来"
        downgrade(revision="base")
        upgrade()
    if found in ("nothing", "half"):
        yield from _load(password or ids.new_token()[:12])
    elif found == "demo":
        yield f"演示数据已在库里。账号：{'、'.join(name for name, *_ in people.LOGINS)}；密码是第一次运行时打印的那个"
    elif found == "half in use":
        yield "演示数据没有装完，可是已经有人登录过，这里不动它。换一个空的 FIELDAPP_DATA 再来"
    if found in ("nothing", "half", "demo"):
        _plan_today()


def _found() -> str:
    """nothing, demo, own (data of a county's own), or half: a demo without what its last transaction adds. Half in
    use: somebody has logged in, so that there may be work in it."""
    with apart() as session:
        names = {county.name: county.settings.get("demo") for county in session.scalars(sa.select(County))}
        if not names:
            return "nothing"
        if not any(names.values()):
            return "own"
        if NEIGHBOUR in names:
            return "demo"
        return "half in use" if session.scalar(sa.select(Login.token_hash).limit(1)) else "half"


def _load(password: str) -> Iterator[str]:
    yield "装入演示数据（示例）……"
    now = clock.now()
    with clock.moved_to(clock.at(2018, 5, 6, 9)), acting(SYSTEM):
        county = organisations.add_county(COUNTY, CITY, {"demo": True})
        unit = organisations.add_unit(county.id, "甘棠镇", "甘棠镇党委")
        point = organisations.add_point(unit, "便民服务中心", "9:00–17:00")
        organisations.add_counter(point, "社会保障窗口")
        organisations.add_counter(point, "综合窗口")
        cast = people.make_cast(county, people.LOGINS, password, unit)
        load_library(county.id, clock.now())
        old = organisations.add_round(county.id, "第七轮巡察", date(2018, 3, 1), date(2018, 12, 31))
        _round(old, cast, unit.id, FEEDBACK, (checklist.STORY,))
        unit_id, county_id = unit.id, county.id
    _story_visit(cast)
    yield from logins(password)
    with (
        clock.moved_to(now),
        acting(SYSTEM),
    ):  # the last: until it is committed, the load counts as broken off
        _sample_round(county_id, cast, unit_id)
        _neighbour(password)


def _round(
    of: Any, cast: people.Cast, unit_id: UUID, feedback: date, items: tuple[checklist.Item, ...]
) -> None:
    _first, third = people.make_teams(of, cast)
    inspection = Inspection(county_id=of.county_id, team_id=third.id, unit_id=unit_id, feedback_on=feedback)
    db.session.add(inspection)
    db.session.flush()
    for item in items:
        _advance(checklist.load_item(item, inspection), item.state, feedback)


def _advance(problem: Problem, state: str, feedback: date) -> None:
    """Through the workflow, so that the history has every step."""
    steps = ("issue", "enter_receipt", "enter_start")
    reached = ("draft", "issued", "received", "rectifying").index(state)
    for step in steps[:reached]:
        if step == "issue":
            checklist.set_due(problem, feedback)
        problem_flow.take(problem, step, by=SYSTEM, at=clock.now())


def _sample_round(county_id: UUID, cast: people.Cast, unit_id: UUID) -> None:
    today = clock.today()
    of = organisations.add_round(county_id, "示例轮", today - timedelta(30), today + timedelta(365))
    _round(of, cast, unit_id, today - timedelta(20), checklist.SAMPLES)


def _neighbour(password: str) -> None:
    county = organisations.add_county(NEIGHBOUR, CITY, {"demo": True})
    unit = organisations.add_unit(county.id, "示例单位")
    point = organisations.add_point(unit, "示例服务站")
    organisations.add_counter(point, "示例窗口")
    people.make_cast(county, people.NEIGHBOURS, password, unit)
    load_library(county.id, clock.now())


def _viewer(person_id: UUID) -> Viewer:
    with apart() as session:
        person = session.get_one(Person, person_id)
        return viewer_of_person(person, session.get_one(County, person.county_id), session)


def _story_visit(cast: people.Cast) -> None:
    with clock.moved_to(clock.at(2018, 6, 15, 10, 2)):
        clerk = _viewer(cast["clerk"])
        with acting(clerk):
            plan = _save(clerk, "甘棠-07", date(2018, 6, 20), cast)
            problem = db.session.scalars(sa.select(Problem).where(Problem.number == "甘棠-07")).one()
            measures = [
                str(row.id)
                for row in db.session.scalars(
                    sa.select(Measure).where(Measure.problem_id == problem.id).order_by(Measure.place)
                )
            ]
            problem_id = str(problem.id)
    with clock.moved_to(clock.at(2018, 6, 20, 9)):
        phones = [
            visit.Phone(_viewer(cast[name]), cast[name], UUID(plan.visit_id), f"demo-{name}")
            for name in ("inspector1", "inspector2")
        ]
    visit.play(plan, phones[0], phones[1], problem_id, measures)


def _save(clerk: Viewer, number: str, day: date, cast: people.Cast) -> plans.PlannedVisit:
    problem = db.session.scalars(sa.select(Problem).where(Problem.number == number)).one()
    counter = db.session.scalars(sa.select(Counter).where(Counter.name == "社会保障窗口")).one()
    scenario = db.session.scalars(sa.select(Scenario).where(Scenario.code == SCENARIO)).one()
    found = db.session.scalars(sa.select(Team).where(Team.name == "第一巡察组")).all()
    team = next(row for row in found if row.round.starts <= day <= row.round.ends)
    wish = Wish(
        counter_id=counter.id,
        scenario_version_id=newest_version(scenario).id,
        team_id=team.id,
        people=(cast["inspector1"], cast["inspector2"]),
        problem_ids=(problem.id,),
        starts=day,
        ends=day,
        early_days=0,
        approval=f"回访方案〔{day.year}〕6 号（示例）",
        short_name="镇上办事",
        knowers=(cast["head"],),
    )
    return save_plan(wish, by=clerk, at=clock.now())


def _plan_today() -> None:
    """A demo folder has a visit for today, whenever it is opened."""
    with apart() as session:
        rows = session.execute(sa.select(Account.username, Account.person_id, Account.county_id)).all()
    known = {row.username: row.person_id for row in rows}
    cast = people.Cast(rows[0].county_id, known)
    inspector, clerk = _viewer(cast["inspector1"]), _viewer(cast["clerk"])
    if not plans.of_day(inspector, clock.today()):
        with acting(clerk):
            _save(clerk, "示例-02", clock.today(), cast)


def logins(password: str) -> Iterator[str]:
    """One line a role."""
    yield f"演示账号，密码都是 {password}"
    for username, name, label in (*people.LOGINS, *people.NEIGHBOURS):
        yield f"  {username:<12}{name}（{label}）"
