"""Loading the demo: whole, or begun again; never over anybody's work."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from fieldapp import clock
from fieldapp.access.actions import start_login
from fieldapp.access.models import Account
from fieldapp.db import SYSTEM, acting, apart, db
from fieldapp.demo import load
from fieldapp.errors import RuleBroken
from fieldapp.office.check import faults
from fieldapp.organisations.actions import add_county
from fieldapp.organisations.models import County
from fieldapp.visits.models import Plan
from tests.story import PASSWORD

pytestmark = pytest.mark.slow


class Died(BaseException):
    """As if the process were killed there."""


def run(app: Flask, if_empty: bool = True) -> list[str]:
    with app.app_context():
        return list(load.load_demo(PASSWORD, if_empty=if_empty))


def broken_off(app: Flask, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """A load that dies at one of its steps."""

    def die(*_args: Any, **_kwargs: Any) -> None:
        raise Died

    with monkeypatch.context() as broken:
        broken.setattr(load, step, die)
        with pytest.raises(Died):
            run(app)


def counts(app: Flask) -> dict[str, int]:
    with app.app_context(), apart() as session:
        tables = db.metadata.sorted_tables
        return {each.name: session.scalar(sa.select(sa.func.count()).select_from(each)) for each in tables}


@pytest.fixture
def whole(story: Any) -> dict[str, int]:
    """How many rows of each table a sound load makes."""
    return counts(story.app)


AT_LENGTH = [pytest.param(step, marks=pytest.mark.slow) for step in ("_story_visit", "_neighbour")]


@pytest.mark.slow
@pytest.mark.parametrize("step", ["_round", "_sample_round", *AT_LENGTH])
def test_a_load_that_broke_off_is_begun_again(
    whole: dict[str, int], app: Flask, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    broken_off(app, monkeypatch, step)
    said = run(app)
    committed = step != "_round"  # the first transaction ends after it
    assert ("上次的演示数据没有装完，清空重来" in said) == committed
    assert counts(app) == whole
    with app.app_context():
        assert list(faults()) == []
    assert "演示数据已在库里" in run(app)[0]


def test_only_todays_plan_missing_is_no_broken_load(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    broken_off(app, monkeypatch, "_plan_today")
    before = counts(app)
    assert "演示数据已在库里" in run(app)[0]
    assert counts(app)[Plan.__tablename__] == before[Plan.__tablename__] + 1


def test_half_a_demo_that_somebody_used_is_left_alone(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    broken_off(app, monkeypatch, "_story_visit")
    with app.app_context(), apart(writes=True) as session:
        account = session.scalars(sa.select(Account).where(Account.username == "clerk")).one()
        start_login(account, phone=False, at=clock.now(), session=session)
    before = counts(app)
    (said,) = run(app)
    assert "已经有人登录过" in said
    assert counts(app) == before


def test_a_county_of_its_own_gets_no_demo(app: Flask) -> None:
    with app.app_context(), acting(SYSTEM):
        add_county("开江县", "达州市")
    assert run(app) == []
    with pytest.raises(RuleBroken):
        run(app, if_empty=False)
    with app.app_context(), apart() as session:
        assert session.scalars(sa.select(County.name)).all() == ["开江县"]
