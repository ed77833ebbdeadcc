"""Whoever edits the database alone, however consistently, is found: the key of the heads lies elsewhere."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import clock, history
from fieldapp.access.models import Audit, RoleGrant
from fieldapp.db import Base, apart, db
from fieldapp.evidence.models import Original
from fieldapp.heads import Head
from fieldapp.office import counted
from fieldapp.office.check import findings
from fieldapp.organisations.models import County, Unit
from fieldapp.problems.models import Measure, MeasureReport, Problem
from fieldapp.visits import kinds, plans
from fieldapp.visits.draws import DrawRow
from fieldapp.visits.models import Plan, PlanIndex, PlanRead, TapRow, Visit, VisitKnower, VisitPerson
from fieldapp.visits.scenario_models import ItemVersion, ScenarioVersion
from fieldapp.visits.taps import taps_of
from tests import databases
from tests.pages import changed, fields_of
from tests.story import Story
from tests.tampering import APPEND_ONLY, behind_all_backs
from tests.visits.visiting import begin_both, send

pytestmark = pytest.mark.slow

E, H = history.Entry, Head
Forgery = Callable[[Session, Story], Any]


def found(story: Story, notes: bool = False) -> list[str]:
    with story.app.app_context():
        return [str(each) for each in findings() if each.is_note == notes]


def column(model: type[Base], name: str) -> Any:
    return model.__table__.c[name]  # type: ignore[attr-defined]


def put(session: Session, model: type[Base], where: Any, **values: Any) -> None:
    assert session.execute(sa.update(model.__table__).where(where).values(**values)).rowcount


def drop(session: Session, model: type[Base], where: Any = None) -> None:
    assert session.execute(sa.delete(model.__table__).where(sa.true() if where is None else where)).rowcount


def visit_stream(story: Story) -> str:
    return f"visit:{story.handed_in()}"


def problem_id(session: Session) -> UUID:
    return session.scalars(sa.select(Problem.id).where(Problem.number == "甘棠-07")).one()


# What was sealed


def answers_with_a_new_seal(session: Session, story: Story) -> str:
    """New hashes, a new seal in the visit's row and in the countersign; the history still names the old one."""
    visit = story.handed_in()
    old = taps_of(visit, session)
    new = [
        kinds.stamped(replace(t, payload={**t.payload, "value": "no"})) if t.kind == "answer" else t
        for t in old
    ]
    seal = kinds.seal(new)
    for before, tap in zip(old, new, strict=True):
        if tap.kind == "countersign":
            tap = kinds.stamped(replace(tap, payload={**tap.payload, "record": seal}))
        values = {
            "payload": kinds.canonical(tap.payload).decode(),
            "digest": tap.digest,
            "row_hash": tap.row_hash,
        }
        put(session, TapRow, TapRow.id == tap.id, **values)
        assert before.id == tap.id
    put(session, Visit, Visit.id == visit, seal=seal)
    return f"回访 {visit}：封存的指纹不是历史记下的那个"


def a_tap_with_new_hashes(session: Session, story: Story) -> str:
    tap = next(each for each in taps_of(story.handed_in(), session) if each.kind == "count")
    new = kinds.stamped(replace(tap, payload={**tap.payload, "n": 1}))
    values = {
        "payload": kinds.canonical(new.payload).decode(),
        "digest": new.digest,
        "row_hash": new.row_hash,
    }
    put(session, TapRow, TapRow.id == tap.id, **values)
    return f"回访的记录 taps:{tap.visit}:{tap.person}：条数对，有的不是当时收下的"


def a_tap_gone(session: Session, story: Story) -> str:
    tap = next(each for each in taps_of(story.handed_in(), session) if each.kind == "count")
    count = sum(each.person == tap.person for each in taps_of(tap.visit, session))
    drop(session, TapRow, TapRow.id == tap.id)
    return f"回访的记录 taps:{tap.visit}:{tap.person}：收下过 {count} 条，库里是 {count - 1} 条"


