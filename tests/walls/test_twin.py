"""Two databases, equal but for visits: a planned, a running and a handed-in one, parked taps and a draw. Whatever the
unit may ask, both answer byte for byte the same, headers too: nothing of it depends on a visit."""

import random
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from fieldapp import clock, ids
from fieldapp.access import actions as access
from fieldapp.access.models import Account
from fieldapp.db import acting, apart, db
from fieldapp.demo import load, people
from fieldapp.demo.visit import Phone
from fieldapp.organisations.models import Counter, County
from fieldapp.problems.models import Measure, Problem
from fieldapp.visits import draws
from fieldapp.visits.days import days_of
from fieldapp.visits.models import Plan, TapRow, Visit
from tests.clients import LintingClient
from tests.conftest import Factory
from tests.story import PASSWORD, Story
from tests.walls.things import addresses

HTMX = {"HX-Request": "true"}
ABOUT = {"visit_id", "tap_id", "subject", "problem_id", "measure_id"}
Twins = tuple[Story, Story]


def without_visits(app: Flask) -> None:
    """The story up to the visit, and nothing planned."""
    with pytest.MonkeyPatch.context() as patch, app.app_context():
        patch.setattr(load, "_story_visit", lambda cast: None)
        patch.setattr(load, "_plan_today", lambda: None)
        list(load.load_demo(PASSWORD, if_empty=False))


@pytest.fixture
def twins(factory: Factory, tmp_path: Path) -> Iterator[Twins]:
    """The first without any visit, the second with everything that a visit leaves behind."""
    name = factory.template("bare", without_visits)
    with factory.copy(name, tmp_path / "bare") as bare, factory.copy(name, tmp_path / "visited") as visited:
        add_visits(visited)
        yield Story(bare), Story(visited)
    shutil.rmtree(factory.folder / name)


def add_visits(app: Flask) -> None:
    with app.app_context():
        with apart() as session:
            rows = session.execute(sa.select(Account.username, Account.person_id)).all()
            home = session.scalars(sa.select(County.id).where(County.name == "开江县")).one()
        cast = people.Cast(home, {row.username: row.person_id for row in rows})
        load._story_visit(cast)
        clerk = load._viewer(cast["clerk"])
        with acting(clerk):
            running = load._save(clerk, "示例-01", clock.today(), cast)
            load._save(clerk, "示例-02", clock.today(), cast)
            counters = {row.id: row.name for row in db.session.scalars(sa.select(Counter))}
            tomorrow = clock.today() + timedelta(1)
            draws.make_draw(counters, days_of(tomorrow, tomorrow), by=clerk, at=clock.now())
        phone = Phone(load._viewer(cast["inspector1"]), cast["inspector1"], UUID(running.visit_id), "phone")
        phone.tap(clock.now(), "begin", {"plan": running.id, "briefing": 1, "role": "办事"})
        phone.tap(clock.now(), "stage", {"stage": "arrive"})
        phone.visit = uuid4()
        phone.tap(clock.now(), "note", {"text": "没对上的"})


def is_planned(story: Story) -> list[UUID]:
    with story.app.app_context(), apart() as session:
        return list(session.scalars(sa.select(Plan.id)))


class Pair:
    """Sends the same to both, with the same clock and the same chance, and compares the answers."""

    def __init__(self, twins: Twins, username: str) -> None:
        self.twins, self.steps, self.now = twins, 0, clock.now()
        self.clients = [self._log_in(story, username) for story in twins]
        assert len({client.get_cookie("login").value for client in self.clients}) == 1  # type: ignore[union-attr]

    def _log_in(self, story: Story, username: str) -> LintingClient:
        self._reseed(0)
        with story.app.app_context(), apart(writes=True) as session:
            account = session.scalars(sa.select(Account).where(Account.username == username)).one()
            token = access.start_login(account, phone=True, at=clock.now(), session=session)
        client = LintingClient(story.app, story.app.response_class)
        client.set_cookie("login", token, domain="localhost")
        return client

    def _reseed(self, step: int) -> None:
        ids.set_source(random.Random(step).randbytes)
        clock.set_source(lambda: self.now + step * 1000)

    def ask(self, method: str, address: str, **sent: Any) -> TestResponse:
        self.steps += 1
        answers = []
        for client in self.clients:
            self._reseed(self.steps)
            answers.append(client.open(address, method=method, **sent))
        bare, visited = ((each.status, each.headers.to_wsgi_list(), each.data) for each in answers)
        assert bare == visited, (method, address)
        assert answers[0].status_code < 500, (method, address)
        return answers[0]


