"""Until when: the day a problem falls due, as issuing it would count now, and the limit in words with its unit."""

from dataclasses import dataclass
from datetime import date

from fieldapp.deadlines.county_rules import rules_of
from fieldapp.deadlines.limits import Due, Unit, due, parse_limit, wording
from fieldapp.errors import RuleBroken
from fieldapp.organisations.models import County
from fieldapp.problems.models import Problem
from fieldapp.web.ui import dated_text


def counted(limit_text: str, start: date, county: County) -> Due:
    """By the rule in force; raises RuleBroken where the limit cannot be counted."""
    rules = rules_of(county.settings)
    limit = parse_limit(limit_text, rules.in_force.means)
    return due(limit, start, rules.in_force, rules.overrides)


def limit_words(problem: Problem) -> str:
    """10 个工作日; empty for a day named outright, and for a limit that still has to be asked back."""
    rules = rules_of(problem.county.settings)
    means = rules.in_force.means
    if problem.due_rule:  # before bare days were asked back they were counted as calendar days
        means = rules.counted_by(problem.due_rule).means or Unit.DAY
    try:
        limit = parse_limit(problem.limit_text, means)
    except RuleBroken:
        return ""
    return "" if limit.on else wording(limit)


@dataclass(frozen=True)
class Prospect:
    """What issuing from this day would settle; without a day, why it cannot be counted."""

    start: date
    day: date | None = None
    estimated: bool = False
    refusal: str = ""
    is_past: bool = False


def prospect(problem: Problem, start: date, today: date) -> Prospect:
    """The day that a draft would fall due, shown before it is handed over."""
    try:
        found = counted(problem.limit_text, start, problem.county)
    except RuleBroken as broken:
        return Prospect(start, refusal=broken.sentence)
    return Prospect(start, found.day, found.estimated, is_past=found.day < today)


def until_words(day: date, limit: str, estimated: bool = False) -> str:
    """12月7日 周一（10 个工作日）; 估算 where the calendar is not yet published."""
    notes = [*([limit] if limit else []), *(["估算"] if estimated else [])]
    return dated_text(day) + (f"（{'，'.join(notes)}）" if notes else "")


def refuse_past(day: date, today: date, knows_past: bool) -> None:
    """A deadline that is over before it begins is set only by somebody who says so."""
    if day < today and not knows_past:
        raise RuleBroken(f"期限 {dated_text(day)} 已经过了，要这样定就勾上", "past")