def hand_in_at(session: Session, story: Story) -> str:
    put(session, Visit, Visit.id == story.handed_in(), handed_in_at=1)
    return f"回访 {story.handed_in()}：交记录的时间和历史不一样"


# Histories


def last_entry_gone(session: Session, story: Story) -> str:
    drop(session, E, sa.and_(E.stream == visit_stream(story), E.seq == 3))
    return f"历史 {visit_stream(story)}：登记过 3 条，只剩到第 2 条"


def last_entry_rewritten(session: Session, story: Story) -> str:
    stream = f"problem:{problem_id(session)}"
    row = session.scalars(sa.select(E).where(E.stream == stream).order_by(E.seq.desc()).limit(1)).one()
    text = row.entry.replace('"actor":"system"', '"actor":"nobody"')
    assert text != row.entry
    mine = sa.and_(E.stream == stream, E.seq == row.seq)
    put(session, E, mine, entry=text, hash=sha256(text.encode()).hexdigest())
    return f"历史 {stream}：最后一条不是登记的那条"


def last_entry_and_head_rewritten(session: Session, story: Story) -> str:
    """With a head of the wanted shape; without the key its HMAC is a guess."""
    last_entry_gone(session, story)
    stream = visit_stream(story)
    end = session.scalars(sa.select(E.hash).where(E.stream == stream, E.seq == 2)).one()
    put(session, H, H.name == stream, seq=2, hash=end)
    return f"历史 {stream}：登记没有签章，或签章不对"


def whole_stream_gone(session: Session, story: Story) -> str:
    stream = f"problem:{problem_id(session)}"
    drop(session, E, E.stream == stream)
    return f"历史 {stream}：登记过 4 条，只剩到第 0 条"


def stream_and_head_gone(session: Session, story: Story) -> str:
    whole_stream_gone(session, story)
    stream = f"problem:{problem_id(session)}"
    drop(session, H, H.name == stream)
    return f"历史 {stream}：问题在，历史和登记都不见了"


def head_gone(session: Session, story: Story) -> str:
    drop(session, H, H.name == visit_stream(story))
    return f"历史 {visit_stream(story)}：有 3 条，登记却不见了"


def an_entry_that_is_no_json(session: Session, story: Story) -> str:
    mine = sa.and_(E.stream == visit_stream(story), E.seq == 3)
    put(session, E, mine, entry="{", hash=sha256(b"{").hexdigest())
    return f"历史 {visit_stream(story)} 第 3 条：内容读不出来"


# Things that are gone


def whole_visit_gone(session: Session, story: Story) -> str:
    """With all that speaks of it, heads included; the register still counts them."""
    visit, stream = story.handed_in(), visit_stream(story)
    drop(session, TapRow, TapRow.visit == visit)
    drop(session, VisitPerson, VisitPerson.visit_id == visit)
    drop(session, VisitKnower, VisitKnower.visit_id == visit)
    drop(session, Visit, Visit.id == visit)
    drop(session, E, E.stream == stream)
    drop(session, H, sa.or_(H.name == stream, H.name.like(f"taps:{visit}:%")))
    return "登记 回访的历史：总登记有 1 份，库里是 0 份"


def visit_row_gone(session: Session, story: Story) -> str:
    visit = story.handed_in()
    drop(session, VisitPerson, VisitPerson.visit_id == visit)
    drop(session, VisitKnower, VisitKnower.visit_id == visit)
    drop(session, Visit, Visit.id == visit)
    return f"历史 {visit_stream(story)}：历史在，回访本身不见了"


def register_gone(session: Session, story: Story) -> str:
    drop(session, H, H.name == "all:visit")
    return "登记 回访的历史：总登记不见了"


def every_head_gone(session: Session, story: Story) -> str:
    drop(session, H)
    return "登记 没有一条签章对得上"


# What was frozen


def frozen_criteria(session: Session, story: Story) -> str:
    briefing = session.scalars(sa.select(Visit.briefing).where(Visit.id == story.handed_in())).one()
    easy = [{**each, "criteria": ["容易"]} for each in briefing["problems"]]
    put(session, Visit, Visit.id == story.handed_in(), briefing={**briefing, "problems": easy})
    return f"回访 {story.handed_in()}：开始时冻结的内容被改过"


