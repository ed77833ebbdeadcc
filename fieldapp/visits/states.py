"""A visit's states. Every step up to the hand-in is projected from the taps and taken by the system, the actor being
the person whose tap caused it. Then the visiting team's leader checks, and the office reviews."""

from typing import Any

from fieldapp.access.permissions import Permission as P
from fieldapp.workflow import Facts, Transition, Workflow, always


def _sealed(_visit: Any, _viewer: Any, facts: Facts) -> str:
    return "" if facts.get("seal") else "还没有会签"


def _resealed(visit: Any, _viewer: Any, facts: Facts) -> str:
    return "" if facts.get("seal") != visit.seal else "记录没有变"


def _leads(visit: Any, viewer: Any, _facts: Facts) -> str:
    return "" if visit.team_id in viewer.led_team_ids else "由去的那个组的组长核"


def _says_what_is_missing(visit: Any, viewer: Any, facts: Facts) -> str:
    if not viewer.is_office and visit.team_id not in viewer.led_team_ids:
        return "由去的那个组的组长或巡察办退回"
    return (
        ""
        if len(str(facts.get("missing", ""))) >= SHORTEST_REASON
        else f"写清缺什么，至少 {SHORTEST_REASON} 个字"
    )


SHORTEST_REASON = 10  # of a return: the domain's 补充整改要求
CHECKED = ("checked", "reviewed")  # its leader stands by it
DONE = ("handed_in", "checked", "reviewed")  # there is a countersigned record
TABLE = (
    Transition(
        "under_way", "collect", "collected", None, always
    ),  # everybody has handed in: the leader sees it
    Transition("collected", "hand_in", "handed_in", None, _sealed),
    Transition("handed_in", "void", "collected", None, _resealed),  # a late tap: countersign again
    Transition("checked", "void", "collected", None, _resealed),
    Transition("handed_in", "check", "checked", P.CHECK_VISITS, _leads),
    Transition("handed_in", "send_back", "sent_back", P.SEND_BACK_VISITS, _says_what_is_missing),
    Transition("checked", "send_back", "sent_back", P.SEND_BACK_VISITS, _says_what_is_missing),
    Transition(
        "sent_back", "hand_in", "handed_in", None, _resealed
    ),  # what was asked for has come, and is signed
    Transition("checked", "review", "reviewed", P.REVIEW_CLOSINGS, always),
)
visit_flow = Workflow("visit", TABLE)
