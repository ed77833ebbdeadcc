"""The secret of a plan: unreadable where it lies, read only by those on its list and never unnoticed, in its days."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from fieldapp import clock
from fieldapp.db import acting, apart, db
from fieldapp.errors import NotVisible, RuleBroken
from fieldapp.organisations.models import Counter, Person, Recusal, Team, TeamMembership
from fieldapp.problems.models import Problem
from fieldapp.visits import draw, draws, planning, plans, vault
from fieldapp.visits.days import days_of
from fieldapp.visits.models import PlanIndex, PlanRead, Visit
from fieldapp.visits.planning import Wish
from fieldapp.visits.scenario_models import Scenario
from fieldapp.visits.scenarios import newest_version
from tests import databases
from tests.story import Story
from tests.tampering import rows_of
from tests.visits.visiting import LogIn, send

REASON = "第一组这几天都在外县交叉巡察"


def wish_for(story: Story, team: str = "第一巡察组", **other: Any) -> Wish:
    """A plan for today on 示例-02 by both inspectors."""
    with story.app.app_context(), acting(story.viewer("clerk"), writes=False):
        today = clock.today()
        teams = db.session.scalars(sa.select(Team).where(Team.name == team)).all()
        scenario = db.session.scalars(sa.select(Scenario).where(Scenario.code == "pension-join")).one()
        values: dict[str, Any] = {
            "counter_id": db.session.scalars(sa.select(Counter.id).where(Counter.name == "综合窗口")).one(),
            "scenario_version_id": newest_version(scenario).id,
            "team_id": next(row.id for row in teams if row.round.starts <= today <= row.round.ends),
            "people": tuple(story.viewer(name).person_id for name in ("inspector1", "inspector2")),
            "problem_ids": tuple(
                db.session.scalars(sa.select(Problem.id).where(Problem.number == "示例-02"))
            ),
            "starts": today,
            "ends": today,
            "early_days": 0,
            "approval": "回访方案〔2026〕8 号",
            "short_name": "领个证",
            "knowers": (),
        }
    return Wish(**{**values, **other})


def save(story: Story, wish: Wish, by: str = "clerk", changes: Any = None) -> plans.PlannedVisit:
    viewer = story.viewer(by)
    with story.app.app_context(), acting(viewer):
        return planning.save_plan(wish, by=viewer, at=clock.now(), changes=changes)


def refusal(story: Story, wish: Wish, by: str = "clerk") -> RuleBroken:
    with pytest.raises(RuleBroken) as refused:
        save(story, wish, by)
    return refused.value


def reads(story: Story, plan_id: str) -> list[UUID]:
    with story.app.app_context(), apart() as session:
        found = sa.select(PlanRead.person_id).where(PlanRead.plan_id == UUID(plan_id)).order_by(PlanRead.at)
        return list(session.scalars(found))


@contextmanager
def on(day: date) -> Iterator[None]:
    with clock.moved_to(clock.at(day.year, day.month, day.day, 9)):
        yield


def test_what_lies_in_the_database_tells_nothing(story: Story) -> None:
    plan = save(story, wish_for(story, approval="批准-XYZ-1", short_name="领个小证"))
    assert plan.briefing["content"]["short_name"] == "领个小证"
    if databases.KIND == "sqlite":
        folder = story.app.extensions["settings"].data
        data = b"".join(path.read_bytes() for path in folder.glob("fieldapp.sqlite*"))
    else:
        data = b""
    secret = {name: rows_of(story.app, name) for name in ("plans", "plan_index", "draws")}
    inside = repr(secret).encode() + b"".join(bytes(row[2]) for row in secret["plans"])  # type: ignore[call-overload]
    for word in ("领个小证", "批准-XYZ-1"):
        assert word.encode() not in data + inside, word
        assert word.encode("unicode_escape") not in data + inside, word
    clear = ["甘棠镇", plan.visit_id, plan.unit_id, plan.starts, *plan.people, *plan.knowers]
    for word in clear:
        for form in (word.encode(), word.replace("-", "").encode()):
            assert form not in inside, word
    assert plan.visit_id.encode() not in data
    assert UUID(plan.visit_id).hex.encode() not in data


def test_blobs_have_a_few_fixed_sizes(story: Story) -> None:
    with story.app.app_context():
        sizes = [len(vault.seal({"text": "长" * n})) for n in (1, 100, 1000, 1300, 1400, 2800)]
        assert len(set(sizes)) == 3
        assert sizes[0] == sizes[1] == sizes[2] == sizes[3] < sizes[4] < sizes[5]
        assert vault.unseal(vault.seal({"text": "x"})) == {"text": "x"}


def test_tokens_are_of_a_person_and_a_day_and_need_the_key(story: Story) -> None:
    plan = save(story, wish_for(story, early_days=2, ends=clock.today() + timedelta(1)))
    with story.app.app_context(), apart() as session:
        found = session.scalars(sa.select(PlanIndex.token).where(PlanIndex.plan_id == UUID(plan.id))).all()
        days = [clock.today() + timedelta(n) for n in (-2, -1, 0, 1)]
        spans = [day.isoformat() for day in days] + sorted({day.isoformat()[:7] for day in days[2:]})
        assert set(found) == {vault.token(UUID(who), when) for who in plan.knowers for when in spans}
        assert all(re.fullmatch("[0-9a-f]{64}", token) for token in found)
        assert vault.token(UUID(plan.people[0]), "2018-06", "draw") != vault.token(
            UUID(plan.people[0]), "2018-06"
        )


def test_a_changed_plan_leaves_no_old_token(story: Story) -> None:
    plan = save(story, wish_for(story))
    moved = clock.today() + timedelta(2)
    save(story, wish_for(story, starts=moved, ends=moved), changes=plan)
    assert plan.id not in [each.id for each in _of_day(story, "inspector1", clock.today())]


def _of_day(story: Story, username: str, day: date) -> list[plans.PlannedVisit]:
    with story.app.app_context(), on(day):
        viewer = story.viewer(username)
        with acting(viewer, writes=False):
            return plans.of_day(viewer, day)


def test_a_read_is_written_before_anything_is_shown(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when what follows fails, the row is there."""
    plan, viewer = save(story, wish_for(story)), story.viewer("inspector1")
    with story.app.app_context(), pytest.raises(ZeroDivisionError), acting(viewer, writes=False):
        plans.open_for(viewer, UUID(plan.id))
        assert reads(story, plan.id) == [viewer.person_id]
        raise ZeroDivisionError
    assert reads(story, plan.id) == [viewer.person_id]

    def no_log(*_: Any) -> None:
        raise sa.exc.OperationalError("full disk", None, Exception())

    monkeypatch.setattr(plans, "_log", no_log)
    with story.app.app_context(), acting(viewer, writes=False), pytest.raises(sa.exc.OperationalError):
        plans.open_for(viewer, UUID(plan.id))


