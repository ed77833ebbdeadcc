"""甘棠镇's checklist: the story's item, and six of the demo's own (示例) in several states."""

from dataclasses import dataclass
from datetime import date

from fieldapp import clock
from fieldapp.db import SYSTEM, db
from fieldapp.deadlines.limits import CIVIL_CODE, due, parse_limit
from fieldapp.inspections.models import Inspection
from fieldapp.problems import measuring
from fieldapp.problems.models import Measure, Problem


@dataclass(frozen=True)
class Item:
    """One problem to load; `state` is how far it has come."""

    number: str
    text: str
    severity: str
    criteria: tuple[str, ...]
    tags: tuple[str, ...]
    way: str
    department: str
    limit: str
    measures: tuple[str, ...]
    state: str
    short_name: str = "镇上办事"


STORY = Item(
    "甘棠-07",
    "便民服务中心窗口办事不力、效率不高",
    "ordinary",
    ("要带的材料一次说清，不用再来", "办理不超过窗口自己承诺的时限"),
    ("told-once", "speed"),
    "mystery",
    "便民服务中心",
    "1 个月",
    ("办事指南上墙", "设一次性告知单", "窗口实行 AB 岗"),
    "rectifying",
)
SAMPLES = (
    Item("示例-01", "示例：办事指南未上墙、材料清单不全", "minor", ("指南上墙，和在办的事项一致",), ("display",),
         "on_site", "便民服务中心", "10 个工作日", ("补齐办事指南",), "rectifying"),
    Item("示例-02", "示例：窗口一次说不清要带什么", "ordinary", STORY.criteria, STORY.tags,
         "mystery", "便民服务中心", "1 个月", STORY.measures, "rectifying"),
    Item("示例-03", "示例：值班表与实际在岗不一致", "minor", ("在岗的人和值班表一致",), ("discipline",),
         "on_site", "党政办", "15 个自然日", ("值班表每周公示",), "received"),
    Item("示例-04", "示例：惠农补贴发放公示不及时", "ordinary", ("补贴发放后 3 日内公示",), (),
         "papers", "财政所", "1 个月", (), "issued"),
    Item("示例-05", "示例：投诉电话没人接", "ordinary", ("不同日子打 3 次都有人接",), (),
         "phone", "党政办", "10 个工作日", (), "draft"),
)  # fmt: skip


def load_item(item: Item, inspection: Inspection) -> Problem:
    """A draft with its measures; the steps follow through the workflow."""
    problem = Problem(
        county_id=inspection.county_id,
        inspection_id=inspection.id,
        unit_id=inspection.unit_id,
        team_id=inspection.team_id,
        number=item.number,
        text=item.text,
        short_name=item.short_name,
        severity=item.severity,
        criteria=list(item.criteria),
        criterion_tags=list(item.tags),
        verification=item.way,
        department=item.department,
        responsible="负责人",
        limit_text=item.limit,
    )
    db.session.add(problem)
    db.session.flush()
    for place, text in enumerate(item.measures):
        db.session.add(Measure(county_id=problem.county_id, problem_id=problem.id, place=place, text=text))
    measuring.write(problem, "create", {"number": problem.number}, SYSTEM, clock.now())
    return problem


def set_due(problem: Problem, start: date) -> None:
    """The day counted from the feedback by the county's rule."""
    found = due(parse_limit(problem.limit_text), start, CIVIL_CODE)
    problem.issued_on, problem.due = start, found.day
    problem.due_estimated, problem.due_rule = found.estimated, found.rule_version
    db.session.flush()
