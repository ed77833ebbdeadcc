"""What waits for a person: each feature's own read, put into words that tell nothing to whoever looks on.

Nobody pushes to this list. A unit's part rests on what a unit reads anyway (`unit_view`, its facts)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.access.queries import to_confirm
from fieldapp.closing import waiting as closing
from fieldapp.closing.facts import findings
from fieldapp.closing.models import Closing
from fieldapp.closing.queries import label_of, record_of
from fieldapp.closing.reviews import waited
from fieldapp.deadlines.county_rules import BODIES
from fieldapp.problems import queries as problems
from fieldapp.problems.models import Problem
from fieldapp.visits import attendance, duties, parked, quarantine
from fieldapp.visits import queries as visits
from fieldapp.visits.models import Visit
from fieldapp.web.ui import day_text


@dataclass(frozen=True)
class Wait:
    """One thing to do; `endpoint` and `values` lead to where it is done."""

    title: str
    sub: str
    endpoint: str
    values: Mapping[str, Any] = field(default_factory=dict)
    anchor: str = ""


@dataclass(frozen=True)
class Group:
    """Things of one kind. `more` leads to all of them, where there is a page of them."""

    label: str
    waits: tuple[Wait, ...]
    more: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)
    own_count: int | None = None  # where one line stands for several things

    @property
    def count(self) -> int:
        return len(self.waits) if self.own_count is None else self.own_count


def waiting_for(viewer: Any) -> list[Group]:
    """Everything that waits for this person, kind by kind; what a role cannot do is not asked."""
    made = (make(viewer) for permission, make in SOURCES if viewer.has(permission))
    return [group for group in made if group is not None and group.count]


def count(groups: Iterable[Group]) -> int:
    """How much waits."""
    return sum(group.count for group in groups)


def _visit(row: Visit, endpoint: str, anchor: str = "") -> Wait:
    """By its neutral name."""
    where = str(row.briefing["short_name"])
    return Wait(where, day_text(row.day), endpoint, {"visit_id": row.id}, anchor)


def _to_countersign(viewer: Any) -> Group:
    rows = duties.to_countersign(viewer.person_id)
    return Group("等我会签", tuple(_visit(row, "visits.handin") for row in rows))


def _to_add(viewer: Any) -> Group:
    return Group(
        "要补充的记录", tuple(_visit(row, "visits.handin") for row in duties.to_add(viewer.person_id))
    )


def _to_check(viewer: Any) -> Group:
    rows = duties.to_check(viewer.led_team_ids)
    return Group("等我核的记录", tuple(_visit(row, "visits.show_visit") for row in rows), "visits.index")


def _to_settle(viewer: Any) -> Group:
    rows = visits.to_settle(viewer.led_team_ids)
    return Group(
        "说法不一样，等我定", tuple(_visit(row, "visits.show_visit", "record-conflicts") for row, _n in rows)
    )


def _to_confirm(viewer: Any) -> Group:
    n = attendance.unspoken(viewer)
    lines = (Wait("谁去了，等我确认", f"{n} 人", "visits.people_index"),) if n else ()
    return Group("等我确认的人", lines, own_count=n)


def _problem(row: Problem) -> Wait:
    return Wait(f"{row.number} {row.text}", row.unit.name, "problems.show", {"problem_id": row.id})


def _to_sign(viewer: Any) -> Group:
    return Group("等我签认", tuple(_signing(*each) for each in closing.to_sign(viewer)), "closing.signing")


def _signing(row: Closing, bodies: tuple[str, ...]) -> Wait:
    """By the frozen record: a named signer may see nothing else of the problem."""
    about = record_of(row)["problem"]
    names = "、".join(label_of(body, row.team.name) for body in bodies)
    title, asked = f"{about['number']} {about['text']}", {"record": row.problem_id}
    return Wait(title, f"替{names}签", "closing.signing", asked)


def _to_review(_viewer: Any) -> Group:
    return Group("销号申请等审核", tuple(_reviewing(row) for row in closing.to_review()), "closing.index")


def _reviewing(row: Problem) -> Wait:
    """The office's own waiting is said as the office's."""
    days = f"·办内待审{problems.days_words(waited(row, row.requested_on))}" if row.requested_on else ""
    return Wait(f"{row.number} {row.text}", f"{row.unit.name}{days}", "closing.show", {"problem_id": row.id})


def _to_compare(viewer: Any) -> Group:
    lines = (
        Wait(
            f"{row.problem.number} {row.problem.text}",
            BODIES[page.body],
            "closing.compare_paper",
            {"paper_id": page.id},
        )
        for row, page in closing.to_compare(viewer)
    )
    return Group("纸质签批等核对", tuple(lines), "closing.index")


def _to_tell(_viewer: Any) -> Group:
    rows = closing.to_tell()
    lines = (Wait(name, f"{n} 项没有告诉单位", "closing.new_edition", {"unit": key}) for key, name, n in rows)
    return Group(
        "等发的反馈", tuple(lines), "closing.new_edition", own_count=sum(n for _key, _name, n in rows)
    )


def _findings(_viewer: Any) -> Group:
    """How many only: in the words of whoever went, they would tell of a visit."""
    n = sum(each.dismissed is None for each in findings())
    lines = (Wait("新发现", f"{n} 条没发给单位", "closing.facts"),) if n else ()
    return Group("新发现等发给单位确认", lines, own_count=n)


def _facts_answered(_viewer: Any) -> Group:
    lines = (
        Wait(row.text, row.unit.name, "closing.fact", {"fact_id": row.id}) for row in closing.facts_answered()
    )
    return Group("单位答复过的事实，要不要建成问题", tuple(lines), "closing.facts")


def _drafts(_viewer: Any) -> Group:
    rows = [line.problem for line in problems.ledger({"state": "draft"}, clock.today())]
    return Group("草稿等交办", tuple(_problem(row) for row in rows), "problems.index", {"state": "draft"})


def _parked(viewer: Any) -> Group:
    n = parked.waiting(viewer.county_id) + quarantine.waiting(viewer.county_id)
    lines = (Wait("没对上的记录", f"{n} 份", "visits.parked"),) if n else ()
    return Group("没对上的记录等定", lines, own_count=n)


def _roles(viewer: Any) -> Group:
    n = len(to_confirm(viewer))
    lines = (Wait("角色等确认", f"{n} 个", "access.roles_to_confirm"),) if n else ()
    return Group("角色等我确认", lines, own_count=n)


def _of_the_unit(viewer: Any) -> Group | None:
    if not viewer.is_unit:
        return None
    rows = [problems.unit_view(line.problem, clock.today()) for line in problems.ledger({}, clock.today())]
    first, others = problems.first_to_do(rows)
    mine = [row for row in ([first] if first else []) + others if row.next_step]
    lines = (
        Wait(f"{row.number} {row.text}", _unit_words(row), "problems.show", {"problem_id": row.id})
        for row in mine
    )
    return Group("本单位的问题", tuple(lines), "problems.index")


def _unit_words(row: problems.UnitProblem) -> str:
    return f"{row.next_step}·{row.standing.text}" if row.standing else row.next_step


def _facts_to_answer(_viewer: Any) -> Group:
    rows = closing.facts_to_answer()
    lines = (Wait(row.text, f"{day_text(row.day)}发来", "closing.fact", {"fact_id": row.id}) for row in rows)
    return Group("请本单位确认的事实", tuple(lines), "closing.facts")


Source = Callable[[Any], Group | None]
SOURCES: tuple[tuple[P, Source], ...] = (  # in the order of the page
    (P.MAKE_VISITS, _to_countersign),
    (P.MAKE_VISITS, _to_add),
    (P.CHECK_VISITS, _to_check),
    (P.SETTLE_CONFLICTS, _to_settle),
    (P.CONFIRM_PEOPLE, _to_confirm),
    (P.SIGN_CLOSINGS, _to_sign),
    (P.REVIEW_CLOSINGS, _to_review),
    (P.ENTER_PAPER, _to_compare),
    (P.PUBLISH, _to_tell),
    (P.PUBLISH, _findings),
    (P.REVIEW_CLOSINGS, _facts_answered),
    (P.ISSUE_PROBLEMS, _drafts),
    (P.SEE_PARKED, _parked),
    (P.CONFIRM_ROLES, _roles),
    (P.CONFIRM_FACTS, _facts_to_answer),
    (P.RECEIVE_PROBLEMS, _of_the_unit),
)
