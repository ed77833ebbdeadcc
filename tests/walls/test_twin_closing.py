"""Two databases, equal but for what the office made of a unit's requests: a visit sent back, checked and reviewed, an
approval, an objection, two signatures, a closing, a turning down, a verification. Until an edition goes out, whatever
the unit may ask, both answer byte for byte the same; after it, only what the edition holds is new."""

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from fieldapp import clock
from fieldapp.access.models import Account
from fieldapp.closing import actions, telling
from fieldapp.closing.models import Closing, Verification
from fieldapp.db import SYSTEM, acting, apart, db
from fieldapp.demo.visit import Phone, _hand_in, _seal
from fieldapp.evidence import actions as evidence
from fieldapp.organisations.models import Unit
from fieldapp.problems.models import ClosureRequest, Measure, Problem
from fieldapp.publishing.editions import Sheet, sheet_of
from fieldapp.visits import reviewing
from fieldapp.visits.models import TapRow, Visit
from tests.closing import steps
from tests.closing.steps import CHECKED, does, problem_id, signs
from tests.conftest import Factory
from tests.evidence.pictures import jpeg
from tests.pages import tree
from tests.story import Story
from tests.walls.test_twin import Pair, Twins, add_visits, crawl, every_address, without_visits

ASKED = (steps.STORY, "示例-01", "示例-02", "示例-04")
OBJECTION = "告知单的照片看不清贴在哪里"
STILL = "办事指南只上墙了一半，补齐并核对"
VERIFIED = "查了公示栏和银行流水，都对得上"


def requested(app: Flask) -> None:
    """No visit, and what the unit asked: one with a sealed page."""
    without_visits(app)
    story = Story(app)
    steps.receives(story, "示例-04")
    with app.app_context(), acting(SYSTEM):
        page = evidence.keep(io.BytesIO(jpeg()), at=clock.now()).sha256
    steps.asks(story, page_sha256=page)
    for number in ASKED[1:]:
        steps.asks(story, number=number, at=clock.now())


@pytest.fixture
def twins(factory: Factory, tmp_path: Path) -> Iterator[Twins]:
    """In the first nobody has looked at what was asked; in the second all that an office can do was done."""
    name = factory.template("asked", requested)
    with factory.copy(name, tmp_path / "bare") as bare, factory.copy(name, tmp_path / "decided") as decided:
        add_visits(decided)
        decide(Story(decided))
        yield Story(bare), Story(decided)
    shutil.rmtree(factory.folder / name)


def decide(story: Story) -> None:
    """The story's visit is sent back, added to, checked; its problem approved, objected to, approved again, closed;
    another turned down, a third verified and approved; a fourth only visited."""
    where = problem_id(story)
    send_back_and_add(story)
    steps.approves(story)
    shown = steps.closing(story).fingerprint
    does(
        story,
        "origin3",
        lambda by: actions.object_to(where, "origin_team", shown, OBJECTION, by=by, at=CHECKED),
    )
    steps.approves(story)
    signs(story, "head", "office")
    signs(story, "origin3", "origin_team")
    now = clock.now()
    other, third = problem_id(story, "示例-01"), problem_id(story, "示例-04")
    does(story, "clerk", lambda by: actions.turn_down(other, STILL, "10 个工作日", by=by, at=now), now)
    record = actions.Record(clock.day_of(now), 12, 12, VERIFIED, True)
    does(story, "clerk", lambda by: actions.verify(third, record, by=by, at=now), now)
    steps.approves(story, number="示例-04", at=now)
    states = {number: steps.closing(story, number).state for number in (steps.STORY, "示例-01", "示例-04")}
    assert states == {steps.STORY: "closed", "示例-01": "returned", "示例-04": "signing"}
    with story.app.app_context(), apart() as session:
        assert session.scalar(sa.select(sa.func.count(Verification.id))) == 1


