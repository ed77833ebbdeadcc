"""Wall 4: every GET route, as every role, over everything there is: no foreign word appears."""

from datetime import date
from uuid import UUID

import pytest
import sqlalchemy as sa

from fieldapp import clock
from fieldapp.access.models import Account
from fieldapp.closing import actions
from fieldapp.closing.naming import Naming, name_signer
from fieldapp.db import apart
from fieldapp.problems.models import Measure, Problem
from tests.closing import steps
from tests.story import ROLES
from tests.walls.things import addresses

NEIGHBOUR = ("大竹县", "示例单位", "示例服务站", "示例窗口", "经办员丙")
HOME = ("开江县", "甘棠", "社会保障窗口", "第一巡察组", "第三巡察组", "经办员甲", "回访员")
VISIT = ("体验式回访", "实地核查", "回访员", "第一巡察组", "镇上办事", "回访方案", "今日")
SAID = ("自己写的措施", "自己报的进展")  # by the unit, after every briefing was frozen
FOREIGN = {
    "inspector1": (*NEIGHBOUR, *SAID),
    "leader1": (*NEIGHBOUR, *SAID),
    "origin3": NEIGHBOUR,
    "clerk": NEIGHBOUR,
    "head": NEIGHBOUR,
    "leadership": (*NEIGHBOUR, "回访员", "回访方案"),
    "admin": (*NEIGHBOUR, *SAID, "不力", "回访方案"),
    "unit": (*NEIGHBOUR, *VISIT, "经办员甲"),
    "city": (*SAID, "回访员", "回访方案", "不力", "体验式回访"),
    "clerk2": (*HOME, *SAID),
    "unit2": (*HOME, *VISIT, *SAID),
}


def say(story, as_) -> None:
    """What a unit may write, and the office for it, as marker words."""
    page = f"/problems/{story.row(Problem, Problem.number == '示例-02')}"
    unit, clerk = as_("unit"), as_("clerk")
    assert unit.post(f"{page}/measures", data={"text": SAID[0], "responsible": SAID[0]}).status_code == 303
    measure = f"/measures/{story.row(Measure, Measure.text == SAID[0])}"
    assert unit.post(measure, data={"progress": SAID[1]}).status_code == 303
    account = Account.username == "unit"
    with story.app.app_context(), apart(writes=True) as session:
        session.execute(sa.update(Account).where(account).values(disabled=True))
    assert clerk.post(measure, data={"progress": SAID[1]}).status_code == 303
    with story.app.app_context(), apart(writes=True) as session:
        session.execute(sa.update(Account).where(account).values(disabled=False))


@pytest.mark.slow
@pytest.mark.parametrize("username", ROLES)
def test_no_foreign_word_appears(story, as_, username: str) -> None:
    say(story, as_)
    secret = story.plan_of_today()
    markers = [*FOREIGN[username]]
    if username in ("unit", "unit2", "city", "leadership", "admin", "clerk2", "origin3"):
        markers += [secret.id, secret.visit_id]
    crawl(story, as_(username), username, markers)


OFFICE = (
    "办公室说还要做的",
    "打回的依据在这里",
    "不同意的理由在这里",
    "核验看到的在这里",
    "授权的理由在这里",
)
KEPT_FROM = {
    "unit": (*NEIGHBOUR, *VISIT, *OFFICE, "经办员甲", "主任甲", "等签认", "待审"),
    "city": (*OFFICE, "回访员", "不力", "体验式回访", "等签认"),
    "admin": (*NEIGHBOUR, *OFFICE, "不力", "等签认"),
    "clerk2": (*HOME, *OFFICE),
    "unit2": (*HOME, *VISIT, *OFFICE),
    "inspector1": (*NEIGHBOUR, *OFFICE, "等签认"),
}


def lay_closings(story) -> None:
    """One objected to and waiting for its second signature on paper, one turned down, one verified, none told."""
    still, _basis, no, looked, why = (f"{each}，写够十个字" for each in OFFICE)
    now = clock.now()
    steps.to_signing(story)
    where, shown = steps.problem_id(story), steps.closing(story).fingerprint
    steps.does(
        story,
        "origin3",
        lambda by: actions.object_to(where, "origin_team", shown, no, by=by, at=steps.CHECKED),
    )
    steps.approves(story)
    steps.paper(story)
    for number in ("示例-02", "示例-04"):
        if number == "示例-04":
            steps.receives(story, number)
        steps.asks(story, number=number, at=now)
    down, verified = (steps.problem_id(story, number) for number in ("示例-02", "示例-04"))
    steps.does(story, "clerk", lambda by: actions.turn_down(down, still, "10 个工作日", by=by, at=now), now)
    record = actions.Record(clock.day_of(now), looked=1, good=1, text=looked, fixed=True)
    steps.does(story, "clerk", lambda by: actions.verify(verified, record, by=by, at=now), now)
    said = steps.naming(story, "discipline", "leadership")
    naming = Naming(
        UUID(said["round_id"]),
        "discipline",
        None,
        UUID(said["person_id"]),
        None,
        date(2018, 6, 1),
        date(2018, 7, 1),
        why,
    )
    steps.does(story, "head", lambda by: name_signer(naming, by=by, at=now), now)


@pytest.mark.slow
@pytest.mark.parametrize("username", KEPT_FROM)
def test_no_word_of_a_closing_reaches_whom_it_is_kept_from(story, as_, username: str) -> None:
    lay_closings(story)
    crawl(story, as_(username), username, KEPT_FROM[username])


@pytest.mark.slow
def test_the_office_reads_all_that_was_laid(story, as_) -> None:
    """Else the test above would find nothing because nothing was there."""
    lay_closings(story)
    clerk, head = as_("clerk"), as_("head")
    pages = [f"/problems/{steps.problem_id(story, n)}/closure" for n in (steps.STORY, "示例-02", "示例-04")]
    read = "".join(clerk.get(page).text for page in [*pages, "/closings"]) + head.get("/signers").text
    assert [each for each in (*OFFICE[:1], *OFFICE[2:], "等签认") if each not in read] == []


def crawl(story, client, username: str, markers, also_fragments: bool = False) -> None:
    """Every page of both counties, whole and where asked as htmx would fetch it."""
    seen = 0
    for rule in story.app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint == "static":
            continue
        for county in ("开江县", "大竹县"):
            for address in addresses(story, rule, county):
                for headers in ({}, {"HX-Request": "true"})[: 1 + also_fragments]:
                    answer = client.get(address, headers=headers)
                    assert answer.status_code < 500, address
                    seen += answer.status_code == 200
                    text = (
                        answer.get_data(as_text=True) if answer.is_json or "text" in answer.mimetype else ""
                    )
                    text += str(answer.headers)
                    if address in text and answer.status_code != 200:
                        text = text.replace(address, "")
                    for marker in markers:
                        own = marker in address
                        assert own or marker not in text, f"{marker} at {address} for {username}"
    assert seen >= 2