def test_every_look_over_http_is_logged_and_only_the_head_sees_all(story: Story, as_: LogIn) -> None:
    plan = save(story, wish_for(story, knowers=(story.viewer("head").person_id,)))
    as_("inspector1").get(f"/n/p/{plan.id}")
    as_("clerk").get(f"/plans/{plan.id}")
    assert reads(story, plan.id) == [story.viewer(name).person_id for name in ("inspector1", "clerk")]
    page = as_("head").get(f"/plans/{plan.id}").text
    assert page.count("回访员甲") > as_("clerk").get(f"/plans/{plan.id}").text.count("回访员甲")


@pytest.mark.parametrize("username", ["origin3", "unit", "leadership", "city", "admin", "clerk2", "unit2"])
def test_who_is_not_on_the_list_finds_nothing(story: Story, as_: LogIn, username: str) -> None:
    plan = save(story, wish_for(story))
    client = as_(username)
    for address in (f"/n/p/{plan.id}", f"/plans/{plan.id}", f"/plans/{plan.id}/edit"):
        assert client.get(address).status_code == 404
    assert reads(story, plan.id) == []


def test_a_head_who_is_not_on_the_list_finds_nothing_either(story: Story, as_: LogIn) -> None:
    plan = save(story, wish_for(story))
    assert as_("head").get(f"/plans/{plan.id}").status_code == 404
    assert plan.id not in as_("head").get("/plans").text