def visit_day(session: Session, story: Story) -> str:
    day = session.scalars(sa.select(Visit.day)).one()
    put(session, Visit, Visit.id == story.handed_in(), day=day.replace(year=2017))
    return f"回访 {story.handed_in()}：开始时冻结的内容被改过"


def a_knower(session: Session, story: Story) -> str:
    drop(session, VisitKnower, VisitKnower.person_id == story.viewer("head").person_id)
    return f"回访 {story.handed_in()}：知道这次安排的名单被改过"


def criteria(session: Session, story: Story) -> str:
    put(session, Problem, Problem.number == "甘棠-07", criteria=["容易"])
    return "问题 甘棠-07：内容或措施和历史最后记下的不一样"


def due_day(session: Session, story: Story) -> str:
    day = session.scalars(sa.select(Problem.due).where(Problem.number == "甘棠-07")).one()
    put(session, Problem, Problem.number == "甘棠-07", due=day.replace(year=2030))
    return "问题 甘棠-07：内容或措施和历史最后记下的不一样"


def progress(session: Session, story: Story) -> str:
    measure = session.scalars(sa.select(Measure).where(Measure.problem_id == problem_id(session))).first()
    assert measure
    row = {"id": UUID(int=1), "n": 1, "text": "办完了", "done": True, "at": 1, "by_office": False}
    row |= {"measure_id": measure.id, "county_id": measure.county_id}
    session.execute(sa.insert(MeasureReport.__table__).values(**row))
    return f"单位报的进展 measure_reports:{measure.id}：有 1 条，登记却不见了"


def measure_words(session: Session, story: Story) -> str:
    put(session, Measure, Measure.problem_id == problem_id(session), text="容易")
    return "问题 甘棠-07：内容或措施和历史最后记下的不一样"


def scenario_words(session: Session, story: Story) -> str:
    row = session.scalars(sa.select(ScenarioVersion).limit(1)).one()
    put(session, ScenarioVersion, ScenarioVersion.id == row.id, content={**row.content, "ask": "x"})
    return "场景的版本 scenario_versions:all：条数对，有的不是当时收下的"


def item_words(session: Session, story: Story) -> str:
    put(session, ItemVersion, sa.true(), text="x")
    return "条目的版本 item_versions:all：条数对，有的不是当时收下的"


# Plans


def _a_plan(session: Session) -> Any:
    return session.execute(sa.select(Plan.id, Plan.blob).order_by(Plan.id).limit(1)).one()


def plan_byte(session: Session, story: Story) -> str:
    plan = _a_plan(session)
    blob = bytearray(plan.blob)
    blob[300] ^= 1
    put(session, Plan, Plan.id == plan.id, blob=bytes(blob))
    return f"安排 {plan.id}：打不开"


def plan_swapped(session: Session, story: Story) -> str:
    plan = _a_plan(session)
    put(session, Plan, Plan.id != plan.id, blob=plan.blob)
    other = session.scalars(sa.select(Plan.id).where(Plan.id != plan.id)).first()
    return f"安排 {other}：打不开"


def plan_gone(session: Session, story: Story) -> str:
    plan = _a_plan(session)
    drop(session, PlanIndex, PlanIndex.plan_id == plan.id)
    drop(session, Plan, Plan.id == plan.id)
    return f"安排 {plan.id}：不见了，存过 1 版"


def plan_index(session: Session, story: Story) -> str:
    plan = _a_plan(session)
    drop(session, PlanIndex, PlanIndex.plan_id == plan.id)
    return f"安排 {plan.id}：索引对不上"


def plan_version(session: Session, story: Story) -> str:
    plan = _a_plan(session)
    put(session, Plan, Plan.id == plan.id, version=9)
    return f"安排 {plan.id}：不是最后存的那一版"


# Logs and roles


