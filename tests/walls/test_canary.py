"""Wall 4: every GET route, as every role, over everything there is: no foreign word appears."""

import pytest
import sqlalchemy as sa

from fieldapp.access.models import Account
from fieldapp.db import apart
from fieldapp.problems.models import Measure, Problem
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
    client = as_(username)
    secret = story.plan_of_today()
    markers = [*FOREIGN[username]]
    if username in ("unit", "unit2", "city", "leadership", "admin", "clerk2", "origin3"):
        markers += [secret.id, secret.visit_id]
    seen = 0
    for rule in story.app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint == "static":
            continue
        for county in ("开江县", "大竹县"):
            for address in addresses(story, rule, county):
                for headers in ({}, {"HX-Request": "true"}):
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
