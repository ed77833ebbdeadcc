"""A problem's states. Steps from the request to close on come with the closing; a visit is never one of them."""

from typing import Any

from fieldapp.access.permissions import Permission as P
from fieldapp.workflow import Facts, Transition, Workflow, always


def _complete(problem: Any, _viewer: Any, _facts: Facts) -> str:
    """清单 before work starts: what counts as mended and how it will be checked are both fixed by then."""
    if not problem.criteria:
        return "先写销号标准，再交办"
    if not problem.verification:
        return "先定核实方式，再交办"
    return ""


def _own_unit(problem: Any, viewer: Any, _facts: Facts) -> str:
    return "" if getattr(viewer, "unit_id", None) == problem.unit_id else "只有本单位能签收"


TABLE = (
    Transition("draft", "issue", "issued", P.ISSUE_PROBLEMS, _complete),
    Transition("issued", "receive", "received", P.RECEIVE_PROBLEMS, _own_unit),
    Transition("issued", "enter_receipt", "received", P.EDIT_PROBLEMS, always),  # a unit without an account
    Transition("received", "start", "rectifying", P.REPORT_MEASURES, _own_unit),
    Transition("received", "enter_start", "rectifying", P.EDIT_PROBLEMS, always),
    Transition("issued", "amend", "issued", P.CHANGE_ISSUED, always),
    Transition("received", "amend", "received", P.CHANGE_ISSUED, always),
    Transition("rectifying", "amend", "rectifying", P.CHANGE_ISSUED, always),
    Transition("issued", "revise", "issued", P.CHANGE_ISSUED, always),  # deadline or responsibility
    Transition("received", "revise", "received", P.CHANGE_ISSUED, always),
    Transition("rectifying", "revise", "rectifying", P.CHANGE_ISSUED, always),
)
problem_flow = Workflow("problem", TABLE)
