"""The drafts of one inspection, handed over together: what each would settle, and which cannot go yet."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from fieldapp.db import db
from fieldapp.errors import RuleBroken
from fieldapp.inspections.models import Inspection
from fieldapp.problems import counting
from fieldapp.problems.models import Problem


@dataclass(frozen=True)
class Line:
    """A draft with the day that it would fall due; `refusal` says why it cannot go with the others."""

    problem: Problem
    due: date | None
    until: str
    refusal: str

    @property
    def key(self) -> str:
        """What the page sends of a chosen one: itself and the deadline that was shown for it."""
        return f"{self.problem.id} {self.due.isoformat() if self.due else ''}"


def drafts_of(inspection_id: UUID) -> list[Problem]:
    """Its drafts by number."""
    rows = sa.select(Problem).where(Problem.inspection_id == inspection_id, Problem.state == "draft")
    return list(db.session.scalars(rows.order_by(Problem.number)))


def lines(drafts: Iterable[Problem], on: date, today: date) -> list[Line]:
    """What handing each of them over on a day would settle."""
    return [_line(each, counting.prospect(each, on, today)) for each in drafts]


def _line(draft: Problem, ahead: counting.Prospect) -> Line:
    if ahead.day is None:
        return Line(draft, None, "—", ahead.refusal)
    late = "这个期限已经过了，点进去单独交办" if ahead.is_past else ""
    until = counting.until_words(ahead.day, counting.limit_words(draft), ahead.estimated)
    return Line(draft, ahead.day, until, "还没写销号标准" if not draft.criteria else late)


def chosen(drafts: Iterable[Problem], keys: Iterable[str]) -> list[tuple[Problem, str]]:
    """The drafts that a page sent, each with the deadline that it showed."""
    shown = dict(key.partition(" ")[::2] for key in keys)
    found = [(each, shown[str(each.id)]) for each in drafts if str(each.id) in shown]
    if len(found) < len(shown):
        raise RuleBroken("有的刚刚已经交办，看一遍再交", "drafts")
    return found


def waiting(problems: Iterable[Problem]) -> list[tuple[Inspection, int]]:
    """Inspections with several drafts among these problems, by unit."""
    drafts = [each for each in problems if each.state == "draft"]
    counts = Counter(each.inspection_id for each in drafts)
    found = {each.inspection_id: each.inspection for each in drafts if counts[each.inspection_id] > 1}
    return [(each, counts[key]) for key, each in sorted(found.items(), key=lambda pair: pair[1].unit.name)]