def send_back_and_add(story: Story) -> None:
    """退回补充: a note more, handed in and countersigned again, and the leader's word."""
    key = steps.closing_visit(story)

    def back(by: Any) -> None:
        reviewing.send_back(
            db.session.get_one(Visit, key), "窗口上贴没贴告知单，照片上看不清", by=by, at=CHECKED
        )

    def check(by: Any) -> None:
        reviewing.check(db.session.get_one(Visit, key), by=by, at=CHECKED)

    does(story, "leader1", back)
    with story.app.app_context():
        first, second = (phone_of(story, key, name) for name in ("inspector1", "inspector2"))
        first.tap(CHECKED, "note", {"text": "补一句：告知单在墙上"})
        for phone in (first, second):
            _hand_in(phone, CHECKED + 60_000)
        first.tap(CHECKED + 120_000, "countersign", {"record": _seal(key), "agrees": True})
        second.tap(CHECKED + 130_000, "countersign", {"record": _seal(key), "agrees": True})
    does(story, "leader1", check)


def phone_of(story: Story, visit: UUID, username: str) -> Phone:
    """The phone that was there, at its next number."""
    viewer = story.viewer(username)
    with apart() as session:
        where = TapRow.visit == visit, TapRow.person == viewer.person_id
        last = session.scalar(sa.select(sa.func.max(TapRow.seq)).where(*where))
    return Phone(viewer, viewer.person_id, visit, f"demo-{username}", last or 0)


def posts(story: Story) -> list[tuple[str, dict[str, str]]]:
    """What a unit may try with each of its problems, and with what it is told nothing of."""
    tried: list[tuple[str, dict[str, str]]] = []
    for number in (*ASKED, "示例-03"):
        key = problem_id(story, number)
        page = f"/problems/{key}"
        tried += [
            (f"{page}/requests", {"statement": "又改了一遍"}),
            (f"{page}/requests", {"statement": ""}),
            (f"{page}/receipt", {}),
            (f"{page}/start", {}),
            (f"{page}/measures", {"text": "再做一条"}),
            (f"{page}/closure", {"opinion": "approve"}),
            (f"{page}/closure/objections", {"reason": "x" * 12}),
        ]
        with story.app.app_context(), apart() as session:
            rows = session.scalars(
                sa.select(Measure.id).where(Measure.problem_id == key).order_by(Measure.id)
            ).all()
        tried += [(f"/measures/{row}", {"progress": "又做了一些", "done": "y"}) for row in rows]
    visit = steps.closing_visit(story)
    unit = story.row(Unit, Unit.name == "甘棠镇")
    tried += [(f"/n/{visit}/taps", {"kind": "note", "press": f"{uuid4()}:", "text": "x"})]
    return [*tried, (f"/editions/new?unit={unit}", {}), ("/signing", {"ticked": "x", "password": "x"})]