@pytest.mark.parametrize(("early", "seen"), [(0, (0, 1)), (1, (-1, 0, 1)), (3, (-3, -2, -1, 0, 1))])
def test_an_inspector_sees_it_from_its_day_to_its_last(
    story: Story, early: int, seen: tuple[int, ...]
) -> None:
    first = clock.today() + timedelta(10)
    plan = save(story, wish_for(story, starts=first, ends=first + timedelta(1), early_days=early))
    for n in range(-4, 4):
        day = first + timedelta(n)
        listed = plan.id in [each.id for each in _of_day(story, "inspector1", day)]
        assert (listed, _opens(story, "inspector1", plan.id, day)) == (n in seen, n in seen), n
        assert _opens(story, "clerk", plan.id, day)


def _opens(story: Story, username: str, plan_id: str, day: date) -> bool:
    with story.app.app_context(), on(day):
        viewer = story.viewer(username)
        with acting(viewer, writes=False):
            try:
                return plans.open_for(viewer, UUID(plan_id)).id == plan_id
            except NotVisible:
                return False


@pytest.mark.parametrize("early", [-1, 4])
def test_earlier_than_three_days_is_refused(story: Story, early: int) -> None:
    assert refusal(story, wish_for(story, early_days=early)).field == "early_days"


def finders(story: Story, **other: Any) -> Wish:
    """The team that found the problem, with two of its people."""
    wish = wish_for(story, team="第三巡察组")
    with story.app.app_context(), apart() as session:
        sent = session.scalars(
            sa.select(TeamMembership.person_id).where(TeamMembership.team_id == wish.team_id)
        )
        return wish_for(story, team="第三巡察组", people=tuple(sent), **other)


def test_the_finders_team_goes_only_on_the_heads_reason(story: Story) -> None:
    assert refusal(story, finders(story, override_reason=REASON)).field == "team_id"
    assert refusal(story, finders(story), "head").field == "override_reason"
    assert refusal(story, finders(story, override_reason="人手不够"), "head").field == "override_reason"
    assert save(story, finders(story, override_reason=REASON), "head").override_reason == REASON


def recuse(story: Story, person: UUID) -> None:
    with story.app.app_context(), apart(writes=True) as session:
        unit = session.scalars(sa.select(Problem.unit_id).where(Problem.number == "示例-02")).one()
        county = session.get_one(Person, person).county_id
        session.add(Recusal(county_id=county, person_id=person, unit_id=unit, reason="曾在该镇任职"))


def test_whoever_is_recused_is_not_sent(story: Story) -> None:
    first, second, leader = (story.viewer(name).person_id for name in ("inspector1", "inspector2", "leader1"))
    recuse(story, first)
    assert refusal(story, wish_for(story)).field == "people"
    assert save(story, wish_for(story, people=(second, leader)))
    recuse(story, second)
    refused = refusal(story, wish_for(story, people=(leader, first)))
    assert (refused.field, refused.sentence) == ("team_id", "不能派：去掉要回避的，只有 1 人")


def test_a_finder_who_has_changed_teams_is_not_sent(story: Story) -> None:
    first = story.viewer("inspector1").person_id
    wish = finders(story)
    with story.app.app_context(), apart(writes=True) as session:
        past = clock.today() - timedelta(40)
        session.add(
            TeamMembership(
                county_id=story.viewer("clerk").county_id, team_id=wish.team_id, person_id=first,
                leads=False, starts=past, ends=past,
            )
        )  # fmt: skip
    assert refusal(story, wish_for(story)).field == "people"