def reads_emptied(session: Session, story: Story) -> str:
    drop(session, PlanRead)
    return f"谁看过安排 plan_reads:{story.viewer('inspector1').person_id}：收下过 1 条，库里是 0 条"


def a_read_made_another_s(session: Session, story: Story) -> str:
    who = story.viewer("unit").person_id
    put(session, PlanRead, PlanRead.person_id == story.viewer("inspector1").person_id, person_id=who)
    return f"谁看过安排 plan_reads:{who}：有 1 条，登记却不见了"


def audit_emptied(session: Session, story: Story) -> str:
    drop(session, Audit)
    return f"登录和权限 audit:{story.viewer('head').person_id}：收下过 1 条，库里是 0 条"


def role_confirmed(session: Session, story: Story) -> str:
    who = story.viewer("admin").person_id
    put(session, RoleGrant, RoleGrant.person_id == who, role="clerk", confirmed_by=who, confirmed_at=1)
    return "角色 管理员甲的“巡察办经办”：库里写着确认过，日志里没有这次确认"


def role_made_longer(session: Session, story: Story) -> str:
    grant = session.scalars(sa.select(RoleGrant).where(RoleGrant.role == "head")).first()
    assert grant is not None
    put(session, RoleGrant, RoleGrant.id == grant.id, ends=grant.ends.replace(year=2099))
    return "角色 主任甲的“巡察办主任”：库里写着确认过，日志里没有这次确认"


def role_confirmed_with_an_audit_row(session: Session, story: Story) -> str:
    who = story.viewer("admin").person_id
    put(session, RoleGrant, RoleGrant.person_id == who, role="clerk", confirmed_by=who, confirmed_at=1)
    grant = session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == who)).one()
    about = f"{grant.id} clerk {who} {grant.starts} {grant.ends}"
    row = {"id": UUID(int=1), "at": 1, "event": "role_confirmed", "about": about}
    session.execute(sa.insert(Audit.__table__).values(person_id=who, county_id=grant.county_id, **row))
    return f"登录和权限 audit:{who}：有 1 条，登记却不见了"


def original_row_gone(session: Session, story: Story) -> str:
    sha256_of_it = session.scalars(sa.select(Original.sha256).order_by(Original.sha256)).first()
    drop(session, Original, Original.sha256 == sha256_of_it)
    return f"照片 {sha256_of_it}：有记录提到它，它的登记不见了"


def original_renamed(session: Session, story: Story) -> str:
    """To what is no hash at all: the check says so and goes on."""
    known = session.scalars(sa.select(Original.sha256).order_by(Original.sha256)).first()
    put(session, Original, Original.sha256 == known, sha256="x" * 64)
    return f"照片 {'x' * 64}：登记的不是一张照片的指纹"


def a_liaison_of_another_unit(session: Session, story: Story) -> str:
    other = session.scalars(sa.select(Unit.id).where(Unit.name != "甘棠镇")).first()
    mine = RoleGrant.person_id == story.viewer("unit").person_id
    put(session, RoleGrant, mine, unit_id=other)
    return "角色 甘棠镇联络员的“单位联络员”：库里写着确认过，日志里没有这次确认"


def rules_that_nobody_settled(session: Session, story: Story) -> str:
    put(session, County, County.name == "开江县", settings={"demo": True, "years": [2018]})
    return "规定 开江县：有自己的规定，历史里没有"