def every_address(twins: Twins, method: str) -> list[str]:
    """Every route: over all things that a visit makes or is about, and over some of the others."""
    found: set[str] = set()
    for story in twins:
        for rule in story.app.url_map.iter_rules():
            if method not in (rule.methods or ()) or rule.endpoint in ("static", "access.log_out"):
                continue
            if "plan_id" in rule.arguments:
                found |= {rule.rule.replace("<uuid:plan_id>", str(each)) for each in is_planned(story)}
                continue
            for county in ("开江县", "大竹县"):
                some = list(addresses(story, rule, county))
                found |= set(some if rule.arguments & ABOUT else some[:2])
    return sorted(found)


def crawl(pair: Pair, addresses_: list[str]) -> set[str]:
    """Ask for all of them and for whatever their pages link to; gives those that opened."""
    waiting, asked, opened = list(addresses_), set(), set()
    while waiting:
        address = waiting.pop()
        if address in asked:
            continue
        asked.add(address)
        for headers in ({}, HTMX):
            answer = pair.ask("GET", address, headers=headers)
            if answer.status_code == 200:
                opened.add(address)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                links = re.findall(r'(?:href|src|hx-get)="(/[^"#]*)', answer.get_data(as_text=True))
                waiting += [link.replace("&amp;", "&") for link in links if not link.startswith("/static/")]
    return opened


def valid_posts(story: Story) -> list[tuple[str, dict[str, str]]]:
    """What a unit may send; and what it may not, in the form in which others may."""
    issued = story.row(Problem, Problem.number == "示例-04")
    mine = story.row(Problem, Problem.number == "甘棠-07")
    measure = story.row(Measure, Measure.problem_id == mine)
    received = story.row(Problem, Problem.number == "示例-03")
    reported = story.row(Measure, Measure.problem_id == received)
    visits = [story.row(Visit, Visit.state == state) for state in ("handed_in", "under_way")]
    tap = {"kind": "stage", "press": f"{uuid4()}:arrive"}
    taps = [(f"/n/{visit}/taps", tap) for visit in visits]
    conflicts = [(f"/visits/{visit}/conflicts/0", {"value": "yes", "reason": "核对过"}) for visit in visits]
    return [
        (f"/problems/{issued}/receipt", {}),
        (f"/problems/{issued}/start", {}),
        (f"/problems/{issued}/receipt", {}),
        (f"/measures/{measure}", {"progress": "已经做完", "done": "y"}),
        (f"/measures/{measure}", {"progress": "长" * 5000}),
        (f"/measures/{measure}", {"progress": "又做了一些"}),
        (f"/measures/{reported}", {"progress": "第一次报，从签收变成整改中", "done": "y"}),
        (f"/problems/{mine}/measures", {"text": "x", "responsible": "党政办", "planned_on": "2026-12-01"}),
        (f"/problems/{mine}/measures", {"text": "x", "once": str(uuid4())}),
        (f"/problems/{mine}/measures", {"text": "长" * 600, "planned_on": "哪天"}),
        (f"/problems/{issued}/measures", {"text": "签收以后的第一条"}),
        (f"/measures/{measure}/words", {"text": "x"}),
        ("/me/sight", {"big_text": "yes"}),
        ("/me", {"old": PASSWORD, "password": "another-password-2", "again": "another-password-2"}),
        ("/login", {"username": "unit", "password": "wrong"}),
        ("/login", {"username": "unit", "password": PASSWORD, "next": f"/visits/{visits[0]}"}),
        *taps,
        *conflicts,
    ]


@pytest.mark.slow
@pytest.mark.parametrize("username", ["unit", "unit2"])
def test_nothing_of_a_visit_reaches_a_unit(twins: Twins, username: str) -> None:
    pair = Pair(twins, username)
    visited = twins[1]
    assert len(is_planned(visited)) == 3
    assert is_planned(twins[0]) == []
    seen = crawl(pair, every_address(twins, "GET"))
    assert len(seen) >= 3
    for address in every_address(twins, "POST"):
        pair.ask("POST", address, data={})
        pair.ask("POST", address, data={"text": "x", "name": "x", "reason": "x" * 12}, headers=HTMX)
    posts = valid_posts(visited)
    for address, data in posts:
        if address != "/login":
            pair.ask("POST", address, data=data)
    assert seen <= crawl(pair, sorted(seen)) | {"/login"}
    if username == "unit":
        assert f"/problems/{visited.row(Problem, Problem.number == '示例-02')}" in seen
        assert visited.row(TapRow, TapRow.kind == "photo")
    for address, data in posts:
        if address == "/login":  # may make it somebody else
            pair.ask("POST", address, data=data)
    pair.ask("POST", "/logout")
    pair.ask("GET", "/problems")