def more_addresses(story: Story) -> list[str]:
    """What a route alone does not say: the photos of the frozen record, the page of a request, an edition to be."""
    with story.app.app_context(), apart() as session:
        photos = session.scalars(sa.select(TapRow.file_sha256).where(TapRow.file_sha256.is_not(None))).all()
        requests = session.scalars(sa.select(ClosureRequest.id)).all()
        closings = session.scalars(sa.select(Closing.id)).all()
    where, unit = problem_id(story), story.row(Unit, Unit.name == "甘棠镇")
    found = [f"/problems/{where}/closure/pictures/{photo}/thumb" for photo in photos]
    found += [f"/requests/{key}/page/{size}" for key in requests for size in ("thumb", "view")]
    found += [f"/editions/{key}" for key in closings]
    return [
        *found,
        f"/editions/new?unit={unit}",
        f"/visits?problem={where}",
        f"/problems?unit={unit}&state=closed",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("username", ["unit", "unit2"])
def test_nothing_of_what_the_office_decides_reaches_a_unit(twins: Twins, username: str) -> None:
    pair, decided = Pair(twins, username), twins[1]
    seen = crawl(pair, [*every_address(twins, "GET"), *more_addresses(decided)])
    for address in every_address(twins, "POST"):
        pair.ask("POST", address, data={})
        pair.ask("POST", address, data={"statement": "x", "text": "x", "reason": "x" * 12, "agrees": "yes"})
    for address, data in posts(decided):
        pair.ask("POST", address, data=data)
    assert seen <= crawl(pair, sorted(seen)) | {"/login"}
    if username == "unit":
        assert {f"/problems/{problem_id(decided, number)}" for number in ASKED} <= seen
        assert any(address.startswith("/requests/") for address in seen), "the unit sees its own sealed page"
    pair.ask("POST", "/logout")


def words_of(pair: Pair, which: int) -> tuple[set[str], str]:
    """All that the unit can read by following links from its list: the words, and the whole of it."""
    client, waiting, asked = pair.clients[which], ["/problems"], set()
    words: set[str] = set()
    whole = ""
    while waiting:
        address = waiting.pop()
        if address in asked or address.startswith("/static/"):
            continue
        asked.add(address)
        pair._reseed(0)
        answer = client.get(address)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        page, whole = tree(answer.text), whole + answer.text
        elements = page.all()
        words |= {each.strip() for one in elements for each in one.inside if isinstance(each, str)}
        waiting += [one.said["href"] for one in elements if one.said.get("href", "").startswith("/")]
        waiting += [one.said["src"] for one in elements if one.tag == "img"]
    return words, whole


def of_sheet(sheet: Sheet) -> set[str]:
    """Every word of an edition, and how the unit's pages name it."""
    told = {sheet.above, sheet.title, sheet.day, sheet.in_short, "问题", "结果", "核查日", "巡察办的反馈"}
    day = sheet.day.split("年")[1]
    told |= {
        f"反馈第 {sheet.n} 期",
        f"第 {sheet.n} 期·{day}",
        f"第 {sheet.n} 期·{day}·{sheet.in_short}",
    }
    told |= {f"{day}公布", "—"}
    for line in sheet.lines:
        told |= {f"{line.number} {line.text}", line.label, line.checked_on}
        told |= {f"第 {sheet.n} 期·{day}·{line.in_short}"}
        told |= {f"还要做：{line.still}", f"{line.due}前"} if line.still else set()
    return told


def secrets(story: Story) -> set[str]:
    """Marker words and ids of all that stays in the house."""
    with story.app.app_context(), apart() as session:
        found = {str(key) for model in (Visit, Verification) for key in session.scalars(sa.select(model.id))}
        found |= {str(key) for key in session.scalars(sa.select(TapRow.id))}
        for row in session.scalars(sa.select(Closing)):
            found |= {row.fingerprint, row.fingerprint[:12]} if row.fingerprint else set()
    people = {"回访员", "组长", "主任甲", "经办员", "领导小组", "第一巡察组", "第三巡察组组长"}
    return (
        found
        | people
        | {OBJECTION, VERIFIED, "体验式", "资料核验", "9:08", "9:24", "告知单在墙上", "受理凭证"}
    )


@pytest.mark.slow
def test_after_the_edition_only_what_it_holds_is_new(twins: Twins) -> None:
    pair, decided = Pair(twins, "unit"), twins[1]
    before, _ = words_of(pair, 0)
    assert words_of(pair, 1)[0] == before
    unit, closing = decided.row(Unit, Unit.name == "甘棠镇"), steps.closing(decided).id
    edition = does(
        decided, "clerk", lambda by: telling.publish(unit, [closing], (), by=by, at=pair.now), pair.now
    )
    after, whole = words_of(pair, 1)
    assert after - before <= of_sheet(sheet_of(edition.content))
    assert "已销号" in after - before
    assert "示例-01" not in {item["number"] for item in json.loads(edition.content)["items"]}
    assert not {each for each in secrets(decided) if each in whole}
    assert words_of(pair, 0)[0] == before


@pytest.mark.slow
def test_what_is_told_of_a_turning_down_is_what_is_still_to_be_done(twins: Twins) -> None:
    pair, decided = Pair(twins, "unit"), twins[1]
    unit, closing = decided.row(Unit, Unit.name == "甘棠镇"), steps.closing(decided, "示例-01").id
    does(decided, "clerk", lambda by: telling.publish(unit, [closing], (), by=by, at=pair.now), pair.now)
    words, whole = words_of(pair, 1)
    assert f"还要做：{STILL}" in words
    assert not {each for each in secrets(decided) if each in whole}
    with decided.app.app_context(), apart() as session:
        assert session.scalar(sa.select(Problem.state).where(Problem.number == steps.STORY)) == "closed"
        assert session.scalar(sa.select(sa.func.count(Account.id)))
    assert "已销号" not in words, "the other decision waits on"