FORGERIES = (
    answers_with_a_new_seal, a_tap_with_new_hashes, a_tap_gone, hand_in_at, last_entry_gone, last_entry_rewritten,
    last_entry_and_head_rewritten, whole_stream_gone, stream_and_head_gone, head_gone, an_entry_that_is_no_json,
    whole_visit_gone, visit_row_gone, register_gone, every_head_gone, frozen_criteria, visit_day, a_knower, criteria,
    due_day, progress, measure_words, scenario_words, item_words, plan_byte, plan_swapped, plan_gone, plan_index,
    plan_version, reads_emptied, a_read_made_another_s, audit_emptied, role_confirmed, role_made_longer,
    role_confirmed_with_an_audit_row, original_row_gone, original_renamed,
    a_liaison_of_another_unit, rules_that_nobody_settled,
)  # fmt: skip


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_a_forgery_is_named(story: Story, forge: Forgery) -> None:
    inspector = story.viewer("inspector1")
    with story.app.app_context():
        assert plans.of_day(inspector, clock.today())
    with behind_all_backs(story.app) as session:
        said = forge(session, story)
    lines = found(story)
    lines = [line for line in lines if not line.startswith("触发器")]
    assert any(line.startswith(said) for line in lines), (said, lines)


@pytest.mark.parametrize("name", [f"{table}_no_delete" for table in APPEND_ONLY])
def test_a_trigger_that_is_gone_is_named(story: Story, name: str) -> None:
    with story.app.app_context(), apart(writes=True) as session:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        table = name.removesuffix("_no_delete")
        session.execute(sa.text(f"DROP TRIGGER {name}" + ("" if is_sqlite else f" ON {table}")))
    assert found(story) == [f"触发器 {name} 不见了"]


def test_a_trigger_that_does_nothing_is_named(story: Story) -> None:
    with story.app.app_context(), apart(writes=True) as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(sa.text("DROP TRIGGER audit_no_delete"))
            session.execute(
                sa.text("CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT 1; END")
            )
        else:
            session.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER audit_no_delete"))
    assert found(story) == ["触发器 audit_no_delete 被改过或关掉了"]


def test_a_tap_without_sense_does_not_hide_what_follows(story: Story) -> None:
    visit = story.handed_in()
    with behind_all_backs(story.app) as session:
        tap = next(each for each in taps_of(visit, session) if each.kind == "answer")
        put(session, TapRow, TapRow.id == tap.id, payload="{")
        said = criteria(session, story)
    lines = found(story)
    assert f"记录 {tap.id}（回访 {visit}）：内容读不出来" in lines
    assert f"回访 {visit}：有的记录读不出来，状态没法核对" in lines
    assert said in lines


def test_a_row_that_cannot_be_read_at_all_does_not_hide_what_follows(story: Story) -> None:
    with behind_all_backs(story.app) as session:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        if is_sqlite:  # PostgreSQL holds nothing in such a column that is no UUID
            session.execute(sa.text("UPDATE taps SET person = 'x' WHERE kind = 'overall'"))
        said = due_day(session, story)
    lines = found(story)
    assert said in lines
    assert not is_sqlite or "记录 有的行：读不出来，这一项没有核对完" in lines


@pytest.mark.skipif(
    databases.KIND == "postgres", reason="SQLite's own shell keeps no references between tables"
)
def test_a_role_of_nobody_is_named(story: Story) -> None:
    grant = story.row(RoleGrant, RoleGrant.role == "head")
    with story.app.app_context(), closing(sqlite3.connect(str(db.engine.url.database))) as shell, shell:
        shell.execute("UPDATE role_grants SET person_id = ? WHERE id = ?", (UUID(int=1).hex, grant.hex))
    assert f"角色 {grant}：给了一个不在库里的人" in found(story)


def test_rules_other_than_those_the_head_settled_are_named(story: Story, as_: Any) -> None:
    head = as_("head")
    form = changed(fields_of(head.get("/rules").text, "/rules/lists"), problems="问题台账")
    assert head.post("/rules/lists", data=form).status_code == 303
    assert found(story) == []
    with behind_all_backs(story.app) as session:
        settings = session.scalars(sa.select(County.settings).where(County.name == "开江县")).one()
        put(session, County, County.name == "开江县", settings={**settings, "years": [2018]})
    assert "规定 开江县：和历史最后记下的不一样" in found(story)


def test_the_application_signs_nothing_anew_that_was_cut_off(story: Story) -> None:
    """Work goes on at a stream whose end is gone; the check says so for good."""
    with behind_all_backs(story.app) as session:
        last_entry_gone(session, story)
    stream = visit_stream(story)
    with story.app.app_context(), apart(writes=True) as session:
        for _ in range(2):
            history.append(stream, "note", actor="system", at=1, payload={}, session=session)
    assert f"历史 {stream}：登记没有签章，或签章不对" in found(story)


