"""Rows that may change and decide who goes, who signs and who logs in: what this application wrote is fine, all else is
named, and no later change makes it fine."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fieldapp import clock, ids
from fieldapp.access import actions as access
from fieldapp.access.models import Account, RoleGrant
from fieldapp.db import SYSTEM, Base, acting, apart, db
from fieldapp.heads import HELD, Head
from fieldapp.office import held
from fieldapp.office.check import findings
from fieldapp.organisations import actions as organisations
from fieldapp.organisations.models import Person, Recusal, Round, Team, TeamMembership, Unit
from tests.story import Story
from tests.tampering import behind_all_backs
from tests.visits.visiting import begin_both, send

pytestmark = pytest.mark.slow

DAY = date(2018, 6, 1)


def found(story: Story) -> list[str]:
    with story.app.app_context():
        return [str(each) for each in findings() if not each.is_note]


def heads_of(story: Story) -> dict[str, int]:
    with story.app.app_context(), apart() as session:
        rows = session.scalars(sa.select(Head))
        return {row.name: row.seq for row in rows if row.name.split(":")[0] in held.TABLES}


def test_every_table_is_watched_and_has_a_word() -> None:
    assert set(held.TABLES) == set(HELD)


def test_what_the_application_writes_is_fine(story: Story, as_: Any) -> None:
    assert found(story) == []
    with story.app.app_context(), acting(SYSTEM):
        person = db.session.scalars(sa.select(Person).where(Person.name == "回访员甲")).one()
        team = db.session.scalars(sa.select(Team)).first()
        assert team is not None
        made = organisations.add_round(person.county_id, "新的一轮", DAY, DAY + timedelta(30))
        other = organisations.add_team(made, "第一巡察组")
        later = TeamMembership(county_id=person.county_id, team_id=other.id, person_id=person.id)
        later.starts, later.ends = DAY + timedelta(5), DAY + timedelta(9)
        db.session.add(later)
        db.session.flush()
        organisations.end_membership(later, DAY)  # not begun: the row goes
        row = db.session.scalars(
            sa.select(TeamMembership).where(TeamMembership.person_id == person.id)
        ).first()
        assert row is not None
        organisations.end_membership(row, row.ends)
        unit = db.session.scalars(sa.select(Unit.id).where(Unit.county_id == person.county_id)).first()
        organisations.add_recusal(person.county_id, person.id, unit, "夫妻在那里上班")
        person.name = "回访员甲甲"
    assert found(story) == []
    account = story.row(Account, Account.username == "unit")
    admin = as_("admin")
    for verb in ("disabled", "enabled"):
        assert admin.post(f"/accounts/{account}/{verb}").status_code == 303
    assert as_("head").post(f"/accounts/{account}/password").status_code == 200
    assert found(story) == []


FORGED: list[tuple[type[Base], Any, dict[str, Any], str]] = [
    (TeamMembership, TeamMembership.leads.is_(False), {"leads": True}, "组里的人"),
    (TeamMembership, sa.true(), {"ends": date(2030, 1, 1)}, "组里的人"),
    (Account, Account.username == "head", {"password_hash": "another"}, "账号"),
    (Account, Account.username == "clerk2", {"disabled": True}, "账号"),
    (RoleGrant, RoleGrant.role == "leadership", {"ends": date(2040, 1, 1)}, "角色"),
    (Person, Person.name == "主任甲", {"name": "主任丁"}, "人员"),
    (Round, sa.true(), {"ends": date(2030, 1, 1)}, "轮次"),
    (Team, Team.name == "第三巡察组", {"name": "第九巡察组"}, "巡察组"),
]


@pytest.mark.parametrize(("model", "where", "values", "word"), FORGED)
def test_a_row_changed_behind_the_back_is_named(
    story: Story, model: Any, where: Any, values: dict[str, Any], word: str
) -> None:
    with story.app.app_context(), apart(writes=True) as session:
        assert session.execute(sa.update(model.__table__).where(where).values(**values)).rowcount
    assert any(line.startswith(f"人和组 {word} ") and "不是本系统写下的样子" in line for line in found(story))


def test_a_row_put_in_or_taken_out_is_named(story: Story) -> None:
    with story.app.app_context(), apart(writes=True) as session:
        person = session.scalars(sa.select(Person).where(Person.name == "经办员甲")).one()
        unit = session.scalars(sa.select(Unit.id).where(Unit.county_id == person.county_id)).first()
        new = {"id": ids.new_id(), "county_id": person.county_id, "person_id": person.id, "unit_id": unit}
        session.execute(sa.insert(Recusal.__table__).values(**new, reason="x", version=1))
        gone = session.scalars(sa.select(TeamMembership.id).where(TeamMembership.leads)).first()
        session.execute(sa.delete(TeamMembership.__table__).where(TeamMembership.id == gone))
    lines = found(story)
    assert f"人和组 回避 {new['id']}：不是本系统写进去的" in lines
    assert f"人和组 组里的人 {gone}：不见了" in lines


def test_no_later_change_makes_it_fine(story: Story) -> None:
    with story.app.app_context(), apart(writes=True) as session:
        where = Account.username == "clerk"
        session.execute(sa.update(Account.__table__).where(where).values(password_hash="another"))
    with story.app.app_context(), acting(SYSTEM):
        account = db.session.scalars(sa.select(Account).where(Account.username == "clerk")).one()
        access.reset_password(account, by=story.viewer("head"), at=clock.now())
    key = story.row(Account, Account.username == "clerk")
    assert f"人和组 账号 {key}：被别的办法改过，后来又改，登记不再作数" in found(story)


def test_the_registers_count_them(story: Story) -> None:
    with behind_all_backs(story.app) as session:
        one = session.scalar(sa.select(Head.name).where(Head.name.startswith("people:")).limit(1))
        session.execute(sa.delete(Head.__table__).where(Head.name == one))
    assert any(line.startswith("登记 人员：总登记有") for line in found(story))


def test_neither_a_tap_nor_a_login_moves_a_head(story: Story, as_: Any) -> None:
    first, _second, visit = begin_both(story, as_)
    before = heads_of(story)
    send(first, visit, "note", text="叫号屏坏着")
    assert as_("leader1").get("/n/").status_code == 200
    assert heads_of(story) == before
