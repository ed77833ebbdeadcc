"""A problem's states. A visit is never one of them, nor is what the office thinks of a request: that is the closing's.

What the office decides reaches the unit by an edition: `return` and `reopen` are taken when it goes out, and a closed
problem is 审核中 for its unit until then (`Problem.unit_state`). So no step of a unit can tell it anything before.
"""

from typing import Any

from fieldapp.access.permissions import Permission as P
from fieldapp.deadlines.county_rules import MIN_BODIES
from fieldapp.workflow import Facts, Transition, Workflow, always


def _complete(problem: Any, _viewer: Any, _facts: Facts) -> str:
    """清单 before work starts: what counts as mended and how it will be checked are both fixed by then."""
    if not problem.criteria:
        return "先写销号标准，再交办"
    if not problem.verification:
        return "先定核实方式，再交办"
    return ""


def _own_unit(problem: Any, viewer: Any, _facts: Facts) -> str:
    return "" if getattr(viewer, "unit_id", None) == problem.unit_id else "只有本单位能做"


def _signed(problem: Any, _viewer: Any, facts: Facts) -> str:
    """两方签认: what the county asks for, at least two bodies, by different people."""
    bodies = dict(facts.get("signed", ()))
    if not facts.get("bodies") or set(facts["bodies"]) - bodies.keys():
        return "还没有签齐"
    if len(bodies) < MIN_BODIES or len(set(bodies.values())) < len(bodies):
        return "至少要两方、不同的人签"
    return "" if facts.get("closure") else "签认还没有归到一起"


def _said_to_the_unit(_problem: Any, _viewer: Any, facts: Facts) -> str:
    return "" if facts.get("edition") and facts.get("due") else "要随反馈告诉单位，写明新期限"


WORKED_ON = ("received", "rectifying", "reopened")
CHANGEABLE = ("issued", *WORKED_ON)

TABLE = (
    Transition("draft", "issue", "issued", P.ISSUE_PROBLEMS, _complete),
    Transition("issued", "receive", "received", P.RECEIVE_PROBLEMS, _own_unit),
    Transition("issued", "enter_receipt", "received", P.EDIT_PROBLEMS, always),  # a unit without an account
    Transition("received", "start", "rectifying", P.REPORT_MEASURES, _own_unit),
    Transition("received", "enter_start", "rectifying", P.EDIT_PROBLEMS, always),
    *(Transition(state, "request", "closure_requested", P.REQUEST_CLOSING, _own_unit) for state in WORKED_ON),
    *(
        Transition(state, "enter_request", "closure_requested", P.ENTER_REQUESTS, always)
        for state in WORKED_ON
    ),
    Transition("closure_requested", "close", "closed", None, _signed),
    Transition("closure_requested", "return", "rectifying", P.PUBLISH, _said_to_the_unit),
    Transition("closed", "reopen", "reopened", P.PUBLISH, _said_to_the_unit),
    *(Transition(state, "amend", state, P.CHANGE_ISSUED, always) for state in CHANGEABLE),
    *(  # deadline or responsibility
        Transition(state, "revise", state, P.CHANGE_ISSUED, always) for state in CHANGEABLE
    ),
)
problem_flow = Workflow("problem", TABLE)