def test_a_gap_before_the_hand_in_is_a_note_and_a_lost_receipt_a_fault(story: Story, as_: Any) -> None:
    first, _second, visit = begin_both(story, as_)
    send(first, visit, "note", text="一", seq=5)
    send(first, visit, "note", text="二", seq=7)
    assert found(story) == []
    (note,) = found(story, notes=True)
    assert note.startswith(f"记录 回访 {visit}：中间还差 ")
    with behind_all_backs(story.app) as session:
        drop(session, TapRow, sa.and_(TapRow.visit == UUID(visit), TapRow.seq == 7))
    who = story.viewer("inspector1").person_id
    assert f"回访的记录 taps:{visit}:{who}：收下过 3 条，库里是 2 条" in found(story)


def test_what_was_written_before_there_were_hashes_is_a_note(story: Story) -> None:
    """Entries of an older version name no content: neither fault nor silence."""
    stream = visit_stream(story)
    with behind_all_backs(story.app) as session:
        rows = session.scalars(sa.select(E).where(E.stream == stream).order_by(E.seq)).all()
        prev = history.GENESIS
        for row in rows:
            fields = {**row.fields, "prev_hash": prev}
            fields["payload"] = {
                k: v for k, v in fields["payload"].items() if k not in ("content", "knowers")
            }
            text = history.canonical(fields)
            values = {"entry": text, "prev_hash": prev, "hash": sha256(text.encode()).hexdigest()}
            put(session, E, sa.and_(E.stream == stream, E.seq == row.seq), **values)
            prev = values["hash"]
    assert found(story, notes=True) == ["回访 有 1 次是旧版本开始的，冻结的内容没有指纹，没法核对"]


def test_one_plan_that_does_not_open_hides_no_other(story: Story, as_: Any) -> None:
    plan = story.plan_of_today()
    with behind_all_backs(story.app) as session:
        blob = session.scalars(sa.select(Plan.blob).where(Plan.id == UUID(plan.id))).one()
        put(session, Plan, Plan.id == UUID(plan.id), blob=blob[:100] + b"!" + blob[101:])
    clerk, inspector = as_("clerk"), as_("inspector1")
    for client, address in ((clerk, "/plans"), (inspector, "/n/")):
        page = client.get(address)
        assert page.status_code == 200
        assert "一份安排打不开，找管理员运行 fieldapp check" in page.text
    for client, address in ((clerk, f"/plans/{plan.id}"), (inspector, f"/n/p/{plan.id}")):
        assert client.get(address).status_code == 404
    kept = send(inspector, plan.visit_id, "begin", "办事", plan=plan.id, briefing="1")
    assert "Outbox-Ack" in kept.headers  # parked, for the office to decide


def test_a_draw_that_does_not_open_is_named(story: Story) -> None:
    row = {"id": UUID(int=1), "token": "t", "key_id": "k1", "blob": b"x"}
    with story.app.app_context(), apart(writes=True) as session:
        session.add(DrawRow(**row))
    assert found(story) == [f"安排 抽签 {UUID(int=1)}：打不开"]


def test_work_that_goes_on_meanwhile_is_no_fault(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is compared is of one moment: somebody looks at a plan between the heads and the rows."""
    inspector, table = story.viewer("inspector1"), counted._table

    def later(*args: Any) -> Any:
        with story.app.app_context():
            assert plans.of_day(inspector, clock.today())
        return table(*args)

    monkeypatch.setattr(counted, "_table", later)
    assert found(story) == []


def test_payloads_carry_the_hash_of_the_content(story: Story) -> None:
    with story.app.app_context(), apart() as session:
        said = [json.loads(row.entry)["payload"] for row in history.entries(visit_stream(story), session)]
    assert len({each["content"] for each in said}) == 1
