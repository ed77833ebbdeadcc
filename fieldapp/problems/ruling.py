"""Verbs that write a county's rules, and the one that counts estimated deadlines anew."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from fieldapp import history
from fieldapp.db import db
from fieldapp.deadlines.county_rules import CountyRules, rules_of
from fieldapp.deadlines.limits import Due, due
from fieldapp.errors import Conflict, RuleBroken
from fieldapp.organisations.models import County
from fieldapp.problems import counting, measuring
from fieldapp.problems.models import Problem
from fieldapp.workflow import stream_name


def stream_of(county: County) -> str:
    """Where the changes of a county's rules are written down."""
    return stream_name("county", county.id)


def change_rules(
    county: County,
    change: Callable[[CountyRules], CountyRules],
    *,
    reason: str = "",
    version: int,
    by: Any,
    at: int,
) -> None:
    """Settle something anew and write down what it was before. No deadline moves by it."""
    db.session.refresh(county, with_for_update=True)
    before = rules_of(county.settings)
    after = change(before)
    new, old = after.words(), before.words()
    changed = [name for name in new if new[name] != old[name]]
    if version != county.version:
        raise Conflict(
            "别人刚改过，对照后再存", *({name: each[name] for name in changed} for each in (new, old))
        )
    if not changed:
        raise RuleBroken("和现在的一样，没有要改的")
    county.settings = {**county.settings, **after.stored()}
    db.session.flush()
    payload = {"changed": {name: [old[name], new[name]] for name in changed}, "reason": reason.strip()}
    said = {**payload, "content": county.content_hash}
    history.append(stream_of(county), "change_rules", actor=by.actor, at=at, payload=said)


@dataclass(frozen=True)
class Recount:
    """A deadline that was estimated, and what it would be by what is known now."""

    problem: Problem
    before: date | None
    now: Due


def recounts() -> list[Recount]:
    """Every open problem whose deadline is an estimate, by number."""
    rows = sa.select(Problem).where(
        Problem.due_estimated, Problem.due.is_not(None), Problem.state != "closed"
    )
    return [_recount(problem) for problem in db.session.scalars(rows.order_by(Problem.number))]


def _recount(problem: Problem) -> Recount:
    """By the rule that the deadline was set by, not by a newer one."""
    rules = rules_of(problem.county.settings)
    start, rule = problem.issued_on or date.min, rules.counted_by(problem.due_rule)
    found = due(counting.set_by(problem, rule), start, rule, rules.overrides)
    return Recount(problem, problem.due, found)


def recount_deadlines(*, by: Any, at: int) -> int:
    """Count anew what is still an estimate and no longer has to be one; returns how many."""
    done = 0
    for each in recounts():
        measuring.lock(each.problem)
        if each.now.estimated or not each.problem.due_estimated:
            continue
        days = [day.isoformat() if day else "" for day in (each.problem.due, each.now.day)]
        each.problem.due, each.problem.due_estimated = each.now.day, False
        measuring.write(each.problem, "recount", {"due": days, "rule": each.now.rule_version}, by, at)
        done += 1
    return done
