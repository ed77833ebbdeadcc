"""A closing's states: the unit's request is reviewed, frozen, signed. No unit can see where it stands."""

from typing import Any

from fieldapp.access.permissions import Permission as P
from fieldapp.workflow import Facts, Transition, Workflow

SHORTEST_REASON = 10  # of what is still to be done: a real audit application forces as much


def _verified(_closing: Any, _viewer: Any, facts: Facts) -> str:
    """By the way of verification that was fixed before work started: grounds.lacking said what is missing."""
    return str(facts.get("lacking", "还没有核实")) or ("" if facts.get("fingerprint") else "记录没有定住")


def _says_what(_closing: Any, _viewer: Any, facts: Facts) -> str:
    if len(str(facts.get("still", ""))) < SHORTEST_REASON:
        return f"写清还要做什么，至少 {SHORTEST_REASON} 个字"
    return "" if facts.get("limit") else "写新的期限"


def _may_sign(_closing: Any, _viewer: Any, facts: Facts) -> str:
    """signing.refusal said why not."""
    return str(facts.get("refusal", "现在不能签"))


def _objects(closing: Any, viewer: Any, facts: Facts) -> str:
    short = len(str(facts.get("reason", ""))) < SHORTEST_REASON
    return _may_sign(closing, viewer, facts) or (f"写清为什么，至少 {SHORTEST_REASON} 个字" if short else "")


def _all_signed(closing: Any, _viewer: Any, facts: Facts) -> str:
    return "" if set(closing.bodies) <= set(facts.get("signed", ())) else "还没有签齐"


def _has_basis(closing: Any, viewer: Any, facts: Facts) -> str:
    basis = "" if len(str(facts.get("basis", ""))) >= SHORTEST_REASON else "写依据，至少 10 个字"
    told = "" if closing.is_told else "销号还没有告诉单位，先发反馈再重启"
    return told or _says_what(closing, viewer, facts) or basis


TABLE = (
    Transition("reviewing", "approve", "signing", P.REVIEW_CLOSINGS, _verified),
    Transition("reviewing", "turn_down", "returned", P.REVIEW_CLOSINGS, _says_what),
    Transition("signing", "sign", "signing", P.SIGN_CLOSINGS, _may_sign),
    Transition("signing", "confirm_paper", "signing", P.ENTER_PAPER, _may_sign),
    Transition("signing", "object", "reviewing", P.SIGN_CLOSINGS, _objects),
    Transition("signing", "complete", "closed", None, _all_signed),
    Transition("closed", "order_reopening", "reopened", P.REOPEN, _has_basis),
)
closing_flow = Workflow("closing", TABLE)