def test_nobody_goes_alone(story: Story) -> None:
    first = story.viewer("inspector1").person_id
    assert refusal(story, wish_for(story, people=(first,))).sentence == "至少选两个人"
    assert refusal(story, wish_for(story, people=(first, first))).sentence == "至少选两个人"


def test_a_changed_problem_makes_a_new_briefing_and_leaves_the_begun_visit_its_own(
    story: Story, as_: LogIn
) -> None:
    wish = wish_for(story)
    plan = save(story, wish)
    assert [row["version"] for row in save(story, wish, changes=plan).briefings] == [1]
    with story.app.app_context(), apart(writes=True) as session:
        problem = session.scalars(sa.select(Problem).where(Problem.number == "示例-02")).one()
        problem.criteria = ["三天内办好"]
    changed = save(story, wish, changes=plan)
    assert [row["version"] for row in changed.briefings] == [1, 2]
    old, new = (row["content"]["problems"][0]["criteria"] for row in changed.briefings)
    assert new == ["三天内办好"] != old
    send(
        as_("inspector1"), plan.visit_id, "begin", "办事", plan=plan.id, briefing="1"
    )  # what his phone showed
    send(as_("inspector2"), plan.visit_id, "begin", "观察", plan=plan.id, briefing="2")
    with story.app.app_context(), apart() as session:
        visit = session.get_one(Visit, UUID(plan.visit_id))
        assert (visit.briefing_version, visit.briefing["problems"][0]["criteria"]) == (1, old)


def test_a_draw_is_repeated_by_hand_and_a_redraw_says_why(story: Story) -> None:
    clerk = story.viewer("clerk")
    days = days_of(clock.today(), clock.today() + timedelta(4))
    with story.app.app_context(), acting(clerk):
        counters = {row.id: row.name for row in db.session.scalars(sa.select(Counter))}
        first = draws.make_draw(counters, days, by=clerk, at=clock.now())
        with pytest.raises(RuleBroken):
            draws.make_draw(counters, days, by=clerk, at=clock.now(), replaces=first, reason="再来")
        second = draws.make_draw(counters, days, by=clerk, at=clock.now(), replaces=first, reason=REASON)
    assert len(first.candidates) == 10 == len(set(first.candidates))
    seed = bytes.fromhex(first.seed)
    assert draw.drawn(seed, first.candidates[::-1]) == first.result
    assert second.replaces == first.id
    with story.app.app_context(), acting(clerk, writes=False):
        assert {each.id for each in draws.draws_of(clerk)} == {first.id, second.id}
        with pytest.raises(NotVisible):
            draws.draw_for(story.viewer("head"), UUID(first.id))


def test_only_the_seeds_hash_is_shown_before_the_hand_in(story: Story, as_: LogIn) -> None:
    clerk = story.viewer("clerk")
    with story.app.app_context(), acting(clerk):
        counter = db.session.scalars(sa.select(Counter).where(Counter.name == "综合窗口")).one()
        made = draws.make_draw(
            {counter.id: counter.name}, days_of(clock.today(), clock.today()), by=clerk, at=clock.now()
        )
    plan = save(story, wish_for(story, draw_id=made.id))
    for address in (f"/draws/{made.id}", "/draws", f"/plans/{plan.id}", "/plans"):
        page = as_("clerk").get(address).text
        assert made.seed not in page, address
    assert made.fingerprint in as_("clerk").get(f"/plans/{plan.id}").text


def test_no_blob_opens_with_another_key(story: Story) -> None:
    with story.app.app_context(), pytest.raises(vault.Unreadable):
        vault.unseal(Fernet(Fernet.generate_key()).encrypt(b"{}"))
