"""Who must not deal with a unit verifies, approves, signs nothing of it; a changed criterion asks for a new visit."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from fieldapp.db import apart
from fieldapp.errors import RuleBroken
from fieldapp.organisations.models import Recusal, TeamMembership
from fieldapp.problems.models import Problem
from tests.closing import steps
from tests.closing.pages import address, in_june
from tests.closing.steps import STORY, approves, asks, checks, signs
from tests.story import Story


def recuses(story: Story, username: str) -> None:
    with story.app.app_context(), apart(writes=True) as session:
        row = session.scalars(sa.select(Problem).where(Problem.number == STORY)).one()
        who = story.viewer(username).person_id
        session.add(Recusal(county_id=row.county_id, person_id=who, unit_id=row.unit_id, reason="任过职"))


def test_he_neither_approves_nor_signs(story: Story, as_: Any) -> None:
    recuses(story, "head")
    asks(story)
    checks(story)
    with pytest.raises(RuleBroken, match="回避这个单位的人不能审"):
        approves(story)
    assert "回避这个单位的人不能审" in as_("head").get(address(story)).text
    approves(story, "clerk")
    with pytest.raises(RuleBroken, match="回避这个单位的人不能签认"):
        signs(story, "head", "office")
    signs(story, "clerk", "office")


def test_nor_on_paper(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    recuses(story, "origin3")
    who = story.viewer("origin3").person_id
    with in_june():
        assert f"origin_team:{who}" not in as_("clerk").get(f"{address(story)}/papers").text
    with pytest.raises(RuleBroken, match="回避这个单位的人不能签认"):
        steps.paper(story)


def test_nor_verifies(story: Story) -> None:
    steps.receives(story, "示例-04")
    recuses(story, "clerk")
    with pytest.raises(RuleBroken, match="不能核验"):
        steps.verified(story, "示例-04")


def test_a_leader_to_come_signs_nothing_yet(story: Story) -> None:
    steps.to_signing(story)
    with story.app.app_context(), apart(writes=True) as session:
        of = TeamMembership.person_id == story.viewer("origin3").person_id
        session.execute(
            sa.update(TeamMembership).where(of).values(starts=date(2018, 7, 1), ends=date(2018, 9, 1))
        )
    with pytest.raises(RuleBroken, match="没有替这一方签认的授权"):
        steps.paper(story)


def test_a_visit_that_judged_by_an_older_criterion_counts_no_more(story: Story) -> None:
    asks(story)
    checks(story)
    with story.app.app_context(), apart(writes=True) as session:
        row = session.scalars(sa.select(Problem).where(Problem.number == STORY)).one()
        row.criteria = [*row.criteria, "窗口上贴着告知单"]
    with pytest.raises(RuleBroken, match="按改以前的判的"):
        approves(story)
