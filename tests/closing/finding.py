"""A reviewed visit that found something new, laid over HTTP as two phones would."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldapp import clock
from fieldapp.db import SYSTEM, acting, apart
from fieldapp.problems.models import Problem
from fieldapp.visits import reviewing
from fieldapp.visits.models import TapRow, Visit
from tests.story import Story
from tests.visits.visiting import begin_both, countersign, hand_in, send

WORDS = "大厅没有导办，叫号屏坏着，老人不知道找谁"


def found_new(story: Story, as_: Any, *, asked: bool = True) -> tuple[UUID, UUID]:
    """Today's visit, checked, and where a unit asked to close, reviewed; its id and its finding's."""
    first, second, visit = begin_both(story, as_)
    problem = str(story.row(Problem, Problem.number == "示例-02"))
    send(first, visit, "finding", text=WORDS)
    for client in (first, second):
        send(client, visit, "conclude", "已整改", problem=problem)
        hand_in(client, visit)
    countersign(first, visit)
    assert as_("leader1").post(f"/visits/{visit}/check").status_code == 303
    if asked:
        with story.app.app_context(), acting(SYSTEM) as session:
            row = session.get_one(Visit, UUID(visit))
            reviewing.review(row, row.seal, by=SYSTEM, at=clock.now(), session=session)
    with story.app.app_context(), apart() as session:
        where = TapRow.visit == UUID(visit), TapRow.kind == "finding"
        return UUID(visit), session.scalars(sa.select(TapRow.id).where(*where)).one()
